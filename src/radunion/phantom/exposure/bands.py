"""Multi-scale processing as vendors do it: bands of detail taken apart, strengthened and put together again.

After the idea of Vuylsteke and Schoeters (Multiscale image contrast amplification, SPIE 2167, 1994): each band of a
Laplacian pyramid (Burt and Adelson 1983) passes a curve that lifts faint detail more than strong detail.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import Range, chance, within
from radunion.phantom.exposure.scaled import resized

_BANDS = 7
_KNEE = 0.12  # of the signal: detail above it is lifted less
_FADING = 0.25  # of the fine gain is left from one band to the next coarser
_SMALLEST = 6  # pixels of a band's shorter side


@dataclass(frozen=True)
class SharpRanges:
    """Between which bounds processing differs; set by eye on the development films."""

    plain: float = 0.06  # share of films that nothing sharpens
    strong: float = 0.2  # share of films processed strongly
    fine: Range = (0.8, 4.2)
    broad: Range = (0.1, 0.6)
    strongest: Range = (1.0, 1.8)  # factor on both where strong
    softness: Range = (0.45, 1.0)
    flatness: Range = (0.05, 0.4)


@dataclass(frozen=True)
class Sharpening:
    """How much detail is lifted."""

    fine: float  # gain of the finest band beyond `broad`; each coarser band has less of it
    broad: float  # gain of every band, less 1
    softness: float  # of the lift that strong detail keeps; below 1 halos are held back
    flatness: float  # share of the coarsest contrast taken away


def sample_sharpening(random: np.random.Generator, ranges: SharpRanges) -> Sharpening | None:
    """Draw one film's processing, none where the film is plain."""
    if chance(random, ranges.plain):
        return None
    factor = within(random, ranges.strongest) if chance(random, ranges.strong) else 1.0
    return Sharpening(
        fine=factor * within(random, ranges.fine),
        broad=factor * within(random, ranges.broad),
        softness=within(random, ranges.softness),
        flatness=min(factor, 1.6) * within(random, ranges.flatness),
    )


def sharpened(signal: Float32[np.ndarray, "h w"], how: Sharpening) -> Float32[np.ndarray, "h w"]:
    """Return the signal with its bands lifted and its coarsest contrast reduced."""
    bands, rest = _apart(signal)
    middle = np.float32(np.median(rest))
    total = middle + np.float32(1 - how.flatness) * (rest - middle)
    for number, band in reversed(list(enumerate(bands))):
        gain = how.broad + how.fine * _FADING**number
        total = resized(total, *band.shape) + _lifted(band, gain, how.softness)
    return total


def _apart(signal: Float32[np.ndarray, "h w"]) -> tuple[list[Float32[np.ndarray, "_ _"]], Float32[np.ndarray, "_ _"]]:
    """Return the bands from fine to coarse, and what is left of the signal."""
    bands: list[Float32[np.ndarray, "_ _"]] = []
    while len(bands) < _BANDS and min(signal.shape) >= 2 * _SMALLEST:
        height, width = signal.shape
        small = resized(signal, (height + 1) // 2, (width + 1) // 2, smooth=False)
        bands.append(signal - resized(small, height, width))
        signal = small
    return bands, signal


def _lifted(band: Float32[np.ndarray, "_ _"], gain: float, softness: float) -> Float32[np.ndarray, "_ _"]:
    """Return a band with its faint detail times 1 + gain, its strong detail times 1 + gain x softness."""
    kept = np.float32(softness) + np.float32(1 - softness) / (1 + np.square(band / np.float32(_KNEE)))
    return band * (1 + np.float32(gain) * kept)
