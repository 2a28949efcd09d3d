"""Where the fracture and each cortex lie on a film: boxes in pixels (x0, y0, x1, y1). Lengths in mm."""

import numpy as np
from jaxtyping import Bool, Float

from radunion.phantom.anatomy import half_widths
from radunion.phantom.bone import centre_line
from radunion.phantom.fracture import Crack, Fracture, crossing
from radunion.phantom.leg import Leg
from radunion.phantom.pose import Pose
from radunion.scale import CORTICES_ON, Cortex

Box = tuple[float, float, float, float]

REACH = 18.0  # above and below the fracture that a cortex is looked at
_OUTSIDE, _AROUND = 7.0, 5.0  # beyond the bone's edge, of a cortex's box and of the fracture's
_SMALLEST = 2  # pixels
_STEP = 0.25  # mm: how finely a crossing is looked for
_LARGEST_MISS = 1.5  # mm, of a crack that crosses a line along the bone within the fracture's zone
_QUARTER = np.linspace(-np.pi / 4, np.pi / 4, 7)  # rad beside its middle, of a cortex: it is a quarter of the bone
_OUTWARDS: dict[Cortex, tuple[int, int]] = {
    "medial": (1, 0),
    "lateral": (-1, 0),
    "anterior": (0, 1),
    "posterior": (0, -1),
}


def cortex_box(leg: Leg, fracture: Fracture, pose: Pose, cortex: Cortex) -> Box | None:
    """Return the box of a cortex where cracks run through it, None where it is not shown or nothing broke."""
    if not fracture.broken or cortex not in CORTICES_ON[pose.view]:
        return None
    low, high = crossings_at(leg, fracture, cortex)
    heights = np.linspace(low - REACH, high + REACH, 13)
    z, middle, half = _silhouette(leg, fracture, pose, heights)
    sign = 1 if cortex in ("medial", "anterior") else -1
    edges = np.concatenate([middle + sign * (half - leg.cortex - 1), middle + sign * (half + _OUTSIDE)])
    return _box(pose, z, edges)


def crossing_at(leg: Leg, fracture: Fracture, cortex: Cortex) -> float:
    """Return the height in mm above the ankle at which the first crack crosses the middle of a cortex."""
    heights, _ = _crossings(leg, fracture, fracture.cracks[0], np.array([_angle(cortex)]))
    return float(heights[0])


def crossings_at(leg: Leg, fracture: Fracture, cortex: Cortex) -> tuple[float, float]:
    """Return the lowest and the highest place in mm above the ankle at which a crack runs through a cortex.

    A cortex is a quarter of the bone's circumference, as in its healing; drawn-out cracks cross it slantwise.
    """
    angles = _angle(cortex) + _QUARTER
    met = [crossing_at(leg, fracture, cortex)]
    for crack in fracture.cracks:
        heights, crossed = _crossings(leg, fracture, crack, angles)
        there = crossed if crack.side is None else crossed & _towards(leg, heights, angles, crack.side)
        met += heights[there].tolist()
    return min(met), max(met)


def _towards(
    leg: Leg, heights: Float[np.ndarray, " a"], angles: Float[np.ndarray, " a"], side: float
) -> Bool[np.ndarray, " a"]:
    """Return which places on the surface lie in the half of the bone about a side, in rad."""
    width, depth = half_widths(leg, heights)
    return np.asarray(np.cos(angles) * width * np.cos(side) + np.sin(angles) * depth * np.sin(side) > 0)


def _angle(cortex: Cortex) -> float:
    across, along = _OUTWARDS[cortex]
    return float(np.arctan2(along, across))


def _crossings(
    leg: Leg, fracture: Fracture, crack: Crack, angles: Float[np.ndarray, " a"]
) -> tuple[Float[np.ndarray, " a"], Bool[np.ndarray, " a"]]:
    """Return the heights in mm at which a crack crosses the surface at angles about the axis, and whether it does."""
    heights = fracture.height + np.arange(-fracture.zone, fracture.zone, _STEP)
    width, depth = half_widths(leg, heights)
    met = crossing(fracture, crack, np.cos(angles)[:, None] * width, np.sin(angles)[:, None] * depth)
    away = np.abs(met - heights)
    return heights[away.argmin(axis=1)], away.min(axis=1) < _LARGEST_MISS


def fracture_box(leg: Leg, fracture: Fracture, pose: Pose) -> Box | None:
    """Return the box of the fracture with the room of its callus, None where it lies off the film or nothing broke."""
    if not fracture.broken:
        return None
    rise = fracture.rise + fracture.gap + max(fracture.defects) + 4
    z, middle, half = _silhouette(leg, fracture, pose, fracture.height + np.linspace(-rise, rise, 9))
    return _box(pose, z, np.concatenate([middle - half - _AROUND, middle + half + _AROUND]))


def _silhouette(
    leg: Leg, fracture: Fracture, pose: Pose, heights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return z, u and half width of the bone as the film shows it at some heights."""
    width, depth = half_widths(leg, heights)
    z, u, larger = pose.seen(*centre_line(leg, fracture, heights), heights)
    return z, u, larger * np.hypot(width * np.cos(pose.turn), depth * np.sin(pose.turn))


def _box(pose: Pose, z: np.ndarray, u: np.ndarray) -> Box | None:
    corners = np.meshgrid([z.min(), z.max()], [u.min(), u.max()])
    rows, columns = pose.to_film(corners[0].ravel(), corners[1].ravel())
    x0, x1 = np.clip([columns.min(), columns.max()], 0, pose.width)
    y0, y1 = np.clip([rows.min(), rows.max()], 0, pose.height)
    if x1 - x0 < _SMALLEST or y1 - y0 < _SMALLEST:
        return None
    return round(float(x0), 1), round(float(y0), 1), round(float(x1), 1), round(float(y1), 1)
