"""What holds a broken shaft from the origin downwards: a nail, a plate, a fixator, wires or a cast. Lengths in mm."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from radunion.phantom.draws import chance, pick, uniform
from radunion.phantom.made.canvas import Shape
from radunion.phantom.made.metal import Bar, Cast
from radunion.phantom.made.plane import Side, point

_LOCKING_SCREW = 2.4  # radii
_PLATE_SCREW = 1.8
_SCREW_EVERY = 0.045  # of the shaft's length
_RODS_APART = 14.0


@dataclass(frozen=True)
class Shaft:
    """The bone that is held."""

    length: float
    radius: float
    size: float  # 1 = an adult's
    towards: Side  # of a plate or a fixator


def draw_hardware(random: np.random.Generator, shaft: Shaft) -> list[Shape]:
    """Draw one kind of hardware."""
    return pick(random, _KINDS)(random, shaft)


def _nail(random: np.random.Generator, shaft: Shaft) -> list[Shape]:
    top, bottom = uniform(random, 0.0, 0.1), uniform(random, 0.75, 0.95)
    radius = uniform(random, 4.0, 5.5) * shaft.size
    rod = Bar(point(0.0, top * shaft.length), point(0.0, bottom * shaft.length), radius)
    holes = (top + 0.05, top + 0.1, bottom - 0.08, bottom - 0.04)
    return [rod, *(_locking_screw(random, shaft, hole * shaft.length) for hole in holes if chance(random, 0.8))]


def _locking_screw(random: np.random.Generator, shaft: Shaft, height: float) -> Shape:
    start = point(-uniform(random, 15.0, 24.0) * shaft.size, height)
    end = point(uniform(random, 15.0, 24.0) * shaft.size, height + uniform(random, -8.0, 8.0))
    return Bar(start, end, _LOCKING_SCREW * shaft.size)


def _plate(random: np.random.Generator, shaft: Shaft) -> list[Shape]:
    top = uniform(random, 0.1, 0.7)
    bottom = min(top + uniform(random, 0.2, 0.4), 1.0)
    x = shaft.towards * shaft.radius * uniform(random, 0.3, 1.1)
    end = point(x + uniform(random, -4.0, 4.0), bottom * shaft.length)
    shapes: list[Shape] = [Bar(point(x, top * shaft.length), end, uniform(random, 2.0, 6.0) * shaft.size)]
    for place in np.arange(top + 0.02, bottom, _SCREW_EVERY):
        tip = x - shaft.towards * uniform(random, 15.0, 28.0) * shaft.size
        height = place * shaft.length
        shapes.append(Bar(point(x, height), point(tip, height), _PLATE_SCREW * shaft.size))
    return shapes


def _fixator(random: np.random.Generator, shaft: Shaft) -> list[Shape]:
    x = shaft.towards * uniform(random, 35.0, 75.0) * shaft.size
    rods = [_rod(random, shaft, x + number * _RODS_APART) for number in range(int(random.integers(1, 3)))]
    heights = random.uniform(0.15, 0.95, int(random.integers(3, 8))) * shaft.length
    return [*rods, *(_half_pin(random, shaft, x, float(height)) for height in heights)]


def _rod(random: np.random.Generator, shaft: Shaft, x: float) -> Shape:
    start = point(x, uniform(random, 0.1, 0.3) * shaft.length)
    end = point(x, uniform(random, 0.7, 1.0) * shaft.length)
    return Bar(start, end, uniform(random, 3.5, 6.0) * shaft.size)


def _half_pin(random: np.random.Generator, shaft: Shaft, x: float, height: float) -> Shape:
    tip = -shaft.towards * uniform(random, 5.0, 22.0) * shaft.size
    end = point(tip, height + uniform(random, -9.0, 9.0))
    return Bar(point(x + 16 * shaft.towards, height), end, uniform(random, 1.5, 3.0) * shaft.size)


def _wires(random: np.random.Generator, shaft: Shaft) -> list[Shape]:
    return [_wire(random, shaft) for _ in range(int(random.integers(1, 5)))]


def _wire(random: np.random.Generator, shaft: Shaft) -> Shape:
    height = uniform(random, 0.2, 1.05) * shaft.length
    start = point(-uniform(random, 20.0, 70.0) * shaft.size, height + uniform(random, -15.0, 15.0))
    end = point(uniform(random, 20.0, 70.0) * shaft.size, height + uniform(random, -15.0, 15.0))
    return Bar(start, end, uniform(random, 1.0, 2.0) * shaft.size)


def _cast(random: np.random.Generator, shaft: Shaft) -> list[Shape]:
    return [Cast(width=uniform(random, 4.0, 9.0), thickness=uniform(random, 15.0, 40.0))]


_KINDS: tuple[Callable[[np.random.Generator, Shaft], list[Shape]], ...] = (_nail, _plate, _fixator, _cast, _wires)
