"""Find the long bone's shaft and straighten a narrow strip around it at the film's own resolution.

A fracture line is a few pixels wide: shrinking the whole film loses it, a strip along the shaft does not. No learning
is in this: the path from edge to edge that stays on the brightest band about as wide as a tibia.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32
from scipy.ndimage import gaussian_filter, gaussian_filter1d, map_coordinates

_SEARCH_ROWS = 160
_BAND, _BESIDE, _ASIDE = 3.0, 5.0, 13  # Gaussian widths and a distance, in search pixels: a tibia is about 10 of 160
_BRIGHTEST = 2.0
"""Standard deviations above the film's mean beyond which nothing is brighter: metal and unexposed borders are no better
a bone than bone. Chosen on real development films."""
_STIFFNESS = 0.15  # cost of a sideways step, in standard deviations of the film
_LEAST_CONTRAST = 0.2
"""Standard deviations of the film; 227 real leg films measured 0.30 or more (median 1.2), white noise 0.15 or less."""
_BLANK = 0.002
"""A film whose pixels deviate less than this holds no leg: half a step of an 8 bit picture."""


@dataclass(frozen=True)
class Shaft:
    """The shaft's centre column at every row, as shares of the film's height and width.

    `turned` says that the leg lies across the film and rows and columns change places; `found` is False where no
    band stands out and the middle of the film is taken instead.
    """

    centre: Float32[np.ndarray, " rows"]
    turned: bool
    found: bool


@dataclass(frozen=True)
class Window:
    """A straightened part of a film around its shaft: where it begins and how tall it is, as shares of its length.

    The length is that of the film along the shaft; by default it is all of it.
    """

    shaft: Shaft
    top: float = 0.0
    tall: float = 1.0


def find_shaft(film: Float32[np.ndarray, "h w"]) -> Shaft:
    """Find the shaft of an upright or lying leg."""
    (centre, contrast), turned = _trace(film), False
    if film.shape[1] > film.shape[0]:
        across = _trace(np.ascontiguousarray(film.T))
        if across[1] > contrast:
            (centre, contrast), turned = across, True
    if contrast < _LEAST_CONTRAST:
        return Shaft(np.full(_SEARCH_ROWS, 0.5, dtype=np.float32), turned=False, found=False)
    return Shaft(centre, turned, found=True)


def straighten(
    film: Float32[np.ndarray, "h w"], shaft: Shaft, *, height: int, width: int, top: float = 0.0, tall: float = 1.0
) -> Float32[np.ndarray, "height width"]:
    """Sample a strip of (height, width) around the shaft, aspect kept, antialiased where it is coarser than the film.

    The strip's height is the whole film, or the part of it that begins at `top` and is `tall`, both shares of it.
    """
    source = np.ascontiguousarray(film.T) if shaft.turned else film
    length, breadth = source.shape
    scale = tall * length / height
    rows = (np.arange(height, dtype=np.float32) + 0.5) * np.float32(scale) - 0.5 + np.float32(top * length)
    centre = _centre_at((rows + 0.5) / length, shaft) * breadth - 0.5
    source, first = _smoothed(source, rows, 0.4 * (scale - 1))
    across = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) * np.float32(scale)
    columns = centre[:, None].astype(np.float32) + across[None]
    grid = np.broadcast_to(rows[:, None] - first, columns.shape)
    return map_coordinates(source, [grid, columns], order=1, mode="constant", output=np.float32)


def shares_on_strip(
    down: Float32[np.ndarray, " h"],
    right: Float32[np.ndarray, " w"],
    film_shape: tuple[int, int],
    shaft: Shaft,
    *,
    height: int,
    width: int,
    top: float = 0.0,
    tall: float = 1.0,
) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    """Return where points of the film lie on its strip, or a part of it, as shares of the strip's height and width.

    The points are given as shares of the film's height (`down`) and width (`right`); beside the strip the shares lie
    outside of 0 to 1.
    """
    along, across = (right[None], down[:, None]) if shaft.turned else (down[:, None], right[None])
    length, breadth = film_shape[::-1] if shaft.turned else film_shape
    aside = (across - _centre_at(along, shaft)) * np.float32(breadth * height / (tall * length * width))
    rows = np.broadcast_to((along - np.float32(top)) / np.float32(tall), aside.shape)
    return rows.astype(np.float32), (aside + np.float32(0.5)).astype(np.float32)


def box_on_strip(
    box: tuple[float, float, float, float],
    film_shape: tuple[int, int],
    shaft: Shaft,
    *,
    height: int,
    width: int,
) -> tuple[float, float, float, float]:
    """Return a box (x0, y0, x1, y1) of the film on its strip, in the strip's pixels; it may reach beyond the strip.

    A box turns a little where the shaft does; its sides are those at its middle.
    """
    left, top, right, bottom = box
    down = np.array([top, (top + bottom) / 2, bottom], dtype=np.float32) / film_shape[0]
    across = np.array([left, (left + right) / 2, right], dtype=np.float32) / film_shape[1]
    rows, columns = shares_on_strip(down, across, film_shape, shaft, height=height, width=width)
    along, aside = (rows[1], columns[:, 1]) if shaft.turned else (rows[:, 1], columns[1])
    return float(aside[0] * width), float(along[0] * height), float(aside[2] * width), float(along[2] * height)


def _smoothed(
    source: Float32[np.ndarray, "h w"], rows: Float32[np.ndarray, " height"], width: float
) -> tuple[Float32[np.ndarray, "part w"], int]:
    """Return what of a film the rows need, smoothed by a Gaussian of a width above 0, and the first row of that."""
    beyond = int(4 * max(width, 0.0)) + 3
    first, last = max(0, int(rows[0]) - beyond), int(rows[-1]) + beyond
    part = source[first:last]
    return (gaussian_filter(part, width) if width > 0 else part), first


def _centre_at(down: Float32[np.ndarray, "*shape"], shaft: Shaft) -> Float[np.ndarray, "*shape"]:
    """Return the shaft's centre, as a share of the width, at shares of the height."""
    return np.interp(down * len(shaft.centre) - 0.5, np.arange(len(shaft.centre)), shaft.centre)


