"""An arm: the elbow at the origin, the forearm downwards. Lengths in mm."""

from dataclasses import dataclass

import numpy as np

from radunion.phantom.draws import chance, pick, side, uniform
from radunion.phantom.made.bones import Tube
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.flesh import Flesh
from radunion.phantom.made.hand import Hand, HandView, draw_hand
from radunion.phantom.made.plane import Side, point, turned
from radunion.phantom.made.profile import scaled
from radunion.phantom.made.sheet import VIEWS, View

FOREARM = 235.0  # an adult's, on average
SHAFT = 7.5  # radius of a forearm bone

_HAND_VIEWS: tuple[HandView, ...] = ("flat", "flat", "edge")
_FOREARM_FLESH = ((0.0, 40.0), (0.25, 42.0), (0.6, 32.0), (0.9, 25.0), (1.0, 26.0))
_UPPER_FLESH = ((0.0, 40.0), (0.5, 48.0), (1.0, 60.0))
_RADIUS = ((0.0, 1.5), (0.06, 1.35), (0.13, 0.85), (0.2, 1.0), (0.5, 1.0), (0.85, 1.25), (1.0, 2.1))
_HUMERUS = ((0.14, 1.3), (0.3, 1.0), (0.8, 1.1), (1.0, 2.1))  # above the elbow
_ULNA = ((0.0, 1.7), (0.08, 1.6), (0.2, 1.05), (0.5, 0.9), (0.85, 0.75), (1.0, 1.1))


@dataclass(frozen=True)
class _Arm:
    """One arm's build."""

    view: View
    density: float
    size: float  # 1 = an adult's
    length: float  # of the forearm
    radius: float  # of a forearm bone
    gap: float  # between the two
    towards: Side  # of the radius
    stoutness: float


def draw_arm(random: np.random.Generator, size: float) -> list[Shape]:
    """Draw an arm from the upper arm to the finger tips."""
    arm = _sample_arm(random, size)
    forearm, upper = _forearm(random, arm), _upper_arm(random, arm)
    view = pick(random, _HAND_VIEWS)
    hand = Hand(
        wrist=point(0.0, arm.length + 3 * size),
        heading=np.pi / 2 + uniform(random, -0.35, 0.35),
        size=size * uniform(random, 0.92, 1.1),
        density=arm.density,
        view=view,
    )
    return [*forearm, *upper, *draw_hand(random, hand)]


def _sample_arm(random: np.random.Generator, size: float) -> _Arm:
    view = pick(random, VIEWS)
    return _Arm(
        view=view,
        density=uniform(random, 0.8, 1.25),
        size=size,
        length=uniform(random, 220.0, 255.0) * size,
        radius=uniform(random, 6.3, 8.0) * size,
        gap=uniform(random, 12.0, 24.0) * size * (1.0 if view == "ap" else uniform(random, 0.15, 0.8)),
        towards=side(random),
        stoutness=uniform(random, 0.8, 1.35),
    )


def _forearm(random: np.random.Generator, arm: _Arm) -> list[Shape]:
    size, radius, towards = arm.size, arm.radius, arm.towards
    crossing = uniform(random, -1.0, 1.0) if chance(random, 0.4) else 1.0  # -1 = turned palm down
    apart = arm.gap * 0.6 * crossing
    return [
        Flesh(
            point(0.0, -10.0),
            point(0.0, arm.length),
            scaled(_FOREARM_FLESH, size, arm.stoutness),
            depth=0.9,
        ),
        Tube(
            point(towards * arm.gap * 0.55, 18 * size),
            point(towards * apart, arm.length),
            scaled(_RADIUS, radius),
            wall=uniform(random, 0.3, 0.42) * radius,
            density=arm.density,
            bend=towards * uniform(random, 0.0, 0.02),
        ),
        Tube(
            point(-towards * arm.gap * 0.5, -16 * size),
            point(-towards * apart, arm.length - 4 * size),
            scaled(_ULNA, radius),
            wall=uniform(random, 0.3, 0.42) * radius,
            density=arm.density,
            bend=uniform(random, -0.02, 0.02),
        ),
    ]


def _upper_arm(random: np.random.Generator, arm: _Arm) -> list[Shape]:
    size = arm.size
    flexion = uniform(random, -0.15, 0.15) if chance(random, 0.5) else uniform(random, 0.6, 1.9)
    flexion *= side(random)
    elbow = point(0.0, -4 * size)
    top = elbow + turned(point(0.0, -uniform(random, 290.0, 330.0) * size), flexion)
    radius = uniform(random, 10.0, 12.5) * size
    condyles = (2.4 if arm.view == "ap" else 1.2) * radius
    profile = ((0.0, condyles), (0.05, condyles * 1.1), *scaled(_HUMERUS, radius))
    return [
        Flesh(elbow, top, scaled(_UPPER_FLESH, size, arm.stoutness), depth=0.95),
        Tube(elbow, top, profile, wall=uniform(random, 0.3, 0.4) * radius, density=arm.density),
    ]
