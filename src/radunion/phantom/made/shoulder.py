"""Shoulders: a chest with both upper arms and shoulder blades. Lengths in mm."""

from itertools import pairwise

import numpy as np

from radunion.phantom.draws import chance, uniform
from radunion.phantom.made.bones import Blob, Tube
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.chest import draw_chest
from radunion.phantom.made.flesh import Flesh
from radunion.phantom.made.plane import SIDES, Side, point, turned
from radunion.phantom.made.profile import scaled

_UPPER_ARM = 300.0
_FLESH = ((0.0, 55.0), (0.3, 48.0), (1.0, 40.0))
_HUMERUS = ((0.0, 22.0), (0.08, 20.0), (0.2, 12.5), (1.0, 11.0))
_EDGE = ((0.0, 4.0), (1.0, 4.0))
_BLADE = ((150.0, -115.0), (95.0, -110.0), (120.0, 10.0))  # corners


def draw_shoulders(random: np.random.Generator, size: float) -> list[Shape]:
    """Draw a chest, then each side's upper arm and shoulder blade."""
    shapes = draw_chest(random, size)
    density = uniform(random, 0.8, 1.2)
    for side in SIDES:
        shapes += [*_upper_arm(random, size, side, density), *_blade(size, side, density)]
    return shapes


def _upper_arm(random: np.random.Generator, size: float, side: Side, density: float) -> list[Shape]:
    joint = point(side * 168 * size, -110 * size)
    raised = uniform(random, -0.1, 0.4) if chance(random, 0.5) else uniform(random, 0.8, 2.2)
    elbow = joint + turned(point(0.0, _UPPER_ARM * size), -side * raised)
    return [
        Blob(joint, (23 * size, 24 * size), depth=23 * size, density=density),
        Flesh(joint, elbow, scaled(_FLESH, size)),
        Tube(joint, elbow, scaled(_HUMERUS, size), wall=4.3 * size, density=density),
    ]


def _blade(size: float, side: Side, density: float) -> list[Shape]:
    corners = [point(side * x * size, y * size) for x, y in (*_BLADE, _BLADE[0])]
    return [Tube(a, b, scaled(_EDGE, size), wall=1.6 * size, density=density) for a, b in pairwise(corners)]
