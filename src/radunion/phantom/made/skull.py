"""A skull from the front with the neck, its middle at the origin. Lengths in mm."""

import numpy as np

from radunion.phantom.draws import uniform
from radunion.phantom.made.bones import arc
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.flesh import Lump
from radunion.phantom.made.plane import point
from radunion.phantom.made.spine import draw_spine

_ROUND = (0.0, 2 * np.pi)


def draw_skull(random: np.random.Generator, size: float) -> list[Shape]:
    """Draw the vault, a few rims of the face and the neck."""
    shapes: list[Shape] = [
        Lump(point(0.0, 0.0), (85 * size, 105 * size), depth=75 * size),
        Lump(point(0.0, 110 * size), (52 * size, 100 * size), depth=50 * size),
        *arc(point(0.0, 0.0), (76 * size, 96 * size), _ROUND, radius=5 * size, density=1.2, pieces=23),
    ]
    for _ in range(int(random.integers(3, 9))):
        shapes += _rim(random, size)
    x = uniform(random, -10.0, 10.0)
    return [*shapes, *draw_spine(random, x=x, span=(90 * size, 260 * size), half_width=14 * size, density=1.0)]


def _rim(random: np.random.Generator, size: float) -> list[Shape]:
    centre = point(uniform(random, -40.0, 40.0) * size, uniform(random, -20.0, 70.0) * size)
    half = (uniform(random, 12.0, 30.0) * size, uniform(random, 12.0, 30.0) * size)
    return arc(centre, half, _ROUND, radius=3 * size, density=1.0, pieces=11)
