"""The fibula beside the tibia: its axis in space, its fracture, and its path on a film. Lengths in mm."""

import numpy as np
from jaxtyping import Float32

from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.pose import Pose

Points = Float32[np.ndarray, " n"]

# t = z / length: x and y of the axis relative to that at mid-shaft, and the radius.
_AXIS = np.array([
    (-0.07, 0.92, 0.35, 0.5), (-0.05, 0.93, 0.35, 1.35), (-0.01, 0.92, 0.4, 1.75), (0.05, 0.88, 0.5, 1.3),
    (0.12, 0.86, 0.7, 1.05), (0.3, 0.9, 0.95, 1.0), (0.6, 1.0, 1.0, 1.0), (0.85, 1.15, 1.3, 0.95),
    (0.91, 1.25, 1.5, 1.3), (0.94, 1.28, 1.6, 1.6), (0.965, 1.28, 1.6, 0.6),
])  # fmt: skip
_WALL = 0.42  # of the radius, at mid-shaft


def project_fibula(
    leg: Leg, fracture: Fracture, pose: Pose, z: Float32[np.ndarray, "h w"], u: Float32[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w"]:
    """Return the mm of cortical bone on each ray."""
    heights = np.linspace(_AXIS[0, 0], _AXIS[-1, 0], 400) * leg.length
    x, y, radius = fibula_axis(leg, heights)
    below = _below_its_fracture(fracture, heights)
    x, y = x + below * fracture.fibula_shift[0], y + below * fracture.fibula_shift[1]
    at_z, at_u, larger = pose.seen(x, y, heights)
    aside = radius.max() * 1.4
    near = (z > at_z[0]) & (z < at_z[-1]) & (u > at_u.min() - aside) & (u < at_u.max() + aside)
    path = np.zeros_like(z)
    path[near] = _path(fracture, z[near], u[near], (at_z, at_u, radius * larger, _wall(heights / leg.length)))
    return path * np.float32(leg.density)


def _path(fracture: Fracture, z: Points, u: Points, tables: tuple[np.ndarray, ...]) -> Points:
    """Return the mm of bone at some pixels, from tables of the axis, the radius and the wall by height."""
    at_z, *others = tables
    axis, outer, wall = (np.interp(z, at_z, table).astype(np.float32) for table in others)
    off = u - axis
    square = off * off
    path = _chord(square, outer) - np.float32(0.85) * _chord(square, outer * (1 - wall))
    if fracture.fibula is None:
        return path
    edge = np.abs(z - np.float32(fracture.fibula) - np.float32(0.6) * off)
    return path * (1 - np.float32(0.75) * np.clip(np.float32(1.7) - edge, 0, 1))


def fibula_axis(leg: Leg, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x and y of the fibula's axis, as grown, and its radius at heights."""
    from scipy.interpolate import PchipInterpolator

    x, y, radius = PchipInterpolator(_AXIS[:, 0], _AXIS[:, 1:])(heights / leg.length).T
    return x * leg.fibula_offset[0], y * leg.fibula_offset[1], radius * leg.fibula


def _wall(t: np.ndarray) -> np.ndarray:
    shaft = np.clip(np.minimum((t + 0.02) / 0.15, (0.96 - t) / 0.15), 0.25, 1)
    return _WALL * shaft


def _below_its_fracture(fracture: Fracture, heights: np.ndarray) -> np.ndarray:
    """Return 1 at its fracture, falling to 0 at the ankle, where it is held; 0 above."""
    if fracture.fibula is None:
        return np.zeros_like(heights)
    place = np.clip(heights / max(fracture.fibula, 1.0), 0, None)
    return np.where(heights < fracture.fibula, np.clip(place, 0, 1), 0.0)


def _chord(square: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Return the path through a disc from its centre's squared distance."""
    return 2 * np.sqrt(np.clip(radius * radius - square, 0, None))
