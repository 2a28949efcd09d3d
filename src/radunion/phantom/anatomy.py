"""The simulated lower leg: tibia, fibula, soft tissue, joints. Lengths in mm.

Bone axes: x towards medial, y towards anterior, z from the ankle (0) to the knee (`length`). Typical sizes follow
standard anthropometry: tibia 340-400 mm, mid-shaft about 24 mm wide with 4-6 mm cortex.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

Side = Literal["left", "right"]


@dataclass(frozen=True)
class Leg:
    """One patient's leg; it stays the same from visit to visit."""

    side: Side
    length: float  # mm, ankle to knee
    shaft: float  # mm, outer radius of the mid-shaft
    cortex: float  # mm, cortical thickness at mid-shaft
    crest: float  # how triangular the shaft is, 0 = round
    density: float  # of cortical bone relative to typical
    trabecular: float  # of the metaphyses relative to cortical bone
    calf: float  # mm, half width of the soft tissue at its widest
    fibula: float  # mm, outer radius
    fibula_offset: tuple[float, float]  # mm, its axis in x, y
    texture_seed: int


def sample_leg(random: np.random.Generator) -> Leg:
    """Draw one patient's leg."""
    return Leg(
        side="left" if random.random() < 0.5 else "right",
        length=float(random.normal(370, 18)),
        shaft=float(np.clip(random.normal(12.5, 1.0), 10, 15.5)),
        cortex=float(np.clip(random.normal(4.6, 0.7), 2.8, 6.2)),
        crest=float(random.uniform(0.06, 0.16)),
        density=float(np.clip(random.normal(1.0, 0.12), 0.65, 1.3)),
        trabecular=float(random.uniform(0.16, 0.28)),
        calf=float(np.clip(random.normal(54, 8), 38, 78)),
        fibula=float(random.uniform(5.0, 7.0)),
        fibula_offset=(float(random.uniform(-28, -22)), float(random.uniform(-14, -7))),
        texture_seed=int(random.integers(2**31)),
    )


def half_widths(leg: Leg, z: Float[np.ndarray, " n"]) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return the tibia's outer half widths in x and y at heights z: shaft, plafond flare and plateau flare."""
    t = z / leg.length
    ankle = np.exp(-((t / 0.10) ** 2))
    knee = np.exp(-(((1 - t) / 0.13) ** 2))
    bow = 1 + 0.10 * np.sin(np.pi * np.clip(t, 0, 1))
    width = leg.shaft * bow * (0.92 + 0.85 * ankle + 2.0 * knee)
    depth = leg.shaft * bow * (1.02 + 0.55 * ankle + 0.95 * knee)
    return width, depth


def cortical_thickness(leg: Leg, z: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return the shell's thickness: full along the shaft, about 1 mm at the joints."""
    t = np.clip(z / leg.length, 0, 1)
    shaft = np.clip(np.minimum(t / 0.22, (1 - t) / 0.26), 0, 1)
    return 1.0 + (leg.cortex - 1.0) * shaft * shaft * (3 - 2 * shaft)


def spongy(leg: Leg, z: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return the relative density inside the shell: trabeculae near the joints, marrow in the shaft."""
    t = np.clip(z / leg.length, 0, 1)
    metaphysis = np.exp(-((t / 0.12) ** 2)) + np.exp(-(((1 - t) / 0.16) ** 2))
    return leg.trabecular * np.clip(metaphysis, 0, 1)


def soft_tissue(leg: Leg, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return half widths in x and y, and the y offset of the skin's ellipse: ankle, calf, knee."""
    t = np.clip(z / leg.length, -0.2, 1.3)
    calf = np.exp(-(((t - 0.68) / 0.27) ** 2))
    width = leg.calf * (0.60 + 0.34 * calf + 0.16 * np.clip(t - 0.9, 0, 1) * 4)
    depth = leg.calf * (0.66 + 0.40 * calf + 0.16 * np.clip(t - 0.9, 0, 1) * 4)
    return width, depth, -leg.calf * (0.10 + 0.22 * calf)
