"""A spine from the front: vertebrae one below another. Lengths in mm."""

from itertools import pairwise

import numpy as np

from radunion.phantom.draws import uniform
from radunion.phantom.made.bones import Blob
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.plane import point

_WALL = 2.5


def draw_spine(
    random: np.random.Generator, *, x: float, span: tuple[float, float], half_width: float, density: float
) -> list[Shape]:
    """Draw the vertebrae of a span of heights, each with its spinous process."""
    top, bottom = span
    count = int((bottom - top) / uniform(random, 26.0, 36.0))
    shapes: list[Shape] = []
    for upper, lower in pairwise(np.linspace(top, bottom, max(count, 2))):
        middle, height = (upper + lower) / 2, (lower - upper) * 0.46
        body = point(x + uniform(random, -1.0, 1.0), middle)
        shapes += [
            Blob(body, (half_width, height), depth=half_width * 0.8, wall=_WALL, density=density),
            Blob(point(x, middle + 3), (4.0, 9.0), depth=12.0, density=density),
        ]
    return shapes
