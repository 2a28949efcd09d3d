"""Simulated readers: what a person with own thresholds and own doubts would write of an examination.

A reader sees where each cortex stands on the healing course, less exactly than it is: what is off for all four cortices
alike (`halo`) and what for each alone. Places are shrunk by as much as doubt spreads them, so that readings have the
shares of levels that the truth has. Metal is judged too: a cortex is unscorable where it seems covered beyond the
reader's limit. The doubts are tuned so that three readers agree as much as those of Mitchell 2019 (J Orthop Trauma
33:301, 213 open tibias with bone defects) did; `python -m benchmarks.readers` repeats the tuning. `radunion simulate
--readers` puts what they write into a cohort's table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from radunion.phantom.fixation import FixationKind
from radunion.phantom.fixation.hidden import COVERED
from radunion.phantom.priors import Arm
from radunion.scale import CORTICES, Cortex, Scale, score_of

CutPoints = tuple[float, float, float]
"""The places, in standard deviations of an arm's cortices, at which levels 2, 3 and 4 are reached."""


@dataclass(frozen=True)
class Doubt:
    """How uncertain a reader is where a fracture is held in some way: three standard deviations.

    `halo` and `alone` are of the place on the healing course, `covering` of the share of a cortex behind metal.
    """

    halo: float
    alone: float
    covering: float


CERTAIN = Doubt(0.0, 0.0, 0.0)

_NAIL, _PLATE = Doubt(0.38, 0.19, 0.18), Doubt(0.17, 0.09, 0.31)
_FRAME, _NONE = Doubt(0.55, 0.27, 0.23), Doubt(0.59, 0.29, 0.22)

DOUBTS: Mapping[FixationKind, Doubt] = MappingProxyType(
    {"nail": _NAIL, "plate": _PLATE, "ring": _FRAME, "none": _NONE, "fixator": _FRAME, "cast": _NONE, "splint": _NONE}
)
"""Tuned for nail, plate, ring and none; assumed: a rail leaves as much doubt as a ring, plaster as much as nothing."""

SHIFT, OWN_SHIFT, SLOPE = 0.12, 0.06, 0.05
"""Spread over readers of all three thresholds, of each, and of the slope. Assumed: no study tells them apart."""


@dataclass(frozen=True)
class Reader:
    """One reader; the default is never in doubt and reads the truth.

    `shifts` say how far beyond the cut points the own thresholds lie, `slope` how far apart places seem, `limit` what
    share of a cortex may be covered.
    """

    shifts: CutPoints = (0.0, 0.0, 0.0)
    slope: float = 1.0
    limit: float = COVERED
    doubts: Mapping[FixationKind, Doubt] = field(default_factory=dict)


def sample_reader(random: np.random.Generator, *, doubts: Mapping[FixationKind, Doubt] = DOUBTS) -> Reader:
    """Draw a reader of those that are tuned to the published agreement."""
    low, middle, high = SHIFT * random.standard_normal() + OWN_SHIFT * random.standard_normal(3)
    slope = float(np.exp(SLOPE * random.standard_normal()))
    return Reader((float(low), float(middle), float(high)), slope, COVERED, doubts)


def read(
    reader: Reader,
    places: Mapping[Cortex, float],
    covered: Mapping[Cortex, float],
    *,
    cuts: CutPoints,
    fixation: FixationKind,
    random: np.random.Generator,
    scale: Scale = "mrust",
) -> dict[Cortex, str]:
    """Return the cell of each cortex: a score, `U`, or nothing where no film shows it.

    `places` are of all four cortices, in standard deviations of the arm's; `covered` are the shares behind metal
    (0 to 1) of those that a film shows.
    Whatever is covered or absent, equally many numbers are drawn.
    """
    doubt = reader.doubts.get(fixation, CERTAIN)
    halo, alone, covering = random.standard_normal(), random.standard_normal(4), random.standard_normal(4)
    spread = np.sqrt(1 + doubt.halo**2 + doubt.alone**2)
    thresholds = np.add(cuts, reader.shifts)
    cells: dict[Cortex, str] = {}
    for cortex, off, hidden in zip(CORTICES, doubt.halo * halo + doubt.alone * alone, covering, strict=True):
        seen = reader.slope * (places[cortex] + off) / spread
        level = 1 + int((thresholds <= seen).sum())
        behind = covered.get(cortex, 0.0) + doubt.covering * hidden
        cells[cortex] = "U" if behind >= reader.limit else str(score_of(level, scale))
    return {cortex: cell if cortex in covered else "" for cortex, cell in cells.items()}


def cut_points(arm: Arm) -> CutPoints:
    """Return the places at which an arm's levels 2, 3 and 4 are reached."""
    from scipy.special import ndtri

    low, middle, high = ndtri(np.cumsum(arm.level_shares())[:3])
    return float(low), float(middle), float(high)
