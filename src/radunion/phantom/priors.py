"""What the simulated cohorts follow: aggregates of the seed study's table, and the joint of the four cortices.

Levels by arm, visits, missing films and blank scores are measured figures of that cohort. The joint is a mixture: with
probability `TOGETHER` all four cortices stand at one point of the healing course, otherwise they scatter around the
examination's own point with correlation `CORRELATION`. One Gaussian factor cannot give all-equal 61 %, a span of two
levels or more in 10 % and rank correlations of 0.75-0.81 at once; this can (see tests).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from radunion.scale import Scale

TOGETHER = 0.40
CORRELATION = 0.705
VISIT_CORRELATION = 0.97
BLANK_CORTEX = 0.045  # a single score left out
BLANK_FILM = 0.065  # both scores of a film left out
MISSING_FILM = 0.028
UNSCORABLE = 0.05  # examinations with a rail over one cortex
TOP_REMODELLED = 0.5  # share of RUST level 3 that is mRUST level 4


@dataclass(frozen=True)
class Arm:
    """One study arm at one visit: its share of levels 1-4 (as counted on its own scale) and when it is."""

    site: str
    visit: str
    scale: Scale
    counts: tuple[int, int, int, int]
    days: int

    def level_shares(self) -> Float[np.ndarray, " 4"]:
        """Return P(mRUST level 1-4); RUST level 3 is split between mRUST 3 and 4."""
        counts = np.array(self.counts, dtype=float)
        if self.scale == "rust":
            counts[3] = TOP_REMODELLED * counts[2]
            counts[2] -= counts[3]
        return counts / counts.sum()


RETRODEFECT = (Arm("retrodefect", "baseline", "rust", (256, 819, 1400, 0), 200),)
PAIN = (
    Arm("pain", "3 months", "mrust", (145, 360, 229, 210), 91),
    Arm("pain", "6 months", "mrust", (53, 140, 126, 364), 183),
    Arm("pain", "12 months", "mrust", (37, 36, 83, 309), 365),
)
PACS = (Arm("pacs", "6 months", "mrust", (63, 168, 153, 175), 183),)

PATIENTS = {"retrodefect": 714, "pain": 331, "pacs": 162}
"""Patients by study of 1,207; only PAIN patients have several visits."""
PAIN_VISITS: tuple[tuple[float, tuple[int, ...]], ...] = (
    (0.23, (0,)),
    (0.06, (1,)),
    (0.04, (2,)),
    (0.24, (0, 1)),
    (0.09, (1, 2)),
    (0.09, (0, 2)),
    (0.25, (0, 1, 2)),
)


def sample_schedule(random: np.random.Generator) -> tuple[Arm, ...]:
    """Draw one patient's study and visits."""
    total = sum(PATIENTS.values())
    site = random.choice(list(PATIENTS), p=[count / total for count in PATIENTS.values()])
    if site == "retrodefect":
        return RETRODEFECT
    if site == "pacs":
        return PACS
    index = int(random.choice(len(PAIN_VISITS), p=[share for share, _ in PAIN_VISITS]))
    return tuple(PAIN[visit] for visit in PAIN_VISITS[index][1])


def sample_levels(schedule: tuple[Arm, ...], random: np.random.Generator) -> Int[np.ndarray, "visits 4"]:
    """Draw the true mRUST level of each cortex at each visit, along one patient's course."""
    from scipy.special import ndtr

    own = random.standard_normal()
    rows = []
    for arm in schedule:
        course = np.sqrt(VISIT_CORRELATION) * own + np.sqrt(1 - VISIT_CORRELATION) * random.standard_normal()
        scatter = np.sqrt(CORRELATION) * course + np.sqrt(1 - CORRELATION) * random.standard_normal(4)
        place = np.full(4, course) if random.random() < TOGETHER else scatter
        cumulative = np.cumsum(arm.level_shares())
        rows.append(1 + np.searchsorted(cumulative[:3], ndtr(place)))
    return np.array(rows, dtype=np.int64)
