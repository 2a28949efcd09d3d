"""Follow the two cortices that a strip of the shaft shows, left and right, and unroll a narrow ribbon along each.

The two edges are traced together, as the best pair of columns in every row (Viterbi on both at once): one alone jumps
to the fibula or to a nail. A ribbon runs along the smooth course of an edge, so callus stands out beside it and a
fracture line across it. All of this is our choice; no learning is in it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

INSIDE, OUTSIDE = 12, 16
"""Pixels of a ribbon inside and outside the bone's edge, and so its columns."""

_STEP = 4  # rows between traced rows
_NARROWEST, _USUAL, _WIDEST = 26, 42, 64  # pixels between the edges; a tibia's shaft takes 35 to 55 of 640 rows
_OFF_CENTRE, _OFF_WIDTH, _MOVE = 0.004, 0.006, 0.15  # costs, where a clear edge pays 1 a side
_METAL_QUANTILE = 75.0
_ENDS = 70  # rows at either end where joints lie
_FLARE = 1.3
_BESIDE = (4, 30)


@dataclass(frozen=True)
class Cortices:
    """The two sides of a strip; side 0 has less tissue beside it (medial or anterior, as a rule), side 1 more.

    `ribbons` are brightness (side, row, inside to outside); `bulge` is how far an edge lies outside its smooth course,
    in pixels; `width` lies between the edges; `contrast` is bone against what is beside it; `shaft` marks the rows
    between the flares of the two ends.
    """

    ribbons: Float32[np.ndarray, "2 h across"]
    bulge: Float32[np.ndarray, "2 h"]
    width: Float32[np.ndarray, " h"]
    contrast: float
    shaft: Bool[np.ndarray, " h"]
    mirrored: bool


def trace_cortices(strip: Float32[np.ndarray, "h w"]) -> Cortices:
    """Trace and unroll both cortices. A mirrored strip gives the same sides."""
    from scipy.ndimage import gaussian_filter1d

    edges = _trace(_without_metal(strip))
    course = _smooth_course(edges)
    mirrored = _tissue_beside(strip, course, 0) > _tissue_beside(strip, course, 1)
    order = (1, 0) if mirrored else (0, 1)
    ribbons = np.stack([_ribbon(strip, course, side, -INSIDE, OUTSIDE) for side in order])
    bulge = np.stack([_OUTWARD[side] * (edges[side] - course[side]) for side in order]).astype(np.float32)
    width = gaussian_filter1d(edges[1] - edges[0], 6).astype(np.float32)
    return Cortices(ribbons, bulge, width, _contrast(ribbons), _shaft(width), bool(mirrored))


_OUTWARD = (-1.0, 1.0)


