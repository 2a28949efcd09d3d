"""Hardware and casts of a simulated leg, and the cortices that they hide. Lengths in mm."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from radunion.phantom.anatomy import Leg, half_widths
from radunion.scale import CORTICES, Cortex

FixationKind = Literal["none", "nail", "cast"]


@dataclass(frozen=True)
class Screw:
    """A locking screw: a cylinder across the bone at one height."""

    height: float  # mm above the ankle
    heading: float  # rad in the x, y plane; 0 runs medial to lateral
    length: float
    radius: float


@dataclass(frozen=True)
class Bar:
    """A splint's rail along the leg: a metal rod that hides one cortex in the view that should show it."""

    x: float
    y: float
    radius: float
    hides: Cortex


@dataclass(frozen=True)
class Fixation:
    """All that is on or in the leg on one day."""

    kind: FixationKind
    nail_radius: float = 0.0
    nail_from: float = 0.0
    nail_to: float = 0.0
    screws: tuple[Screw, ...] = ()
    cast: float = 0.0  # mm, thickness of the plaster
    cast_gap: float = 0.0  # mm, padding between skin and plaster
    bar: Bar | None = None


def sample_fixation(leg: Leg, kind: FixationKind, random: np.random.Generator) -> Fixation:
    """Draw the hardware of one patient."""
    if kind == "nail":
        return Fixation(
            kind,
            nail_radius=float(random.uniform(4.2, 5.4)),
            nail_from=leg.length * float(random.uniform(0.04, 0.10)),
            nail_to=leg.length * float(random.uniform(0.92, 0.97)),
            screws=_locking_screws(leg, random),
        )
    if kind == "cast":
        return Fixation(kind, cast=float(random.uniform(3, 7)), cast_gap=float(random.uniform(2, 7)))
    return Fixation(kind)


def sample_bar(leg: Leg, height: float, random: np.random.Generator) -> Bar:
    """Draw a rail that runs over one cortex at the fracture and stands clear of the leg in the other view."""
    cortex = CORTICES[int(random.integers(4))]
    width, depth = half_widths(leg, np.array([height]))
    away = float(leg.calf + random.uniform(12, 25))
    radius = float(random.uniform(5.0, 6.5))
    edge_x, edge_y = float(width[0]) - 1.0, float(depth[0]) - 1.0
    x, y = {
        "medial": (edge_x, away),
        "lateral": (-edge_x, away),
        "anterior": (away, edge_y),
        "posterior": (away, -edge_y),
    }[cortex]
    return Bar(x=x, y=y, radius=radius, hides=cortex)


def _locking_screws(leg: Leg, random: np.random.Generator) -> tuple[Screw, ...]:
    radius = float(random.uniform(1.9, 2.5))
    heights = [0.07, 0.11, 0.86, 0.91]
    count = int(random.integers(2, 5))
    chosen = sorted(random.choice(4, size=count, replace=False))
    screws = []
    for index in chosen:
        height = leg.length * (heights[index] + float(random.normal(0, 0.006)))
        width, _ = half_widths(leg, np.array([height]))
        length = 2 * float(width[0]) + float(random.uniform(2, 10))
        heading = float(random.normal(0, 0.12)) + (np.pi / 2 if random.random() < 0.2 else 0.0)
        screws.append(Screw(height, heading, length, radius))
    return tuple(screws)
