"""A foot beyond the ankle, from the front or from the side. Lengths in mm."""

from dataclasses import dataclass

import numpy as np

from radunion.phantom.draws import chance, uniform
from radunion.phantom.made.bones import Blob
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.flesh import Flesh
from radunion.phantom.made.plane import Point, Side, along, point, turned
from radunion.phantom.made.profile import scaled
from radunion.phantom.made.rays import Fan, fan_out
from radunion.phantom.made.sheet import View

_WALL = 2.5  # cortex of the hindfoot's bones
_FRONT_FLESH = ((0.0, 35.0), (0.6, 38.0), (1.0, 42.0))
_SOLE = ((0.0, 30.0), (0.4, 32.0), (0.7, 23.0), (1.0, 14.0))
_ANKLE_FLESH = ((0.0, 34.0), (1.0, 44.0))


@dataclass(frozen=True)
class Foot:
    """Where a foot is."""

    ankle: Point
    size: float  # 1 = an adult's
    density: float
    towards: Side  # of the toes from the side
    view: View


def draw_foot(random: np.random.Generator, foot: Foot) -> list[Shape]:
    """Draw a foot's bones and flesh."""
    size, ap = foot.size, foot.view == "ap"
    half = ((20.0 if ap else 26.0) * size, 13 * size)
    talus = _hindfoot_bone(foot, foot.ankle + point(0.0, 12 * size), half, depth=20 * size)
    return [talus, *(_from_front(random, foot) if ap else _from_side(random, foot))]


def _from_front(random: np.random.Generator, foot: Foot) -> list[Shape]:
    size, ankle = foot.size, foot.ankle
    pointing = uniform(random, 0.3, 1.0)  # of the foot's length is seen
    spread = uniform(random, 0.03, 0.14)
    heading = np.pi / 2 + uniform(random, -0.3, 0.3)
    heel = ankle + point(uniform(random, -6.0, 6.0), 32 * size)
    calcaneus = _hindfoot_bone(foot, heel, (22 * size, 20 * size), depth=uniform(random, 22.0, 34.0) * size)
    tip = ankle + along(60 * pointing * size + 30 * size, heading)
    flesh_depth = uniform(random, 1.2, 2.4)
    flesh = Flesh(ankle + point(0.0, -5.0), tip, scaled(_FRONT_FLESH, size), depth=flesh_depth)
    fan = Fan(
        extremity="foot",
        start=ankle + point(0.0, (25 + 30 * pointing) * size),
        heading=heading,
        size=size,
        density=foot.density * uniform(random, 1.0, 1.6),  # bones lie behind one another
        spread=spread,
        foreshort=max(0.25, pointing),
    )
    return [calcaneus, flesh, *fan_out(random, fan), *_midfoot_from_front(random, foot, pointing)]


def _midfoot_from_front(random: np.random.Generator, foot: Foot, pointing: float) -> list[Shape]:
    if not chance(random, 0.7):
        return []
    size = foot.size
    return [
        Blob(
            foot.ankle + point(uniform(random, -8.0, 8.0), (25 + 20 * pointing) * size),
            (uniform(random, 18.0, 26.0) * size, uniform(random, 18.0, 30.0) * size),
            depth=uniform(random, 15.0, 30.0) * size,
            density=foot.density,
        )
    ]


def _from_side(random: np.random.Generator, foot: Foot) -> list[Shape]:
    size, ankle, towards = foot.size, foot.ankle, foot.towards
    flexion = uniform(random, -0.1, 0.6) if chance(random, 0.85) else uniform(random, 0.6, 1.1)  # plantar
    level = 0.0 if towards > 0 else np.pi
    heading = level + towards * flexion
    heel = ankle + along(-30 * size, level) + point(0.0, 34 * size)
    middle = ankle + along(45 * size, heading) + point(0.0, 22 * size)
    rays = [shape for _ in range(int(random.integers(3, 6))) for shape in _ray_from_side(random, foot, middle, heading)]
    ball = middle + along(110 * size, heading + towards * 0.2)
    return [
        *_tarsals_from_side(foot, heel, middle, heading),
        *rays,
        Flesh(heel, ball, scaled(_SOLE, size), depth=1.1),
        Flesh(ankle + point(0.0, -8.0), ankle + point(0.0, 25 * size), scaled(_ANKLE_FLESH, size)),
    ]


def _tarsals_from_side(foot: Foot, heel: Point, middle: Point, heading: float) -> list[Shape]:
    size, towards, density = foot.size, foot.towards, foot.density
    calcaneus = heel + along(6 * size, heading)
    cuboid = middle + turned(point(24 * size, 8 * size * towards), heading)
    return [
        _hindfoot_bone(foot, calcaneus, (38 * size, 19 * size), depth=18 * size, angle=heading - towards * 0.3),
        Blob(middle, (17 * size, 17 * size), angle=heading, depth=18 * size, density=density),
        Blob(cuboid, (16 * size, 13 * size), angle=heading, depth=16 * size, density=density),
    ]


def _ray_from_side(random: np.random.Generator, foot: Foot, middle: Point, heading: float) -> list[Shape]:
    size, towards = foot.size, foot.towards
    fan = Fan(
        extremity="foot",
        start=middle + turned(point(34 * size, towards * uniform(random, 2.0, 16.0) * size), heading),
        heading=heading + towards * uniform(random, 0.08, 0.4),
        size=size * uniform(random, 0.85, 1.05),
        density=foot.density,
        spread=0.01,
        count=1,
    )
    return fan_out(random, fan)


def _hindfoot_bone(foot: Foot, centre: Point, half: tuple[float, float], *, depth: float, angle: float = 0.0) -> Shape:
    return Blob(centre, half, angle=angle, depth=depth, wall=_WALL * foot.size, density=foot.density)
