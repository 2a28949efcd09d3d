"""Where the fracture and each cortex lie on a film: boxes in pixels (x0, y0, x1, y1). Lengths in mm."""

import numpy as np

from radunion.phantom.anatomy import half_widths
from radunion.phantom.bone import centre_line
from radunion.phantom.fracture import Fracture, crossing
from radunion.phantom.leg import Leg
from radunion.phantom.pose import Pose
from radunion.scale import CORTICES_ON, Cortex

Box = tuple[float, float, float, float]

REACH = 18.0  # above and below the fracture that a cortex is looked at
_OUTSIDE, _AROUND = 7.0, 5.0  # beyond the bone's edge, of a cortex's box and of the fracture's
_SMALLEST = 2  # pixels
_STEP = 0.25  # mm: how finely a crossing is looked for
_OUTWARDS: dict[Cortex, tuple[int, int]] = {
    "medial": (1, 0),
    "lateral": (-1, 0),
    "anterior": (0, 1),
    "posterior": (0, -1),
}


def cortex_box(leg: Leg, fracture: Fracture, pose: Pose, cortex: Cortex) -> Box | None:
    """Return the box of a cortex where the fracture crosses it, None where it is not shown or nothing broke."""
    if not fracture.broken or cortex not in CORTICES_ON[pose.view]:
        return None
    heights = crossing_at(leg, fracture, cortex) + np.linspace(-REACH, REACH, 9)
    z, middle, half = _silhouette(leg, fracture, pose, heights)
    sign = 1 if cortex in ("medial", "anterior") else -1
    edges = np.concatenate([middle + sign * (half - leg.cortex - 1), middle + sign * (half + _OUTSIDE)])
    return _box(pose, z, edges)


def crossing_at(leg: Leg, fracture: Fracture, cortex: Cortex) -> float:
    """Return the height in mm above the ankle at which the fracture crosses a cortex."""
    heights = fracture.height + np.arange(-fracture.zone, fracture.zone, _STEP)
    width, depth = half_widths(leg, heights)
    across, along = _OUTWARDS[cortex]
    met = crossing(fracture, across * width, along * depth)
    return float(heights[np.abs(met - heights).argmin()])


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
