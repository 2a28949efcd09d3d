"""What is measured of one film's pixels before anything is compared: greys, edges, noise."""

import zlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32
from scipy.ndimage import gaussian_filter, map_coordinates, sobel, uniform_filter

from benchmarks.realism_crops import STRIP, Looked
from benchmarks.realism_statistics import radial_power

_SAMPLES = 400
_BONE, _FLESH = 8, (28, 50)  # pixels from the shaft's middle
_AIR = 0.1  # share of a film's pixels, its darkest
_PATCH, _PATCHES = 32, 8
_EDGES, _REACH = 60, 8.0  # strongest edges looked at, and pixels to each side
_FLAT = 1e-3  # spread below which a patch is clipped or empty, not flat
Pixels = Float32[np.ndarray, "h w"]
Samples = Float[np.ndarray, " n"]


@dataclass(frozen=True)
class Measured:
    """Hold samples of one film: grey values as stored, log10 of gradients stretched, edges' overshoot, noise power."""

    film: Samples
    air: Samples
    flesh: Samples
    bone: Samples
    gradient: Samples
    overshoot: Samples
    noise: Float[np.ndarray, "1 bands"]


def measure(looked: Looked, *, seed: int) -> Measured:
    """Measure one film that has crops."""
    random = np.random.default_rng([seed, zlib.crc32(looked.film.path.name.encode())])
    strip, middle = np.concatenate(looked.stored), STRIP // 2
    beside = np.r_[middle - _FLESH[1] : middle - _FLESH[0], middle + _FLESH[0] : middle + _FLESH[1]]
    grey = looked.grey.ravel()
    size = np.hypot(sobel(looked.whole, 0), sobel(looked.whole, 1)) / 8
    return Measured(
        film=random.choice(grey, _SAMPLES),
        air=random.choice(grey[grey <= np.quantile(grey, _AIR)], _SAMPLES),
        flesh=random.choice(strip[:, beside].ravel(), _SAMPLES),
        bone=random.choice(strip[:, middle - _BONE : middle + _BONE].ravel(), _SAMPLES),
        gradient=np.log10(random.choice(size.ravel(), _SAMPLES) + 1e-4),
        overshoot=np.array([overshoot(looked.whole)]),
        noise=noise(looked.whole)[None],
    )


def overshoot(film: Pixels) -> float:
    """Return by what share of its height a film's strong edges overshoot, the median of both sides of its strongest.

    A display that sharpens draws a bright and a dark rim along an edge; a blurred one has none.
    """
    smooth = gaussian_filter(film, 1.0)
    down, right = sobel(smooth, 0), sobel(smooth, 1)
    size = np.hypot(down, right)
    inner = size[10:-10, 10:-10]
    chosen = np.argsort(-inner, axis=None, kind="stable")[: 20 * _EDGES : 20]
    rows, columns = (index + 10 for index in np.unravel_index(chosen, inner.shape))
    steps = np.linspace(-_REACH, _REACH, 33)
    unit = np.stack([down[rows, columns], right[rows, columns]]) / np.maximum(size[rows, columns], 1e-9)
    grid = np.stack([rows, columns])[:, :, None] + unit[:, :, None] * steps
    profile = map_coordinates(film, grid, order=1, mode="nearest")
    low, high = profile[:, :6].mean(axis=1), profile[:, -6:].mean(axis=1)
    above = profile[:, 16:].max(axis=1) - high
    below = low - profile[:, :17].min(axis=1)
    return float(np.median((above + below) / 2 / np.maximum(high - low, 0.05)))


def noise(film: Pixels) -> Float[np.ndarray, " bands"]:
    """Return log10 of the radial power of a film's flattest patches, averaged; clipped and empty ones do not count."""
    mean = uniform_filter(film.astype(np.float64), _PATCH)
    spread = np.sqrt(np.maximum(uniform_filter(film.astype(np.float64) ** 2, _PATCH) - mean**2, 0))
    half = _PATCH // 2
    at = [(row, column) for row in range(half, film.shape[0] - half, half) for column in _columns(film)]
    flat = sorted((spread[spot], spot) for spot in at if spread[spot] > _FLAT)[:_PATCHES]
    patches = [film[row - half : row + half, column - half : column + half] for _, (row, column) in flat]
    return np.mean([radial_power(patch) for patch in patches], axis=0)


def _columns(film: Pixels) -> range:
    return range(_PATCH // 2, film.shape[1] - _PATCH // 2, _PATCH // 2)