def _trace(film: Float32[np.ndarray, "h w"]) -> tuple[Float32[np.ndarray, " rows"], float]:
    """Return the best path's columns (shares of the width) and its mean contrast in standard deviations."""
    from PIL import Image

    columns = max(16, round(film.shape[1] * _SEARCH_ROWS / film.shape[0]))
    columns = min(columns, 6 * _SEARCH_ROWS)
    small = np.asarray(Image.fromarray(film).resize((columns, _SEARCH_ROWS), Image.Resampling.BOX), dtype=np.float32)
    deviation = float(small.std())
    if deviation < _BLANK:
        return np.full(_SEARCH_ROWS, 0.5, dtype=np.float32), 0.0
    band = _band(_without_glare((small - small.mean()) / np.float32(deviation)))
    path = _best_path(band.astype(np.float64))
    contrast = float(band[np.arange(_SEARCH_ROWS), path].mean())
    smooth = gaussian_filter1d(path.astype(np.float64), 7.0, mode="nearest")
    return ((smooth + 0.5) / columns).astype(np.float32), contrast


def _without_glare(film: Float32[np.ndarray, "rows columns"]) -> Float32[np.ndarray, "rows columns"]:
    """Return a film in standard deviations, and what is brighter than bone not taken for more of it."""
    level = np.minimum(film, np.float32(_BRIGHTEST))
    return (level - level.mean()) / np.maximum(level.std(), np.float32(1e-6))


def _band(film: Float32[np.ndarray, "rows columns"]) -> Float32[np.ndarray, "rows columns"]:
    """Return how far each pixel stands out from both its sides; a bright edge or border has but one dark side."""
    inside = gaussian_filter(film, (2.0, _BAND), mode="nearest")
    beside = np.pad(gaussian_filter(film, (4.0, _BESIDE), mode="nearest"), ((0, 0), (_ASIDE, _ASIDE)), mode="edge")
    return inside - np.maximum(beside[:, : -2 * _ASIDE], beside[:, 2 * _ASIDE :])


def _best_path(gain: Float[np.ndarray, "rows columns"]) -> np.ndarray:
    """Return one column a row that maximises the summed gain, moving at most one column a row (Viterbi)."""
    rows, columns = gain.shape
    total = gain[0].copy()
    came = np.zeros((rows, columns), dtype=np.int8)
    for row in range(1, rows):
        left = np.concatenate([[-np.inf], total[:-1]]) - _STIFFNESS
        right = np.concatenate([total[1:], [-np.inf]]) - _STIFFNESS
        choices = np.stack([left, total, right])
        best = choices.argmax(axis=0)
        came[row] = best - 1
        total = choices[best, np.arange(columns)] + gain[row]
    path = np.empty(rows, dtype=np.int64)
    path[-1] = int(total.argmax())
    for row in range(rows - 1, 0, -1):
        path[row - 1] = path[row] + came[row, path[row]]
    return path
