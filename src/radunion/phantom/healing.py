"""How a cortex looks at each mRUST level, and the fracture that it heals. Lengths in mm."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from radunion.phantom.anatomy import Leg
from radunion.scale import CORTICES, Cortex


@dataclass(frozen=True)
class Fracture:
    """One patient's fracture; it stays the same from visit to visit, only its healing changes."""

    height: float  # mm above the ankle
    obliquity: float  # slope of the plane along its steepest direction
    direction: float  # rad, of the steepest direction in the x, y plane
    roughness: float  # mm, amplitude of the jagged edge
    phase: float  # rad
    shift: tuple[float, float]  # mm, of the distal fragment in x, y
    angulation: tuple[float, float]  # slope of the distal fragment in x, y
    gap: float  # mm, half width when fresh
    fibula: float | None  # mm above the ankle of the fibula's own fracture


def sample_fracture(leg: Leg, random: np.random.Generator, *, nailed: bool) -> Fracture:
    """Draw a fracture of the shaft; a nail keeps the fragments nearly in line."""
    spread = 0.35 if nailed else 1.0
    height = leg.length * float(random.uniform(0.22, 0.68))
    shift = random.normal(0, 2.2 * spread, 2)
    angulation = random.normal(0, 0.05 * spread, 2)
    fibula = height + float(random.normal(0, 35)) if random.random() < 0.6 else None
    return Fracture(
        height=height,
        obliquity=float(abs(random.normal(0, 0.55))),
        direction=float(random.uniform(-np.pi, np.pi)),
        roughness=float(random.uniform(0.3, 1.4)),
        phase=float(random.uniform(-np.pi, np.pi)),
        shift=(float(shift[0]), float(shift[1])),
        angulation=(float(angulation[0]), float(angulation[1])),
        gap=float(random.uniform(0.9, 2.0)),
        fibula=fibula,
    )


@dataclass(frozen=True)
class CortexState:
    """What one cortex looks like around the fracture; all densities relative to cortical bone."""

    line: float  # 0 no line to 1 empty gap
    gap: float  # mm, half width of the line
    callus: float  # mm, height of the cuff outside the cortex
    spread: float  # mm, extent of the cuff along the bone
    density: float  # of the cuff
    notch: float  # 1 = two mounds apart at the line, 0 = bridged
    endosteal: float  # density of callus in the canal


def cortex_states(
    levels: Mapping[Cortex, int], fracture: Fracture, random: np.random.Generator
) -> dict[Cortex, CortexState]:
    """Draw a look for each cortex from its level; cortices of one bone share most of their variation."""
    shared = random.uniform(0, 1, 3)
    states: dict[Cortex, CortexState] = {}
    for cortex in CORTICES:
        own = 0.6 * shared + 0.4 * random.uniform(0, 1, 3)
        states[cortex] = _LOOKS[levels[cortex]](fracture, own)
    return states


def _fresh(fracture: Fracture, u: np.ndarray) -> CortexState:
    return CortexState(
        line=0.9 + 0.1 * u[0], gap=fracture.gap, callus=0.0, spread=10.0, density=0.0, notch=1.0, endosteal=0.0
    )


def _callus(fracture: Fracture, u: np.ndarray) -> CortexState:
    return CortexState(
        line=0.7 + 0.2 * u[0],
        gap=fracture.gap * (0.75 + 0.2 * u[1]),
        callus=2.5 + 3.0 * u[1],
        spread=9.0 + 8 * u[2],
        density=0.18 + 0.16 * u[0],
        notch=0.95,
        endosteal=0.05,
    )


def _bridged(fracture: Fracture, u: np.ndarray) -> CortexState:
    return CortexState(
        line=0.12 + 0.18 * u[0],
        gap=fracture.gap * 0.6,
        callus=3.5 + 3.5 * u[1],
        spread=11.0 + 9 * u[2],
        density=0.45 + 0.2 * u[0],
        notch=0.0,
        endosteal=0.15 + 0.15 * u[1],
    )


def _remodelled(fracture: Fracture, u: np.ndarray) -> CortexState:
    return CortexState(
        line=0.0,
        gap=fracture.gap * 0.5,
        callus=0.4 + 1.3 * u[1],
        spread=16.0 + 10 * u[2],
        density=0.9,
        notch=0.0,
        endosteal=0.04 * u[0],
    )


_LOOKS = {1: _fresh, 2: _callus, 3: _bridged, 4: _remodelled}
