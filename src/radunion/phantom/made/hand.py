"""A hand beyond the wrist, flat on the film or on its edge. Lengths in mm."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from radunion.phantom.draws import chance, uniform
from radunion.phantom.made.bones import Blob
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.flesh import Flesh
from radunion.phantom.made.plane import Point, along, point, turned
from radunion.phantom.made.profile import scaled
from radunion.phantom.made.rays import Fan, fan_out

HandView = Literal["flat", "edge"]

_PALM = 75.0  # length
_FLAT_PALM = ((0.0, 28.0), (0.4, 36.0), (1.0, 42.0))
_EDGE_PALM = ((0.0, 20.0), (1.0, 18.0))
_CARPAL_WALL = 1.5


@dataclass(frozen=True)
class Hand:
    """Where a hand lies."""

    wrist: Point
    heading: float  # rad
    size: float  # 1 = an adult's
    density: float
    view: HandView


def draw_hand(random: np.random.Generator, hand: Hand) -> list[Shape]:
    """Draw a hand's bones and flesh."""
    palm = hand.wrist + along(_PALM * hand.size, hand.heading)
    if hand.view == "flat":
        carpals = [_carpal_in_row(random, hand, number) for number in range(8)]
        flesh = Flesh(hand.wrist, palm, scaled(_FLAT_PALM, hand.size), depth=0.45)
        return [*carpals, flesh, *_flat_rays(random, hand)]
    carpals = [_carpal_in_heap(random, hand) for _ in range(6)]
    flesh = Flesh(hand.wrist, palm, scaled(_EDGE_PALM, hand.size), depth=1.2)
    return [*carpals, flesh, *_edge_rays(random, hand)]


def _carpal_in_row(random: np.random.Generator, hand: Hand, number: int) -> Shape:
    row, place = divmod(number, 4)
    aside = (place - 1.5) * 11 * hand.size + uniform(random, -2.0, 2.0)
    return _carpal(random, hand, point((10 + 13 * row) * hand.size, aside), largest=8.0)


def _carpal_in_heap(random: np.random.Generator, hand: Hand) -> Shape:
    place = point(uniform(random, 6.0, 30.0) * hand.size, uniform(random, -8.0, 8.0) * hand.size)
    return _carpal(random, hand, place, largest=9.0)


def _carpal(random: np.random.Generator, hand: Hand, place: Point, *, largest: float) -> Shape:
    return Blob(
        hand.wrist + turned(place, hand.heading),
        (uniform(random, 6.0, largest) * hand.size, uniform(random, 6.0, largest) * hand.size),
        angle=uniform(random, 0.0, 3.0),
        wall=_CARPAL_WALL * hand.size,
        density=hand.density,
    )


def _flat_rays(random: np.random.Generator, hand: Hand) -> list[Shape]:
    fan = Fan(
        extremity="hand",
        start=hand.wrist + along(30 * hand.size, hand.heading),
        heading=hand.heading,
        size=hand.size,
        density=hand.density,
        spread=uniform(random, 0.05, 0.35),
        curl=uniform(random, -0.1, 0.1) if chance(random, 0.6) else uniform(random, 0.2, 0.9),
        foreshort=uniform(random, 0.8, 1.0),
    )
    return fan_out(random, fan)


def _edge_rays(random: np.random.Generator, hand: Hand) -> list[Shape]:
    """Draw the thumb and a finger, then three more rays that lie over them."""
    start = hand.wrist + along(28 * hand.size, hand.heading)
    pair = Fan(
        extremity="hand",
        start=start,
        heading=hand.heading,
        size=hand.size,
        density=hand.density,
        spread=uniform(random, 0.0, 0.1),
        count=2,
        curl=uniform(random, 0.0, 0.4),
    )
    shapes = fan_out(random, pair)
    for _ in range(3):
        shapes += fan_out(random, _ray_over(random, hand, start))
    return shapes


def _ray_over(random: np.random.Generator, hand: Hand, start: Point) -> Fan:
    return Fan(
        extremity="hand",
        start=start,
        heading=hand.heading + uniform(random, -0.12, 0.12),
        size=hand.size * uniform(random, 0.9, 1.1),
        density=hand.density * 0.9,
        spread=0.02,
        count=1,
        curl=uniform(random, 0.0, 0.5),
    )
