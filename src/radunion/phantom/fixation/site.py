"""Places on and in the bone where a surgeon puts things. Bone axes; headings in rad: 0 medial, pi/2 anterior."""

import numpy as np
from jaxtyping import Float

from radunion.phantom.anatomy import half_widths, outline, soft_tissue
from radunion.phantom.bone import centre_line
from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.solids import Point

Vector = Float[np.ndarray, "3"]
_FARTHEST, _STEP = 70.0, 0.25  # mm from a point at which its line must have left the bone, and between trials


def surface(leg: Leg, fracture: Fracture, z: Float[np.ndarray, " n"], heading: float) -> Float[np.ndarray, "n 3"]:
    """Return points of the bone's surface at heights z in one direction from its axis."""
    (x, y), (width, depth) = centre_line(leg, fracture, z), half_widths(leg, z)
    out = outline(leg, z, np.full(z.shape, np.sin(heading), np.float32))
    return np.stack([x + width * out * np.cos(heading), y + depth * out * np.sin(heading), z], axis=1)


def axis_point(leg: Leg, fracture: Fracture, z: float) -> Vector:
    """Return the bone's axis at one height."""
    x, y = centre_line(leg, fracture, np.array([z]))
    return np.array([x[0], y[0], z])


def level(heading: float, rise: float = 0.0) -> Vector:
    """Return the unit direction of a heading that rises by `rise` rad."""
    return np.array([np.cos(heading) * np.cos(rise), np.sin(heading) * np.cos(rise), np.sin(rise)])


def bone_span(leg: Leg, fracture: Fracture, through: Vector, direction: Vector) -> tuple[float, float]:
    """Return from where to where, in mm from a point, a line runs in the bone; both 0 where it misses."""
    steps = np.arange(-_FARTHEST, _FARTHEST, _STEP)
    x, y, z = through[:, None] + direction[:, None] * steps
    (centre_x, centre_y), (width, depth) = centre_line(leg, fracture, z), half_widths(leg, z)
    c, s = (x - centre_x) / width, (y - centre_y) / depth
    radius = np.hypot(c, s) + 1e-6
    inside = steps[radius < outline(leg, z, (s / radius).astype(np.float32))]
    return (float(inside[0]), float(inside[-1])) if inside.size else (0.0, 0.0)


def skin_distance(leg: Leg, through: Vector, direction: Vector) -> float:
    """Return how far from a point within the leg a level line leaves the skin."""
    steps = np.arange(0.0, 200.0, 0.5)
    width, depth, offset = (half[0] for half in soft_tissue(leg, through[2:]))
    x, y = through[0] + steps * direction[0], through[1] + steps * direction[1]
    inside = steps[np.square(x / width) + np.square((y - offset) / depth) < 1]
    return float(inside[-1]) if inside.size else 0.0


def as_point(place: Vector) -> Point:
    """Return a place as plain data."""
    x, y, z = place.tolist()
    return x, y, z
