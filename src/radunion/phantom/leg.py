"""The simulated lower leg and its build. Lengths in mm.

Bone axes: x towards medial, y towards anterior, z from the ankle (0) to the knee (`length`). Typical sizes follow
standard anthropometry: tibia 340-400 mm, mid-shaft about 24 mm wide with 4-6 mm cortex.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Side = Literal["left", "right"]


@dataclass(frozen=True)
class Leg:
    """One patient's leg; from visit to visit only its calf and its densities change."""

    side: Side
    length: float  # mm, ankle to knee
    shaft: float  # mm, outer radius of the mid-shaft
    cortex: float  # mm, cortical thickness at mid-shaft
    crest: float  # how triangular the shaft is, 0 = round
    density: float  # of cortical bone relative to typical
    trabecular: float  # of the metaphyses relative to cortical bone
    calf: float  # mm, half width of the soft tissue at its widest
    fibula: float  # mm, outer radius
    fibula_offset: tuple[float, float]  # mm, its axis in x, y at mid-shaft
    texture_seed: int
    bow: tuple[float, float] = (0.0, 0.0)  # mm, of the shaft in x, y
    flare: tuple[float, float] = (1.0, 1.0)  # widths of the plafond and the plateau relative to typical
    slope: float = 0.1  # rad, by which the plateau falls backwards
    physis: float = 0.0  # 0 closed to 1 an open growth plate
    fat: float = 0.15  # of the soft tissue's half width
    flexion: float = 0.15  # rad, of the knee
    droop: float = 0.2  # rad, by which the foot hangs down
    foot_seen: float = 0.7  # share of the foot's length that is seen from the front
    foot_depth: float = 1.0  # of it along the ray then, relative to typical
    foot_turned: float = 0.08  # rad, spread of its heading then, from film to film

    @property
    def size(self) -> float:
        """Return the leg's size, 1 = an adult's of 370 mm."""
        return self.length / 370


@dataclass(frozen=True)
class Feet:
    """Between which bounds feet differ that are seen from the front."""

    depth: tuple[float, float] = (1.0, 1.0)  # along the ray, relative to typical
    seen: tuple[float, float] = (0.35, 1.0)  # share of their length; above 1 for one that is stretched
    turned: float = 0.08  # rad, spread of their heading


def sample_leg(random: np.random.Generator, *, children: float = 0.0, feet: Feet = Feet()) -> Leg:
    """Draw one patient's leg; a share of them are children, smaller and with open growth plates."""
    child = random.random() < children
    size = float(random.uniform(0.62, 0.9)) if child else 1.0
    return Leg(
        side="left" if random.random() < 0.5 else "right",
        length=size * float(random.normal(370, 18)),
        shaft=size * float(np.clip(random.normal(12.0, 1.0), 9.5, 15)),
        cortex=size * float(np.clip(random.normal(4.4, 0.8), 2.4, 6.4)),
        crest=float(random.uniform(0.06, 0.17)),
        density=float(np.clip(random.normal(1.0, 0.13), 0.62, 1.3)),
        trabecular=float(random.uniform(0.14, 0.30)),
        calf=size * float(np.clip(random.normal(52, 8), 36, 78)),
        fibula=size * float(random.uniform(4.8, 7.0)),
        fibula_offset=(size * float(random.uniform(-28, -21)), size * float(random.uniform(-15, -7))),
        texture_seed=int(random.integers(2**31)),
        bow=(float(random.normal(0, 2.0)), float(random.normal(2.0, 2.0))),
        flare=(float(random.normal(1, 0.06)), float(random.normal(1, 0.06))),
        slope=float(random.uniform(0.04, 0.20)),
        physis=float(random.uniform(0.5, 1.0)) if child else 0.0,
        fat=float(random.uniform(0.06, 0.26)),
        droop=float(random.uniform(-0.05, 0.6)),
        foot_seen=float(random.uniform(*feet.seen)),
        flexion=float(random.uniform(0.0, 0.35) if random.random() < 0.7 else random.uniform(0.35, 1.4)),
        foot_depth=float(random.uniform(*feet.depth)) if feet.depth[1] > feet.depth[0] else feet.depth[0],
        foot_turned=feet.turned,
    )
