"""From stored values to pixels in [0, 1] with bright = dense: padding, modality, window, one inversion (PS3.4 N.2).

Every step is a function of one stored value, so it is worked out once for each value that can occur and the film is
looked up in that curve: exact, and a film of 100 megapixels costs no float64 copies.
"""

import numpy as np
from jaxtyping import Bool, Float, Float32, Integer
from pydicom import Dataset
from pydicom.pixels.processing import apply_modality_lut, apply_windowing

from radunion.radiograph.lookup import looked_up
from radunion.radiograph.warning import WarningCode

_FOR_PROCESSING = "1.2.840.10008.5.1.4.1.1.1.1.1"
"""Digital X-Ray Image Storage – For Processing."""
_FAR = 1e15
"""Beyond every window: its ends tell the range that a window maps to."""


def display(
    stored: Integer[np.ndarray, "h w"], film: Dataset
) -> tuple[Float32[np.ndarray, "h w"], tuple[WarningCode, ...]]:
    """Return pixels in [0, 1], bright = dense, and the codes of what is odd; padding becomes 0."""
    low = int(stored.min())
    levels = np.arange(low, int(stored.max()) + 1)
    padding = _padding(levels, film)
    seen = (np.bincount((stored.astype(np.int32) - low).ravel(), minlength=len(levels)) > 0) & ~padding
    curve, codes = _curve(levels, seen, film)
    curve = np.where(padding, 0.0, np.clip(curve, 0.0, 1.0)).astype(np.float32)
    return curve[stored.astype(np.int32) - low], codes


def _curve(
    levels: Integer[np.ndarray, " n"], seen: Bool[np.ndarray, " n"], film: Dataset
) -> tuple[Float[np.ndarray, " n"], tuple[WarningCode, ...]]:
    if _for_processing(film):
        return _full_range(_density(levels.astype(np.float64), seen, film), seen), ("RF204",)
    try:
        values, codes = _modality(levels, film), _NONE
    except Exception:  # whatever a damaged header makes pydicom raise
        values, codes = levels.astype(np.float64), _UNUSABLE
    windowed = _windowed(values, seen, film)
    if windowed is None:
        windowed = _full_range(values, seen)
        codes = _UNUSABLE if _has_window(film) or _has_lut(film) else codes
    return (1.0 - windowed if inverted(film) else windowed), codes


def _modality(levels: Integer[np.ndarray, " n"], film: Dataset) -> Float[np.ndarray, " n"]:
    if film.get("ModalityLUTSequence"):
        return looked_up(levels, film.ModalityLUTSequence[0], film)
    return apply_modality_lut(levels, film).astype(np.float64)


_NONE: tuple[WarningCode, ...] = ()
_UNUSABLE: tuple[WarningCode, ...] = ("RF205",)


def inverted(film: Dataset) -> bool:
    """Tell whether the lowest value is to be shown white; either tag says so, and both together say it once."""
    return film.PhotometricInterpretation == "MONOCHROME1" or film.get("PresentationLUTShape") == "INVERSE"


def _padding(levels: Integer[np.ndarray, " n"], film: Dataset) -> Bool[np.ndarray, " n"]:
    """Mark the stored values that are no part of the film (PS3.3 C.7.5.1.1.2): one value, or a range with its limit."""
    first = film.get("PixelPaddingValue")
    if not isinstance(first, int):
        return np.zeros(len(levels), dtype=bool)
    last = film.get("PixelPaddingRangeLimit")
    ends = sorted(_as_stored(value, film) for value in (first, last if isinstance(last, int) else first))
    return (levels >= ends[0]) & (levels <= ends[1])


def _as_stored(value: int, film: Dataset) -> int:
    """Read a padding value in the sign of the pixels, whichever sign its own element was written in."""
    bits = film.BitsAllocated
    value %= 1 << bits
    return value - (1 << bits) if film.PixelRepresentation == 1 and value >= 1 << (bits - 1) else value


def _has_window(film: Dataset) -> bool:
    return film.get("WindowCenter") not in (None, "") and film.get("WindowWidth") not in (None, "")


def _has_lut(film: Dataset) -> bool:
    return bool(film.get("VOILUTSequence"))


def _windowed(
    values: Float[np.ndarray, " n"], seen: Bool[np.ndarray, " n"], film: Dataset
) -> Float[np.ndarray, " n"] | None:
    """Apply the VOI LUT, else the first window; None when there is none or it leaves nothing to see."""
    try:
        if _has_lut(film):
            table = film.VOILUTSequence[0]
            result = looked_up(values, table, film) / (2 ** table.LUTDescriptor[2] - 1)
        elif _has_window(film):
            with np.errstate(over="ignore"):
                shown = apply_windowing(np.concatenate([values, [-_FAR, _FAR]]), film)
            result = (shown[:-2] - shown[-2]) / (shown[-1] - shown[-2])
        else:
            return None
    except Exception:  # whatever a damaged header makes pydicom raise
        return None
    usable = np.isfinite(result).all() and (
        np.ptp(values[seen]) == 0 or np.ptp(result[seen]) > 0 if seen.any() else True
    )
    return result if usable else None


def _full_range(values: Float[np.ndarray, " n"], seen: Bool[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    if not seen.any() or np.ptp(values[seen]) == 0:
        return np.zeros_like(values)
    low, high = values[seen].min(), values[seen].max()
    return (values - low) / (high - low)


def _for_processing(film: Dataset) -> bool:
    return film.get("PresentationIntentType") == "FOR PROCESSING" or film.get("SOPClassUID") == _FOR_PROCESSING


def _density(levels: Float[np.ndarray, " n"], seen: Bool[np.ndarray, " n"], film: Dataset) -> Float[np.ndarray, " n"]:
    """Turn raw detector values into what rises with density (PS3.3 C.8.11.3.1.2).

    Sign 1: a low value is little beam, so dense. LIN values are proportional to the beam, whose logarithm is the
    density. Without a sign the photometric interpretation says which end is dense.
    """
    sign = film.get("PixelIntensityRelationshipSign")
    low_is_dense = sign == 1 if sign in (1, -1) else inverted(film)
    if film.get("PixelIntensityRelationship") != "LIN":
        return -levels if low_is_dense else levels
    beam = levels if low_is_dense else levels[seen].max(initial=levels[0]) - levels
    return -np.log(np.maximum(beam, 1.0))
