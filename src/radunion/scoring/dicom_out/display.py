"""Show a film under a presentation state as it was read: the same tables, the same window, the same end bright.

A presentation state overrides all of the film's own display, its photometric interpretation included (PS3.4 N.2.1.4).
"""

from typing import Any

from pydicom import Dataset
from pydicom.multival import MultiValue

from radunion.radiograph.display import inverted
from radunion.scoring.dicom_out.source import Source

_UNUSABLE = "RF205"


def show_as_read(made: Dataset, source: Source) -> None:
    """Add the modality, VOI and presentation transformations; those that could not be used in reading are left out."""
    header = source.header
    made.PresentationLUTShape = "INVERSE" if inverted(header) else "IDENTITY"
    if any(warning.code == _UNUSABLE for warning in source.film.warnings):
        return
    if header.get("ModalityLUTSequence"):
        made.ModalityLUTSequence = header.ModalityLUTSequence[:1]
    elif _has(header, "RescaleSlope") and _has(header, "RescaleIntercept"):
        made.RescaleSlope, made.RescaleIntercept = header.RescaleSlope, header.RescaleIntercept
        made.RescaleType = header.get("RescaleType") or "US"
    window = _window(header)
    if window is not None:
        made.SoftcopyVOILUTSequence = [window]


def _window(header: Dataset) -> Dataset | None:
    """Return the table, else the first window, as the reading chooses; the film has but one look."""
    shown = Dataset()
    if header.get("VOILUTSequence"):
        shown.VOILUTSequence = header.VOILUTSequence[:1]
        return shown
    if not (_has(header, "WindowCenter") and _has(header, "WindowWidth")):
        return None
    shown.WindowCenter, shown.WindowWidth = _first(header.WindowCenter), _first(header.WindowWidth)
    if header.get("VOILUTFunction"):
        shown.VOILUTFunction = header.VOILUTFunction
    return shown


def _has(header: Dataset, keyword: str) -> bool:
    return header.get(keyword) not in (None, "")


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, MultiValue) else value
