"""Texture of a patch: responses of filter banks, local binary patterns, oriented gradients.

Rings after Schmid 2001 (Constructing models for content-based image retrieval), waves after Gabor 1946; local binary
patterns Ojala et al. 2002; oriented gradients Dalal and Triggs 2005. The sizes are our choice.
"""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from jaxtyping import Float, Integer

Patch = Float[np.ndarray, "2 rows across"]
Sides = Float[np.ndarray, "2 d"]
Kernel = Float[np.ndarray, "_ _"]

_RINGS = ((2.0, 1.0), (3.0, 1.0), (3.0, 2.0), (4.0, 1.0), (4.0, 2.0))  # sigma in pixels, cycles
_WAVES = (5.0, 9.0)  # pixels
_ANGLES = 4
_NEIGHBOURS, _RADII = 8, (1, 2)
_MARGIN = 8


@cache
def schmid_bank() -> tuple[Kernel, ...]:
    """Return rings: cos(pi cycles r / sigma) within a Gaussian; zero mean, unit absolute sum."""
    return tuple(_ring(sigma, cycles) for sigma, cycles in _RINGS)


@cache
def gabor_bank() -> tuple[Kernel, ...]:
    """Return even waves of two lengths in four directions; zero mean, unit absolute sum."""
    angles = np.pi * np.arange(_ANGLES) / _ANGLES
    return tuple(_wave(length, float(angle)) for length in _WAVES for angle in angles)


def filtered(patch: Patch, bank: Sequence[Kernel]) -> Sides:
    """Return for each side the mean strength, the least and the greatest response of each filter."""
    from scipy.signal import fftconvolve

    inner = slice(_MARGIN, -_MARGIN)
    sides = []
    for side in patch:
        padded = np.pad(side, _MARGIN, mode="edge")
        found = [fftconvolve(padded, kernel, mode="same")[inner, inner] for kernel in bank]
        sides.append([value for one in found for value in (np.abs(one).mean(), one.min(), one.max())])
    return np.array(sides)


def binary_patterns(patch: Patch) -> Sides:
    """Return for each side the histograms of uniform local binary patterns at two radii."""
    grey = np.round(np.clip(patch, -0.5, 2.0) * 100).astype(np.int16)
    return np.array([np.concatenate([_histogram(side, radius) for radius in _RADII]) for side in grey])


def oriented_gradients(patch: Patch) -> Sides:
    """Return for each side histograms of six directions of gradients in cells of 16 rows by 14 columns."""
    from skimage.feature import hog

    return np.array([hog(side, orientations=6, pixels_per_cell=(16, 14), cells_per_block=(2, 1)) for side in patch])


def _histogram(grey: Integer[np.ndarray, "rows across"], radius: int) -> Float[np.ndarray, " patterns"]:
    from skimage.feature import local_binary_pattern

    codes = local_binary_pattern(grey, _NEIGHBOURS, radius, method="uniform").astype(np.int64)
    return np.bincount(codes.ravel(), minlength=_NEIGHBOURS + 2) / codes.size


def _ring(sigma: float, cycles: float) -> Kernel:
    return _kernel(lambda x, y: np.cos(np.pi * cycles * np.hypot(x, y) / sigma), sigma)


def _wave(length: float, angle: float) -> Kernel:
    return _kernel(lambda x, y: np.cos(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / length), length / 2.5)


def _kernel(pattern: Callable[[np.ndarray, np.ndarray], np.ndarray], sigma: float) -> Kernel:
    reach = int(np.ceil(2 * sigma))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
    window = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    kernel = pattern(x, y) * window
    kernel -= window * (kernel.sum() / window.sum())
    return kernel / np.abs(kernel).sum()
