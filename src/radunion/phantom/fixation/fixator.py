"""A monolateral external fixator: pins in each fragment, clamps, and rods beside the leg. Lengths in mm."""

import numpy as np

from radunion.phantom.fixation.site import Vector, as_point, axis_point, bone_span, level, skin_distance
from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.solids import Box, Material, Rod, Solid

_RODS: tuple[tuple[Material, float], ...] = (("carbon", 0.45), ("aluminium", 0.3), ("steel", 0.25))
_TWO = 0.5  # share with a second rod
_CLEAR = 22.0  # mm from the fracture to the nearest pin


def sample_fixator(leg: Leg, fracture: Fracture, random: np.random.Generator) -> tuple[Solid, ...]:
    """Draw pins in one plane from the front or from medial, and what joins them."""
    heading = float(random.uniform(0.15, 1.6)) if random.random() < 0.85 else float(random.uniform(1.6, 2.4))
    radius = float(random.uniform(2.0, 3.0)) * leg.size
    places = [axis_point(leg, fracture, height) for height in _pin_heights(leg, fracture, random)]
    near = max(skin_distance(leg, place, level(heading)) for place in places) + float(random.uniform(15, 40))
    rods = [near] if random.random() > _TWO else [near, near + float(random.uniform(22, 40))]
    end = rods[-1] + float(random.uniform(15, 70))
    lean = float(random.normal(0, 0.06))
    solids: list[Solid] = []
    crossings: list[list[Vector]] = [[] for _ in rods]
    for place in places:
        out = level(heading + float(random.normal(0, 0.05)), lean + float(random.normal(0, 0.05)))
        solids += half_pin(leg, fracture, place, out, radius, end, random)
        for row, away in zip(crossings, rods, strict=True):
            row.append(place + out * away)
    names, shares = zip(*_RODS, strict=True)
    material: Material = names[int(random.choice(len(names), p=shares))]
    for row in crossings:
        solids += _rod(np.array(row), material, level(heading), random)
    return tuple(solids)


def half_pin(
    leg: Leg, fracture: Fracture, place: Vector, out: Vector, radius: float, end: float, random: np.random.Generator
) -> list[Solid]:
    """Return a pin through both cortices, threaded within the bone, that ends `end` mm from the axis."""
    far, near = bone_span(leg, fracture, place, out)
    tip, smooth = far - float(random.uniform(0.5, 4)), near + float(random.uniform(0, 6))
    thread = 0.12 * radius
    return [
        Rod(as_point(place + out * (tip - 2)), as_point(place + out * tip), 0.55 * radius),
        Rod(as_point(place + out * tip), as_point(place + out * smooth), radius - thread, thread=thread, lead=2.0),
        Rod(as_point(place + out * smooth), as_point(place + out * end), radius),
    ]


def _pin_heights(leg: Leg, fracture: Fracture, random: np.random.Generator) -> list[float]:
    """Draw two to four pins in each fragment, close together or spread over it."""
    heights: list[float] = []
    for low, high in ((12.0, fracture.height - _CLEAR), (fracture.height + _CLEAR, 0.95 * leg.length)):
        count = int(random.integers(2, 5))
        room = max(high - low, 12.0)
        spread = min(float(random.uniform(28, 130)), room)
        first = low + float(random.uniform(0, room - spread)) if room > spread else low
        heights += (first + spread * (np.arange(count) + random.uniform(-0.15, 0.15, count)) / (count - 1)).tolist()
    return heights


def _rod(crossings: np.ndarray, material: Material, out: Vector, random: np.random.Generator) -> list[Solid]:
    """Return the straight rod nearest to the pins' crossings, and a clamp at each pin."""
    heights = crossings[:, 2]
    order = np.argsort(heights)
    x, y = (np.polyfit(heights, crossings[:, axis], 1) for axis in (0, 1))
    low, high = heights[order[0]] - random.uniform(15, 60), heights[order[-1]] + random.uniform(15, 60)
    ends = [np.array([np.polyval(x, z), np.polyval(y, z), z]) for z in (low, high)]
    radius, size = float(random.uniform(4.0, 5.8)), float(random.uniform(0.8, 1.2))
    solids: list[Solid] = [Rod(as_point(ends[0]), as_point(ends[1]), radius, material)]
    for z in heights:
        solids += _clamp(np.array([np.polyval(x, z), np.polyval(y, z), z]), out, radius, size)
    return solids


def _clamp(place: Vector, out: Vector, radius: float, size: float) -> list[Solid]:
    """Return a clamp about a rod: two jaws and the bolt between them."""
    up, across = np.array([0.0, 0.0, 1.0]), np.array([-out[1], out[0], 0.0])
    jaw, bolt = size * 9.0, size * 4.0
    wide = 2 * radius + 8 * size
    return [
        Box(
            as_point(place - out * wide / 2),
            as_point(place + out * wide / 2),
            as_point(up),
            1.7 * jaw,
            jaw,
            "aluminium",
        ),
        Rod(as_point(place - up * 0.5 * jaw), as_point(place + up * 0.5 * jaw), radius + 3 * size),
        Rod(as_point(place - across * 1.3 * jaw), as_point(place + across * 1.3 * jaw), bolt),
    ]
