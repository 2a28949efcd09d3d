"""How a cortex looks at each mRUST level. Lengths in mm."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from radunion.phantom.fracture import Fracture
from radunion.scale import CORTICES, Cortex


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
    sclerosis: float = 0.0  # density that the ends gained
    rounded: float = 0.0  # mm over which the step between the fragments is smoothed


def cortex_states(
    levels: Mapping[Cortex, int], fractions: Mapping[Cortex, float], fracture: Fracture
) -> dict[Cortex, CortexState]:
    """Return the look of each cortex, as grown or at its level and at how far it has come within it, 0 to 1.

    Cortices of one bone share most of their variation, and a patient's looks vary alike at every visit.
    """
    if not fracture.broken:
        return dict.fromkeys(CORTICES, _AS_GROWN)
    random = np.random.default_rng(fracture.look_seed)
    shared = random.uniform(0, 1, 4)
    states: dict[Cortex, CortexState] = {}
    for cortex in CORTICES:
        own = 0.6 * shared + 0.4 * random.uniform(0, 1, 4)
        own[:2] = 0.5 * own[:2] + 0.5 * np.array([1 - fractions[cortex], fractions[cortex]])
        states[cortex] = _LOOKS[levels[cortex]](fracture, fracture.defect(cortex), own)
    return states


def _fresh(fracture: Fracture, defect: float, u: np.ndarray) -> CortexState:
    """Return a line without callus; an atrophic one has denser ends.

    Of `u`, 0 to 1, the first falls and the second grows as the cortex heals within its level.
    """
    return CortexState(
        line=0.9 + 0.1 * u[0],
        gap=fracture.gap + defect,
        callus=0.0,
        spread=10.0,
        density=0.0,
        notch=1.0,
        endosteal=0.0,
        sclerosis=0.25 * u[3] * (fracture.biology < 0.8),
    )


def _callus(fracture: Fracture, defect: float, u: np.ndarray) -> CortexState:
    return CortexState(
        line=0.65 + 0.25 * u[0],
        gap=fracture.gap * (0.8 + 0.2 * u[1]) + 0.8 * defect,
        callus=3.6 + 3.2 * u[1] * np.sqrt(fracture.biology),
        spread=9.0 + 9 * u[2],
        density=0.36 + 0.18 * u[1],
        notch=0.95,
        endosteal=0.05,
        sclerosis=0.15 * u[3],
    )


def _bridged(fracture: Fracture, defect: float, u: np.ndarray) -> CortexState:
    return CortexState(
        line=0.12 + 0.18 * u[0],
        gap=fracture.gap * 0.6 + 0.5 * defect,
        callus=3.2 + 3.8 * u[1] * np.sqrt(fracture.biology),
        spread=11.0 + 10 * u[2],
        density=0.58 + 0.2 * u[1],
        notch=0.0,
        endosteal=0.15 + 0.15 * u[1],
        rounded=4.0,
    )


def _remodelled(fracture: Fracture, _: float, u: np.ndarray) -> CortexState:
    """Return a cortex without a line that is thicker than it was, and the less the longer ago.

    Callus grows until week 14 in plaster and week 27 about a nail (doi:10.1007/s11999-009-0775-0): much of it is left
    when films of the sixth to the twelfth month are called remodelled.
    """
    return CortexState(
        line=0.0,
        gap=fracture.gap * 0.5,
        callus=1.4 + 2.0 * u[0],
        spread=14.0 + 9 * u[2],
        density=0.9,
        notch=0.0,
        endosteal=0.08 + 0.12 * u[0],
        rounded=14.0,
    )


_AS_GROWN = CortexState(line=0.0, gap=0.0, callus=0.0, spread=10.0, density=0.0, notch=0.0, endosteal=0.0)
_LOOKS = {1: _fresh, 2: _callus, 3: _bridged, 4: _remodelled}
