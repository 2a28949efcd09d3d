"""A chest from the front with lungs, heart, ribs and collar bones. Lengths in mm."""

import numpy as np

from radunion.phantom.draws import chance, uniform
from radunion.phantom.made.bones import Tube, arc
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.flesh import Lump, Lung
from radunion.phantom.made.plane import SIDES, Side, point
from radunion.phantom.made.profile import scaled
from radunion.phantom.made.spine import draw_spine

_RIBS_APART = 26.0
_CLAVICLE = ((0.0, 8.0), (1.0, 7.0))


def draw_chest(random: np.random.Generator, size: float) -> list[Shape]:
    """Draw a chest with the neck and the roots of both arms."""
    density = uniform(random, 0.6, 1.1)
    shapes: list[Shape] = [*_body(size), *(_lung(random, size, side) for side in SIDES)]
    shapes += _organs(random, size)
    shapes += draw_spine(random, x=0.0, span=(-290 * size, 330 * size), half_width=16 * size, density=density)
    for number in range(int(random.integers(8, 12))):
        for side in SIDES:
            shapes += _rib(random, size, side, number, density)
    return [*shapes, *(_clavicle(random, size, side, density) for side in SIDES)]


def _body(size: float) -> list[Shape]:
    trunk = Lump(point(0.0, 60 * size), (165 * size, 260 * size), depth=75 * size)
    neck = Lump(point(0.0, -190 * size), (48 * size, 110 * size), depth=45 * size)
    shoulders = [Lump(point(side * 150 * size, -105 * size), (65 * size, 55 * size), depth=45 * size) for side in SIDES]
    return [trunk, neck, *shoulders]


def _lung(random: np.random.Generator, size: float, side: Side) -> Shape:
    room = Lump(point(side * 70 * size, -20 * size), (58 * size, 125 * size), depth=62 * size, angle=side * -0.08)
    return Lung(room, air=uniform(random, 0.75, 1.0))


def _organs(random: np.random.Generator, size: float) -> list[Shape]:
    """Draw the heart and the belly."""
    heart = point(uniform(random, -25.0, 25.0) * size, 40 * size)
    return [
        Lump(heart, (55 * size, 65 * size), depth=45 * size, angle=0.4, upon=True),
        Lump(point(0.0, 230 * size), (150 * size, 110 * size), depth=60 * size, upon=True),
    ]


def _rib(random: np.random.Generator, size: float, side: Side, number: int, density: float) -> list[Shape]:
    """Draw one rib of one side, and most of its front half."""
    y = (-125 + number * _RIBS_APART) * size
    width = (75 + 60 * np.sin(min(number, 6) / 6 * 1.5)) * size
    rear = arc(
        point(side * 8 * size, y + 22 * size),
        (width * side, 30 * size),
        (-1.5, 0.5),
        radius=4.5 * size,
        density=density,
        pieces=8,
    )
    if not chance(random, 0.6):
        return rear
    front = arc(
        point(side * 20 * size, y + 10 * size),
        ((width - 14 * size) * side, 50 * size),
        (0.1, 1.3),
        radius=3.8 * size,
        density=density * 0.7,
        pieces=5,
    )
    return [*rear, *front]


def _clavicle(random: np.random.Generator, size: float, side: Side, density: float) -> Shape:
    end = point(side * 150 * size, -150 * size + uniform(random, -10.0, 10.0))
    start = point(side * 10 * size, -135 * size)
    return Tube(start, end, scaled(_CLAVICLE, size), wall=3 * size, density=density, bend=side * 0.05)
