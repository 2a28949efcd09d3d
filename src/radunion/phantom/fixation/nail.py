"""A tibial nail with its bend below the plateau and its locking screws. Lengths in mm."""

from itertools import pairwise

import numpy as np

from radunion.phantom.anatomy import cortical_thickness, half_widths
from radunion.phantom.bone import centre_line
from radunion.phantom.fixation.screws import broken, screw
from radunion.phantom.fixation.site import Vector, as_point, level
from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.solids import Material, Rod, Solid

_BORE = (0.36, 0.5)  # of the nail's radius
_BROKEN, _DYNAMIC = 0.04, 0.12  # shares of broken screws, and of nails locked on one side of the fracture only
_HOLE = 1.15  # radius of a hole relative to its screw


def sample_nail(leg: Leg, fracture: Fracture, random: np.random.Generator) -> tuple[Solid, ...]:
    """Draw a nail that runs straight down the canal, and the screws that lock it."""
    material: Material = "titanium" if random.random() < 0.7 else "steel"
    radius = _radius(leg, random)
    course = _course(leg, fracture, random)
    bore = radius * float(random.uniform(*_BORE))
    tubes = [
        Rod(as_point(one), as_point(other), wide, material, hollow=wide == bore)
        for one, other in pairwise(course)
        for wide in (radius, bore)
    ]
    tubes.append(_tip(course, radius, material))
    return (*tubes, *_locking(leg, fracture, course, (bore, radius), material, random))


def _tip(course: list[Vector], radius: float, material: Material) -> Rod:
    """Return the narrower end of a nail."""
    down = (course[0] - course[1]) / np.linalg.norm(course[0] - course[1])
    return Rod(as_point(course[0]), as_point(course[0] + 3.0 * down), 0.72 * radius, material)


def _radius(leg: Leg, random: np.random.Generator) -> float:
    """Draw a radius that the reamed canal takes at its narrowest."""
    heights = np.linspace(0.25, 0.6, 8) * leg.length
    canal = float((half_widths(leg, heights)[0] - cortical_thickness(leg, heights)).min())
    return float(np.clip(random.uniform(4.0, 6.0) * leg.size, 3.0 * leg.size, max(canal + 0.6, 3.2 * leg.size)))


def _course(leg: Leg, fracture: Fracture, random: np.random.Generator) -> list[Vector]:
    """Draw the nail's lower end, its bend, and its upper end at the front of the plateau."""
    low = float(random.uniform(10, 60)) * leg.size
    low = max(min(low, fracture.height - 35), 8.0)
    bend, top = leg.length - float(random.uniform(50, 75)) * leg.size, leg.length - float(random.uniform(-2, 14))
    heights = np.linspace(low, bend, 24)
    x, y = (np.polyval(np.polyfit(heights, place, 1), [low, bend]) for place in centre_line(leg, fracture, heights))
    lean = np.tan(random.uniform(0.17, 0.26))
    upper = np.array([x[1] + random.normal(0, 1.5), y[1] + lean * (top - bend), top])
    return [np.array([x[0], y[0], low]), np.array([x[1], y[1], bend]), upper]


def _locking(
    leg: Leg,
    fracture: Fracture,
    course: list[Vector],
    walls: tuple[float, float],
    material: Material,
    random: np.random.Generator,
) -> list[Solid]:
    width = float(random.uniform(1.9, 2.6)) * leg.size
    solids: list[Solid] = []
    free = int(random.integers(2)) if random.random() < _DYNAMIC else None
    for end, places in enumerate((_lower(course, leg, random), _upper(course, leg, random))):
        used = 0 if free == end else int(random.integers(max(1, len(places) - 1), len(places) + 1))
        taken = set(random.permutation(len(places))[:used].tolist())
        for number, (through, heading) in enumerate(places):
            inwards = -level(heading, float(random.normal(0, 0.02)))
            solids += _hole(through, inwards, walls, _HOLE * width, material)
            if number in taken:
                beyond = float(random.uniform(0.5, 5.0))
                bolt = screw(
                    leg, fracture, through=through, inwards=inwards, radius=width, material=material, beyond=beyond
                )
                solids += broken(bolt, random) if random.random() < _BROKEN else bolt
    return solids


def _hole(
    through: Vector, inwards: Vector, walls: tuple[float, float], width: float, material: Material
) -> list[Solid]:
    """Return a hole through both walls; the bore between them is hollow already, though less so at its sides."""
    inner, outer = 0.5 * walls[0], walls[1]
    return [
        Rod(
            as_point(through + side * inner * inwards),
            as_point(through + side * outer * inwards),
            width,
            material,
            hollow=True,
        )
        for side in (-1, 1)
    ]


def _lower(course: list[Vector], leg: Leg, random: np.random.Generator) -> list[tuple[Vector, float]]:
    """Return the lower holes: two or three from medial, some from the front."""
    ends = course[0], course[1]
    heights = course[0][2] + np.array([6.0, 18.0, 31.0]) * leg.size + random.uniform(0, 5)
    headings = [0.0, np.pi / 2 if random.random() < 0.4 else 0.0, 0.0]
    return _on_nail(ends, heights[: int(random.integers(2, 4))], headings, random)


def _upper(course: list[Vector], leg: Leg, random: np.random.Generator) -> list[tuple[Vector, float]]:
    """Return the upper holes: from medial, or oblique from both sides of the front."""
    oblique = float(random.uniform(0.6, 0.9))
    heights = course[2][2] - np.array([24.0, 36.0, 47.0]) * leg.size - random.uniform(0, 5)
    headings = [0.0, oblique, np.pi - oblique] if random.random() < 0.5 else [0.0, 0.0, oblique]
    return _on_nail((course[1], course[2]), heights[: int(random.integers(1, 4))], headings, random)


def _on_nail(
    ends: tuple[Vector, Vector], heights: np.ndarray, headings: list[float], random: np.random.Generator
) -> list[tuple[Vector, float]]:
    low, high = ends
    turn = float(random.normal(0, 0.09))
    shares = (heights - low[2]) / (high[2] - low[2])
    return [(low + share * (high - low), heading + turn) for share, heading in zip(shares, headings, strict=False)]
