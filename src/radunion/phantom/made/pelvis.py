"""A pelvis with both hips from the front, the sacrum near the origin. Lengths in mm."""

import numpy as np

from radunion.phantom.draws import uniform
from radunion.phantom.made.bones import Blob, Tube, arc
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.flesh import Flesh, Lump
from radunion.phantom.made.plane import SIDES, Side, point
from radunion.phantom.made.profile import scaled
from radunion.phantom.made.spine import draw_spine

_THIGH = ((0.0, 95.0), (0.5, 90.0), (1.0, 75.0))
_FEMUR = ((0.0, 24.0), (0.1, 26.0), (0.2, 16.0), (1.0, 14.0))
_NECK = ((0.0, 18.0), (1.0, 18.0))


def draw_pelvis(random: np.random.Generator, size: float) -> list[Shape]:
    """Draw the lumbar spine, the pelvis and both femora."""
    density = uniform(random, 0.7, 1.2)
    shapes: list[Shape] = [Lump(point(0.0, -60.0), (190 * size, 220 * size), depth=110 * size)]
    shapes += [_thigh(size, side) for side in SIDES]
    shapes += draw_spine(random, x=0.0, span=(-300 * size, -70 * size), half_width=24 * size, density=density)
    shapes.append(Blob(point(0.0, -25 * size), (48 * size, 48 * size), depth=20 * size, density=density))
    for side in SIDES:
        shapes += [*_ilium(random, size, side, density), *_hip(random, size, side, density)]
    return shapes


def _thigh(size: float, side: Side) -> Shape:
    return Flesh(point(side * 90 * size, 40.0), point(side * 100 * size, 400.0), scaled(_THIGH, size), depth=0.95)


def _ilium(random: np.random.Generator, size: float, side: Side, density: float) -> list[Shape]:
    """Draw the wing, its crest and the brim of one side."""
    wing = Blob(
        point(side * 95 * size, -75 * size),
        (55 * size, 75 * size),
        angle=side * uniform(random, -0.7, -0.3),
        depth=8 * size,
        wall=3.0,
        density=density,
    )
    spans = (np.pi * 0.9, np.pi * 1.7) if side < 0 else (-0.6, np.pi * 0.35)
    crest = arc(
        point(side * 92 * size, -75 * size),
        (62 * size, 85 * size),
        spans,
        radius=5 * size,
        density=density,
        angle=side * -0.3,
    )
    brim = arc(point(0.0, 20 * size), (70 * size * side, 62 * size), (-0.4, 1.3), radius=8 * size, density=density)
    return [wing, *crest, *brim]


def _hip(random: np.random.Generator, size: float, side: Side, density: float) -> list[Shape]:
    """Draw the femur's head, the socket, the neck, the shaft and the ring below of one side."""
    head = point(side * 98 * size, 22 * size)
    trochanter = head + point(side * 42 * size, 30 * size)
    knee = trochanter + point(-side * uniform(random, 0.0, 45.0) * size, 400 * size)
    socket = arc(head, (30 * size, 30 * size), (np.pi, np.pi * 1.9), radius=5 * size, density=density)
    ischium = arc(
        point(side * 42 * size, 70 * size),
        (26 * size, 24 * size),
        (0.0, 2 * np.pi),
        radius=6 * size,
        density=density,
        pieces=13,
    )
    return [
        Blob(head, (25 * size, 25 * size), depth=24 * size, density=density),
        *socket,
        Tube(head, trochanter, scaled(_NECK, size), wall=4 * size, density=density),
        Tube(trochanter - point(0.0, 22 * size), knee, scaled(_FEMUR, size), wall=6 * size, density=density),
        *ischium,
    ]
