"""The rays of a hand or a foot: a metacarpal or metatarsal each, and its phalanges. Lengths in mm."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from radunion.phantom.draws import side, uniform
from radunion.phantom.made.bones import Tube
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.flesh import Flesh
from radunion.phantom.made.plane import Point, Side, along, point, turned
from radunion.phantom.made.profile import Profile, scaled

Extremity = Literal["hand", "foot"]

_CORTEX = 0.45  # thickness of the cortex by the bone's radius
_JOINT = 1.5  # gap between two bones
_LONG: Profile = ((0.0, 1.5), (0.25, 1.0), (0.6, 0.9), (1.0, 1.6))  # radii by the ray's radius
_PHALANX: Profile = ((0.0, 1.45), (0.4, 0.85), (1.0, 1.2))


@dataclass(frozen=True)
class _Ray:
    """One ray of an adult."""

    long: tuple[float, float]  # bounds of the length of the metacarpal or metatarsal
    radius: float
    phalanges: tuple[float, ...]


_FIRST: dict[Extremity, _Ray] = {
    "hand": _Ray((40.0, 50.0), 4.2, (42.0, 27.0)),
    "foot": _Ray((52.0, 62.0), 6.0, (24.0, 12.0)),
}
_OTHER: dict[Extremity, _Ray] = {
    "hand": _Ray((58.0, 70.0), 3.6, (42.0, 27.0, 19.0)),
    "foot": _Ray((60.0, 75.0), 3.2, (24.0, 12.0, 10.0)),
}
_DEPTH: dict[Extremity, float] = {"hand": 1.0, "foot": 1.4}  # of the flesh around a long bone, by its width


@dataclass(frozen=True)
class Fan:
    """How the rays of one hand or foot lie; the first is the thumb's or the great toe's."""

    extremity: Extremity
    start: Point
    heading: float  # rad
    size: float  # 1 = an adult's
    density: float
    spread: float  # rad from the middle ray to an outer one
    count: int = 5
    curl: float = 0.0  # rad at each joint, roughly
    foreshort: float = 1.0  # of the length is seen


def fan_out(random: np.random.Generator, fan: Fan) -> list[Shape]:
    """Draw the rays of a hand or foot, each with its flesh."""
    towards = side(random)
    places = np.linspace(-1, 1, fan.count) * towards
    shapes: list[Shape] = []
    for number, place in enumerate(places):
        ray = (_OTHER if number else _FIRST)[fan.extremity]
        shapes += _ray(random, fan, ray, float(place), towards)
    return shapes


def _ray(random: np.random.Generator, fan: Fan, ray: _Ray, place: float, towards: Side) -> list[Shape]:
    heading = _heading(random, fan, ray, place, towards)
    start = fan.start + turned(point(0.0, place * uniform(random, 9.0, 12.0) * fan.size), fan.heading)
    end = start + along(uniform(random, *ray.long) * (fan.size * fan.foreshort), heading)
    radius = ray.radius * fan.size
    bone = Tube(start, end, scaled(_LONG, radius), wall=_CORTEX * radius, density=fan.density)
    flesh = Flesh(start, end, scaled(((0.0, 10.0), (1.0, 9.0)), fan.size), depth=_DEPTH[fan.extremity])
    return [bone, flesh, *_phalanges(random, fan, ray, end, heading, towards)]


def _heading(random: np.random.Generator, fan: Fan, ray: _Ray, place: float, towards: Side) -> float:
    if ray is _FIRST["hand"]:
        return fan.heading - towards * uniform(random, 0.4, 1.1)  # a thumb stands off
    if ray is not _FIRST["foot"]:
        random.random()  # spent: with it a seed gives the film that it has always given
    return fan.heading + fan.spread * place


def _phalanges(
    random: np.random.Generator, fan: Fan, ray: _Ray, end: Point, heading: float, towards: Side
) -> list[Shape]:
    shapes: list[Shape] = []
    bending = towards if fan.extremity == "hand" else 1
    for number, adult in enumerate(ray.phalanges):
        length = adult * fan.size * fan.foreshort * uniform(random, 0.9, 1.1)
        heading += fan.curl * uniform(random, 0.5, 1.3) * bending
        start = end + along(_JOINT * fan.size, heading)
        end = start + along(length, heading)
        radius = ray.radius * fan.size * (0.95 - 0.15 * number)
        shapes += [
            Tube(start, end, scaled(_PHALANX, radius), wall=_CORTEX * radius, density=fan.density),
            Flesh(start, end, scaled(((0.0, 8.5), (1.0, 7.0)), fan.size)),
        ]
    return shapes
