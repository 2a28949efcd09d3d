"""The size of a pixel in millimetres, and whether it was measured in the patient or at the detector."""

import math

from pydicom import Dataset

from radunion.radiograph.picture import SpacingSource
from radunion.radiograph.warning import WarningCode

_PLAUSIBLE_MM = (0.005, 10.0)
Spacing = tuple[float, float]


def find_spacing(film: Dataset) -> tuple[Spacing | None, SpacingSource | None, tuple[WarningCode, ...]]:
    """Return (row, column) spacing in mm, its source, and the codes of what is odd (PS3.3 10.7.1.3)."""
    spacing, source, codes = _spacing(film)
    if spacing is not None and not math.isclose(*spacing, rel_tol=0.01):
        codes += ("RF213",)
    return spacing, source, codes


def _spacing(film: Dataset) -> tuple[Spacing | None, SpacingSource | None, tuple[WarningCode, ...]]:
    pixel, imager, scanned = (
        _pair(film, keyword) for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
    )
    if pixel is not None and (pixel != imager or film.get("PixelSpacingCalibrationType")):
        return pixel, "PixelSpacing", ()
    magnification = _number(film.get("EstimatedRadiographicMagnificationFactor"))
    if imager is not None and 1.0 <= magnification <= 3.0:
        return (imager[0] / magnification, imager[1] / magnification), "ImagerPixelSpacing / magnification", ()
    if imager is not None:
        return imager, "ImagerPixelSpacing", ("RF206",)
    if scanned is not None:
        return scanned, "NominalScannedPixelSpacing", ("RF206",)
    given = any(film.get(keyword) for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"))
    return None, None, ("RF207",) if given else ()


def _pair(film: Dataset, keyword: str) -> Spacing | None:
    value = film.get(keyword)
    if value is None or isinstance(value, str) or not hasattr(value, "__len__") or len(value) != 2:
        return None
    row, column = _number(value[0]), _number(value[1])
    low, high = _PLAUSIBLE_MM
    return (row, column) if low <= row <= high and low <= column <= high else None


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan
