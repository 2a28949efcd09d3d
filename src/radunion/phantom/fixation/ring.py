"""A circular external fixator: rings around the leg, wires and pins through the bone, rods or struts between. In mm."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from radunion.phantom.anatomy import soft_tissue
from radunion.phantom.fixation.fixator import half_pin
from radunion.phantom.fixation.site import Vector, as_point, axis_point, level
from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.solids import Box, Material, Rod, Solid

_MADE_OF: tuple[tuple[Material, float], ...] = (("carbon", 0.4), ("aluminium", 0.35), ("steel", 0.25))
_PARTS = 20  # straight parts of a ring
_WIRE = 0.9  # mm, radius
_STRUTS, _PINNED, _OLIVE = 0.35, 0.45, 0.3  # shares: six oblique struts, half pins beside the wires, wires with a bead
_CLEAR = 28.0  # mm from the fracture to the nearest ring


@dataclass(frozen=True)
class _Ring:
    """One ring: its middle, the radius of its middle line, its breadth and height."""

    middle: Vector
    radius: float
    breadth: float
    height: float

    def at(self, heading: float, up: float = 0.0) -> Vector:
        """Return a point of the ring."""
        return self.middle + self.radius * level(heading) + np.array([0.0, 0.0, up])


def sample_ring_fixator(leg: Leg, fracture: Fracture, random: np.random.Generator) -> tuple[Solid, ...]:
    """Draw rings above and below the fracture, what holds them to the bone and to each other."""
    rings = _rings(leg, fracture, random)
    names, shares = zip(*_MADE_OF, strict=True)
    material: Material = names[int(random.choice(len(names), p=shares))]
    struts = random.random() < _STRUTS
    solids: list[Solid] = []
    for ring in rings:
        solids += _hoop(ring, material)
        solids += _held(leg, fracture, ring, random)
    for low, high in pairwise(rings):
        across = low.middle[2] < fracture.height < high.middle[2]
        solids += _struts(low, high, random) if struts and across else _rods(low, high, random)
    return tuple(solids)


def _rings(leg: Leg, fracture: Fracture, random: np.random.Generator) -> list[_Ring]:
    lower, upper = fracture.height - _CLEAR, fracture.height + _CLEAR
    heights = [
        min(float(random.uniform(14, 40)) * leg.size, lower),
        max(leg.length * float(random.uniform(0.78, 0.94)), upper),
    ]
    for place, room in ((lower, lower - heights[0]), (upper, heights[1] - upper)):
        if room > 40 and random.random() < 0.75:
            heights.append(place + float(random.uniform(0, 0.35)) * room * (1 if place == upper else -1))
    heights.sort()
    width, depth, offset = soft_tissue(leg, np.array(heights))
    radius = float(max(width.max(), depth.max()) + random.uniform(16, 32))
    breadth, height = float(random.uniform(11, 16)), float(random.uniform(5, 9))
    shift = random.normal(0, 4, 2)
    return [
        _Ring(np.array([shift[0], back + shift[1], z]), radius, breadth, height)
        for z, back in zip(heights, offset.tolist(), strict=True)
    ]


def _hoop(ring: _Ring, material: Material) -> list[Solid]:
    turns = np.linspace(0, 2 * np.pi, _PARTS + 1)
    corners = [as_point(ring.at(float(turn))) for turn in turns]
    return [Box(one, other, (0.0, 0.0, 1.0), ring.breadth, ring.height, material) for one, other in pairwise(corners)]


def _held(leg: Leg, fracture: Fracture, ring: _Ring, random: np.random.Generator) -> list[Solid]:
    """Return what holds one ring to the bone: two crossing wires, or pins with one wire."""
    bone = axis_point(leg, fracture, float(ring.middle[2]))
    first = float(random.uniform(-0.5, 0.3))
    pinned = random.random() < _PINNED
    solids: list[Solid] = []
    for number in range(1 if pinned else 2):
        up = np.array([0.0, 0.0, (number - 0.5) * (ring.height + 4)])
        solids += _wire(ring, bone + up, first + number * float(random.uniform(0.7, 1.3)), random)
    for _ in range(int(random.integers(1, 3)) if pinned else 0):
        out = level(float(random.uniform(0.1, 1.5)), float(random.normal(0, 0.1)))
        up = np.array([0.0, 0.0, float(random.uniform(-14, 14))])
        solids += half_pin(leg, fracture, bone + up, out, float(random.uniform(2.3, 3.0)), ring.radius + 8, random)
        solids.append(_nut(bone + up + out * ring.radius, out, 6.0, 14.0))
    return solids


def _wire(ring: _Ring, through: Vector, heading: float, random: np.random.Generator) -> list[Solid]:
    """Return a wire across the ring, its two bolts, and perhaps a bead on the bone."""
    along = level(heading)
    from_middle = through[:2] - ring.middle[:2]
    back = float(from_middle @ along[:2])
    half = np.sqrt(max(ring.radius**2 - float(from_middle @ from_middle) + back**2, 1.0))
    ends = [through + along * (side * half - back) for side in (-1, 1)]
    solids: list[Solid] = [Rod(as_point(ends[0] - 4 * along), as_point(ends[1] + 4 * along), _WIRE)]
    solids += [_nut(end, np.array([0.0, 0.0, 1.0]), 5.0, 16.0) for end in ends]
    if random.random() < _OLIVE:
        bead = through + along * float(random.choice([-15.0, 15.0]))
        solids.append(Rod(as_point(bead - 2 * along), as_point(bead + 2 * along), 2.0))
    return solids


def _nut(place: Vector, along: Vector, radius: float, height: float) -> Rod:
    return Rod(as_point(place - along * height / 2), as_point(place + along * height / 2), radius)


def _rods(low: _Ring, high: _Ring, random: np.random.Generator) -> list[Solid]:
    """Return threaded rods from ring to ring, with nuts on both sides of each."""
    count, first = int(random.integers(3, 5)), float(random.uniform(0, 2 * np.pi))
    up = np.array([0.0, 0.0, 1.0])
    solids: list[Solid] = []
    for number in range(count):
        heading = first + number * 2 * np.pi / count + float(random.normal(0, 0.12))
        start, end = low.at(heading, -12.0), high.at(heading, 12.0)
        solids.append(Rod(as_point(start), as_point(end), 2.8, thread=0.3, lead=1.5))
        for ring in (low, high):
            solids += [_nut(ring.at(heading, side * (ring.height / 2 + 3)), up, 5.2, 5.0) for side in (-1, 1)]
    return solids


def _struts(low: _Ring, high: _Ring, random: np.random.Generator) -> list[Solid]:
    """Return the six oblique struts of a hexapod: a sleeve, a thinner rod, a joint at each end."""
    first = float(random.uniform(0, 2 * np.pi))
    solids: list[Solid] = []
    for number in range(6):
        foot = first + (number // 2) * 2 * np.pi / 3 + (0.12 if number % 2 else -0.12)
        head = foot + (np.pi / 3 - 0.24) * (1 if number % 2 else -1)
        start, end = low.at(foot, 6.0), high.at(head, -6.0)
        split = start + (end - start) * float(random.uniform(0.5, 0.65))
        along = (end - start) / np.linalg.norm(end - start)
        solids += [Rod(as_point(start), as_point(split), 6.0, "aluminium"), Rod(as_point(split), as_point(end), 3.2)]
        solids += [_nut(place, along, 5.0, 9.0) for place in (start, end)]
    return solids
