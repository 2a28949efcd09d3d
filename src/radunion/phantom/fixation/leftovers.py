"""What earlier operations left behind or a surgeon added: lag screws, wires, staples of the skin. Lengths in mm."""

from itertools import pairwise

import numpy as np

from radunion.phantom.anatomy import soft_tissue
from radunion.phantom.fixation.screws import broken, screw
from radunion.phantom.fixation.site import as_point, axis_point, level, surface
from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.solids import Point, Rod, Solid


def lag_screws(leg: Leg, fracture: Fracture, random: np.random.Generator) -> list[Solid]:
    """Return one or two screws across the fracture, now and then broken."""
    solids: list[Solid] = []
    radius = float(random.uniform(1.3, 2.2)) * leg.size
    for _ in range(int(random.integers(1, 3))):
        through = axis_point(leg, fracture, fracture.height + float(random.normal(0, 8)))
        inwards = -level(float(random.uniform(-0.4, 2.2)), float(random.normal(0, 0.25)))
        one = screw(
            leg, fracture, through=through, inwards=inwards, radius=radius, material="steel",
            beyond=float(random.uniform(-1, 4)),
        )  # fmt: skip
        solids += broken(one, random) if random.random() < 0.2 else one
    return solids


def cerclage(leg: Leg, fracture: Fracture, random: np.random.Generator) -> list[Solid]:
    """Return a wire or two around the bone, with twisted ends."""
    solids: list[Solid] = []
    radius = float(random.uniform(0.4, 0.7))
    for _ in range(int(random.integers(1, 3))):
        height = fracture.height + float(random.normal(0, 14))
        start = float(random.uniform(0, 2 * np.pi))
        turns = np.linspace(start, start + 2 * np.pi, 15)
        rise = 3 * np.sin(turns)
        places = [
            surface(leg, fracture, np.array([height + up]), float(turn))[0] + 0.6 * level(float(turn))
            for turn, up in zip(turns, rise, strict=True)
        ]
        places.append(places[0] + 7 * level(start, 0.5))
        solids += _chain([as_point(place) for place in places], radius)
    return solids


def wires(leg: Leg, fracture: Fracture, random: np.random.Generator) -> list[Solid]:
    """Return smooth wires driven across the fracture."""
    solids: list[Solid] = []
    for _ in range(int(random.integers(1, 4))):
        through = axis_point(leg, fracture, fracture.height + float(random.normal(0, 6)))
        along = level(float(random.uniform(0, np.pi)), float(random.uniform(0.5, 1.3)))
        half = random.uniform(22, 48, 2)
        solids.append(Rod(as_point(through - along * half[0]), as_point(through + along * half[1]), 0.9 * leg.size))
    return solids


def staples(leg: Leg, fracture: Fracture, random: np.random.Generator) -> list[Solid]:
    """Return the staples of a wound in the skin: a row of little bows along the leg."""
    heading = float(random.uniform(-0.5, 3.4))
    heights = fracture.height + float(random.normal(0, 20)) + 6.5 * (np.arange(int(random.integers(5, 16))) - 7)
    width, depth, offset = soft_tissue(leg, heights)
    solids: list[Solid] = []
    for z, half_x, half_y, back in zip(heights, width, depth, offset, strict=True):
        turn = heading + random.normal(0, 0.03)
        corners = [
            (float(half_x * deep * np.cos(turn + aside)), float(back + half_y * deep * np.sin(turn + aside)), float(z))
            for aside, deep in ((-0.06, 0.95), (-0.06, 1.01), (0.06, 1.01), (0.06, 0.95))
        ]
        solids += _chain(corners, 0.32)
    return solids


def _chain(places: list[Point], radius: float) -> list[Rod]:
    return [Rod(one, other, radius) for one, other in pairwise(places)]
