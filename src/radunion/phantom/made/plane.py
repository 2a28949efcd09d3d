"""Points of the plane in mm: x to the right, y downwards; angles in rad from x towards y."""

from typing import Literal

import numpy as np
from jaxtyping import Float

Point = Float[np.ndarray, "2"]
Side = Literal[-1, 1]  # towards negative x, towards positive
SIDES: tuple[Side, Side] = (-1, 1)


def point(x: float, y: float) -> Point:
    """Return the point at x, y in mm."""
    return np.array([x, y], dtype=np.float64)


def turned(where: Point, angle: float) -> Point:
    """Turn a point about the origin."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([cos * where[0] - sin * where[1], sin * where[0] + cos * where[1]])


def along(length: float, heading: float) -> Point:
    """Return the step of a length in mm along a heading."""
    return turned(point(length, 0.0), heading)
