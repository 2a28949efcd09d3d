"""Which DICOM files a score becomes, and what must hold before it can."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from radunion.errors import MissingExtraError
from radunion.scale import CORTICES_ON, Cortex
from radunion.scoring.document import ScoreDocument
from radunion.scoring.evidence import EvidenceMap
from radunion.scoring.score import Scored

if TYPE_CHECKING:
    from pydicom import Dataset

    from radunion.scoring.dicom_out.series import Series
    from radunion.scoring.dicom_out.source import Source

_REPORT = "report.dcm"
NAMES = (_REPORT, *(f"{kind}-{view}.dcm" for view in ("ap", "lateral") for kind in ("heatmap", "outlines")))
"""Every file that a score can become; a name holds nothing of the patient."""

_NO_EVIDENCE = "the model gives no evidence on this film"
_BESIDE = "the evidence lies beside this film"
_COLOUR = "the film is stored in colour, and a grayscale presentation state is of grey films"


@dataclass(frozen=True)
class DicomFiles:
    """The bytes of each file by its name, and why each of the others is not there."""

    content: Mapping[str, bytes]
    left_out: Mapping[str, str]


def must_become_dicom(paths: Sequence[Path]) -> None:
    """Refuse, before anything is scored, films whose score cannot become DICOM.

    Raises MissingExtraError without highdicom, FilmError for a film that is not DICOM.
    """
    try:
        import highdicom  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("DICOM out", "dicom") from error
    from radunion.scoring.dicom_out.source import must_be_dicom

    for path in paths:
        must_be_dicom(path)


def dicom_files(scored: Scored, *, evidence: Mapping[Cortex, EvidenceMap]) -> DicomFiles:
    """Return a score as DICOM files; without evidence there is the report alone.

    Raises MissingExtraError without highdicom, FilmError for films that are no DICOM, were changed since they were
    scored, cannot be referred to, or are of two patients.
    """
    must_become_dicom([film.path for film in scored.films if film is not None])
    from radunion.scoring.dicom_out.report import report
    from radunion.scoring.dicom_out.series import Series
    from radunion.scoring.dicom_out.silence import silent
    from radunion.scoring.dicom_out.source import read_sources

    with silent():
        sources, series = read_sources(scored.films), Series()
        made = dict[str, "Dataset | str"]({_REPORT: report(scored.document, sources, series)})
        for source in sources:
            made |= _pictures(scored.document, source, series, evidence)
        content = {name: _encoded(one) for name, one in made.items() if not isinstance(one, str)}
    return DicomFiles(content, {name: one for name, one in made.items() if isinstance(one, str)})


def _pictures(
    document: ScoreDocument, source: "Source", series: "Series", evidence: Mapping[Cortex, EvidenceMap]
) -> Iterator[tuple[str, "Dataset | str"]]:
    """Yield the pictures of a film by their names, in place of each that is not there why."""
    from radunion.scoring.dicom_out.heatmap import heatmap
    from radunion.scoring.dicom_out.presentation import presentation

    heatmap_name, outlines_name = (f"{kind}-{source.view}.dcm" for kind in ("heatmap", "outlines"))
    maps = {cortex: evidence[cortex] for cortex in CORTICES_ON[source.view] if cortex in evidence}
    if not maps:
        yield heatmap_name, _NO_EVIDENCE
        yield outlines_name, _NO_EVIDENCE
        return
    yield heatmap_name, heatmap(document, source, series, maps)
    outlines = presentation(document, source, series, maps) if source.grey else _COLOUR
    yield outlines_name, _BESIDE if outlines is None else outlines


def _encoded(made: "Dataset") -> bytes:
    from pydicom import dcmwrite

    stream = BytesIO()
    dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()
