"""A leg: the knee at the origin, the shin downwards. Lengths in mm."""

from dataclasses import dataclass

import numpy as np

from radunion.phantom.draws import chance, pick, side, uniform
from radunion.phantom.made.bones import Blob, Tube
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.flesh import Flesh
from radunion.phantom.made.foot import Foot, draw_foot
from radunion.phantom.made.hardware import Shaft, draw_hardware
from radunion.phantom.made.plane import Point, Side, point, turned
from radunion.phantom.made.profile import scaled
from radunion.phantom.made.sheet import VIEWS, View

SHIN = 360.0  # an adult's, on average

_THIGH = ((0.0, 55.0), (0.3, 66.0), (1.0, 85.0))
_FIBULA = ((0.0, 1.5), (0.07, 1.4), (0.15, 1.0), (0.8, 1.0), (0.93, 1.6), (1.0, 0.8))
_WITH_HARDWARE = 0.4


@dataclass(frozen=True)
class _Leg:
    """One leg's build."""

    view: View
    density: float
    size: float  # 1 = an adult's
    length: float  # of the tibia
    towards: Side  # of the fibula from the front, of the shin's front from the side
    radius: float  # of the tibia at mid-shaft
    stoutness: float

    @property
    def ap(self) -> bool:
        """Return whether the leg is seen from the front."""
        return self.view == "ap"


def draw_leg(random: np.random.Generator, size: float) -> list[Shape]:
    """Draw a leg from the thigh to the toes, some with hardware or a cast."""
    leg = _sample_leg(random, size)
    shin = [_calf(random, leg), _tibia(random, leg), _fibula(random, leg)]
    knee = _knee(random, leg)
    ankle = point(0.0, leg.length)
    foot = draw_foot(random, Foot(ankle, size, leg.density, leg.towards, leg.view))
    held: list[Shape] = []
    if chance(random, _WITH_HARDWARE):
        held = draw_hardware(random, Shaft(leg.length, leg.radius, size, leg.towards))
    return [*shin, *knee, *foot, *held]


def _sample_leg(random: np.random.Generator, size: float) -> _Leg:
    view = pick(random, VIEWS)
    return _Leg(
        view=view,
        density=uniform(random, 0.8, 1.25),
        size=size,
        length=uniform(random, 330.0, 390.0) * size,
        towards=side(random),
        radius=uniform(random, 10.5, 14.0) * size * (1.0 if view == "ap" else uniform(random, 1.0, 1.2)),
        stoutness=uniform(random, 0.8, 1.35),
    )


def _calf(random: np.random.Generator, leg: _Leg) -> Shape:
    size, stoutness = leg.size, leg.stoutness
    widest = uniform(random, 46.0, 60.0) * size * stoutness
    behind = 0.0 if leg.ap else -leg.towards * uniform(random, 5.0, 18.0) * size
    profile = (
        *scaled(((0.0, 54.0), (0.12, 48.0)), size, stoutness),
        (0.3, widest),
        (0.6, 0.72 * widest),
        (0.85, 31 * size * stoutness**0.5),
        (1.0, 33 * size),
    )
    return Flesh(point(behind * 0.5, -20.0), point(0.0, leg.length - 5), profile, bend=-behind / leg.length * 0.3)


def _tibia(random: np.random.Generator, leg: _Leg) -> Shape:
    size, radius = leg.size, leg.radius
    plateau = uniform(random, 34.0, 40.0) * size * (1.0 if leg.ap else 0.75)
    plafond = uniform(random, 21.0, 26.0) * size * (1.0 if leg.ap else 0.85)
    profile = (
        (0.0, plateau),
        (0.04, plateau),
        (0.12, 0.62 * plateau),
        *scaled(((0.2, 1.25), (0.35, 1.05), (0.7, 0.95), (0.86, 1.15)), radius),
        (0.96, plafond),
        (1.0, plafond),
    )
    return Tube(
        point(0.0, 4 * size),
        point(uniform(random, -4.0, 4.0), leg.length),
        profile,
        wall=uniform(random, 0.26, 0.42) * radius,
        density=leg.density,
        bend=uniform(random, -0.012, 0.012),
        hollow=uniform(random, 0.7, 0.9),
    )


def _fibula(random: np.random.Generator, leg: _Leg) -> Shape:
    size, towards = leg.size, leg.towards
    if leg.ap:
        radius = uniform(random, 0.45, 0.62) * leg.radius
        head, malleolus = towards * uniform(random, 19.0, 30.0) * size, towards * uniform(random, 16.0, 22.0) * size
    else:
        radius = uniform(random, 0.42, 0.55) * leg.radius
        head, malleolus = -towards * uniform(random, 4.0, 20.0) * size, -towards * uniform(random, 0.0, 9.0) * size
    return Tube(
        point(head * 1.2, 22 * size),
        point(malleolus * 1.25, leg.length + uniform(random, 8.0, 18.0) * size),
        scaled(_FIBULA, radius),
        wall=uniform(random, 0.35, 0.5) * radius,
        density=leg.density,
        bend=uniform(random, -0.012, 0.012),
    )


def _knee(random: np.random.Generator, leg: _Leg) -> list[Shape]:
    """Draw the thigh, the femur and the patella."""
    size, joint = leg.size, point(0.0, -4 * leg.size)
    flexion = _flexion(random, leg)
    length = uniform(random, 400.0, 450.0) * size
    thigh = turned(point(0.0, -length), flexion)
    radius = uniform(random, 12.5, 15.5) * size
    condyles = uniform(random, 36.0, 42.0) * size * (1.0 if leg.ap else 0.8)
    profile = ((0.0, condyles), (0.08, condyles), *scaled(((0.17, 1.5), (0.3, 1.0), (1.0, 1.1)), radius))
    wall = uniform(random, 0.28, 0.4) * radius
    return [
        Flesh(joint, joint + thigh, scaled(_THIGH, size, leg.stoutness)),
        Tube(joint, joint + thigh, profile, wall=wall, density=leg.density),
        _patella(random, leg, joint, thigh / length),
    ]


def _flexion(random: np.random.Generator, leg: _Leg) -> float:
    if leg.ap:
        return uniform(random, -0.1, 0.1)
    return -leg.towards * (uniform(random, 0.0, 0.4) if chance(random, 0.5) else uniform(random, 0.4, 1.9))


def _patella(random: np.random.Generator, leg: _Leg, joint: Point, up: Point) -> Shape:
    size = leg.size
    if leg.ap:
        centre = joint + up * uniform(random, 15.0, 35.0) * size
        return Blob(centre, (21 * size, 22 * size), depth=8 * size, density=leg.density)
    front = leg.towards * np.array([-up[1], up[0]])
    centre = joint + up * 20 * size + front * uniform(random, 36.0, 44.0) * size * 0.9
    angle = float(np.arctan2(up[1], up[0]) + np.pi / 2)
    return Blob(centre, (11 * size, 21 * size), angle=angle, depth=20 * size, density=leg.density)