def _without_metal(strip: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Flatten the brightest quarter of every row: a nail is narrower than that, bone is wider."""
    from scipy.ndimage import gaussian_filter1d

    top = gaussian_filter1d(np.percentile(strip, _METAL_QUANTILE, axis=1), 8)
    return np.minimum(strip, top[:, None]).astype(np.float32)


def _trace(strip: Float32[np.ndarray, "h w"]) -> Float[np.ndarray, "2 h"]:
    """Return the columns of the left and the right edge in every row."""
    from scipy.ndimage import gaussian_filter1d

    rise = _rise(strip)
    path = _best_pair(rise)
    rows = np.arange(len(rise)) * _STEP + _STEP / 2
    smooth = gaussian_filter1d(path.astype(np.float64), 1.0, axis=0)
    return np.stack([np.interp(np.arange(len(strip)), rows, smooth[:, side]) for side in (0, 1)])


def _rise(strip: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "rows w"]:
    """Return how steeply each row rises from left to right, from -1 to 1."""
    from scipy.ndimage import gaussian_filter, gaussian_filter1d

    slope = np.gradient(gaussian_filter(strip, (5.0, 1.2)), axis=1)[_STEP // 2 :: _STEP]
    steep = gaussian_filter1d(np.percentile(np.abs(slope), 90, axis=1), 10)
    return np.tanh(slope / (steep[:, None] + 1e-4)).astype(np.float32)


def _best_pair(rise: Float32[np.ndarray, "rows w"]) -> Int[np.ndarray, "rows 2"]:
    """Return the pair of columns in every row that maximises rise at the left minus rise at the right."""
    from scipy.ndimage import maximum_filter

    rows, columns = rise.shape
    place = _place(columns)
    total = np.empty((rows, columns, columns), dtype=np.float32)
    for row in range(rows):
        total[row] = rise[row][:, None] - rise[row][None] + place
        if row:
            moved = maximum_filter(total[row - 1], size=3, mode="nearest") - _MOVE
            total[row] += np.maximum(total[row - 1], moved)
    path = np.empty((rows, 2), dtype=np.int64)
    path[-1] = np.unravel_index(total[-1].argmax(), (columns, columns))
    for row in range(rows - 1, 0, -1):
        path[row - 1] = _came_from(total[row - 1], int(path[row, 0]), int(path[row, 1]))
    return path


def _place(columns: int) -> Float32[np.ndarray, "w w"]:
    """Return what a pair of columns costs by its place: the shaft is in the middle and as wide as a tibia."""
    column = np.arange(columns)
    width = column[None] - column[:, None]
    aside = np.abs((column[None] + column[:, None] - columns + 1) / 2)
    cost = _OFF_CENTRE * aside + _OFF_WIDTH * np.abs(width - _USUAL)
    return np.where((width < _NARROWEST) | (width > _WIDEST), -1e3, -cost).astype(np.float32)


def _came_from(before: Float32[np.ndarray, "w w"], left: int, right: int) -> tuple[int, int]:
    top, side = max(left - 1, 0), max(right - 1, 0)
    near = before[top : left + 2, side : right + 2] - _MOVE
    near[left - top, right - side] += _MOVE
    down, along = np.unravel_index(near.argmax(), near.shape)
    return top + int(down), side + int(along)


def _smooth_course(edges: Float[np.ndarray, "2 h"]) -> Float[np.ndarray, "2 h"]:
    from scipy.ndimage import gaussian_filter1d, median_filter

    return gaussian_filter1d(median_filter(edges, size=(1, 81), mode="nearest"), 12, axis=1)


def _ribbon(
    strip: Float32[np.ndarray, "h w"], course: Float[np.ndarray, "2 h"], side: int, start: int, stop: int
) -> Float32[np.ndarray, "h across"]:
    from scipy.ndimage import map_coordinates

    columns = course[side][:, None] + _OUTWARD[side] * np.arange(start, stop)[None]
    rows = np.broadcast_to(np.arange(len(strip), dtype=np.float64)[:, None], columns.shape)
    return map_coordinates(strip, [rows, columns], order=1, mode="nearest", output=np.float32)


def _tissue_beside(strip: Float32[np.ndarray, "h w"], course: Float[np.ndarray, "2 h"], side: int) -> float:
    """Return the mean brightness beside the shaft: the fibula lies laterally, the calf behind."""
    return float(_ribbon(strip, course, side, *_BESIDE)[_ENDS * 2 : -_ENDS * 2].mean())


def _contrast(ribbons: Float32[np.ndarray, "2 h across"]) -> float:
    bone = np.median(ribbons[:, :, 3 : INSIDE - 1], axis=2)
    beside = ribbons[:, :, INSIDE + 8 :].mean(axis=2)
    return max(float(np.median((bone - beside)[:, _ENDS:-_ENDS])), 0.04)


def _shaft(width: Float32[np.ndarray, " h"]) -> Bool[np.ndarray, " h"]:
    """Mark the rows that are neither near the strip's ends nor flared; all but the ends where hardly any is left."""
    within = np.zeros(len(width), dtype=bool)
    within[_ENDS:-_ENDS] = True
    thin = within & (width < _FLARE * np.percentile(width[within], 20))
    return thin if thin.sum() >= len(width) // 6 else within
