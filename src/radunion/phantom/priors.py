"""What the simulated cohorts follow: aggregates of the seed study's table, and the joint of the four cortices.

Levels by arm, visits, missing films and blank scores are measured figures of that cohort. The joint is a mixture: with
probability `TOGETHER` all four cortices stand at one point of the healing course, otherwise they scatter around the
examination's own point with correlation `CORRELATION`. One Gaussian factor cannot give all-equal 61 %, a span of two
levels or more in 10 % and rank correlations of 0.75-0.81 at once; this can (see tests).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from radunion.scale import CORTICES_ON, LEVELS, Cortex, Scale, View

TOGETHER = 0.41
CORRELATION = 0.705
VISIT_CORRELATION = 0.97
POORLY_SCORED = (0.01, 0.04, 0.14, 0.34)  # P(an examination is poorly scored) where its four levels average 1-4
BLANK_FILM = 0.45  # of a poorly scored examination's films: both scores left out
BLANK_CORTEX = 0.30  # of them: one of the two left out
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
        """Return P(true mRUST level 1-4); RUST level 3 is split between mRUST 3 and 4.

        The counts are of scored cortices. A level that is left blank more often is commoner than its count.
        """
        counts = np.array(self.counts, dtype=float)
        if self.scale == "rust":
            counts[3] = TOP_REMODELLED * counts[2]
            counts[2] -= counts[3]
        shares = counts / (1 - np.array(POORLY_SCORED) * (BLANK_FILM + BLANK_CORTEX / 2))
        return shares / shares.sum()


RETRODEFECT = (Arm("retrodefect", "baseline", "rust", (256, 819, 1400, 0), 200),)
PAIN = (
    Arm("pain", "3 months", "mrust", (145, 360, 229, 210), 91),
    Arm("pain", "6 months", "mrust", (53, 140, 126, 364), 183),
    Arm("pain", "12 months", "mrust", (37, 36, 83, 309), 365),
)
PACS = (Arm("pacs", "6 months", "mrust", (63, 168, 153, 175), 183),)
FOLLOW_UP = (
    Arm("follow-up", "2 weeks", "mrust", (930, 65, 5, 0), 14),
    Arm("follow-up", "6 weeks", "mrust", (520, 400, 70, 10), 42),
    Arm("follow-up", "12 weeks", "mrust", (145, 360, 229, 210), 84),
    Arm("follow-up", "24 weeks", "mrust", (53, 140, 126, 364), 168),
    Arm("follow-up", "52 weeks", "mrust", (37, 36, 83, 309), 364),
)
"""Every patient at five visits: the levels of 12, 24 and 52 weeks are PAIN's, those before it are assumed."""

INTACT = (Arm("intact", "once", "mrust", (0, 0, 0, 1), 1),)
"""Legs that never broke, seen once: what a model should call whole."""
INJURY = (Arm("injury", "day of the injury", "mrust", (1, 0, 0, 0), 1),)
"""Fractures on the day of the injury, not yet treated: what a model should never call whole."""

Schedule = Literal["studies", "follow-up", "intact", "injury"]

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


@dataclass(frozen=True)
class Stand:
    """Where a cortex stands on the healing course at one visit: `place` is standard normal among its arm's."""

    place: float
    level: int  # mRUST 1 to 4
    fraction: float  # 0 just reached the level, 1 about to reach the next


def sample_schedule(random: np.random.Generator, kind: Schedule = "studies") -> tuple[Arm, ...]:
    """Draw one patient's study and visits."""
    if kind == "follow-up":
        return FOLLOW_UP
    if kind == "intact":
        return INTACT
    if kind == "injury":
        return INJURY
    total = sum(PATIENTS.values())
    site = random.choice(list(PATIENTS), p=[count / total for count in PATIENTS.values()])
    if site == "retrodefect":
        return RETRODEFECT
    if site == "pacs":
        return PACS
    index = int(random.choice(len(PAIN_VISITS), p=[share for share, _ in PAIN_VISITS]))
    return tuple(PAIN[visit] for visit in PAIN_VISITS[index][1])


def sample_course(schedule: tuple[Arm, ...], random: np.random.Generator) -> tuple[tuple[Stand, ...], ...]:
    """Draw where each of the four cortices stands at each visit, along one patient's hidden course."""
    own = random.standard_normal()
    visits = []
    for arm in schedule:
        course = np.sqrt(VISIT_CORRELATION) * own + np.sqrt(1 - VISIT_CORRELATION) * random.standard_normal()
        scatter = np.sqrt(CORRELATION) * course + np.sqrt(1 - CORRELATION) * random.standard_normal(4)
        places = np.full(4, course) if random.random() < TOGETHER else scatter
        visits.append(tuple(stand_at(arm, float(place)) for place in places))
    return tuple(visits)


def stand_at(arm: Arm, place: float) -> Stand:
    """Return the level of a place among an arm's, and how far within it."""
    from scipy.special import ndtr

    reached = float(ndtr(place))
    cumulative = np.concatenate([[0.0], np.cumsum(arm.level_shares())])
    cumulative[-1] = 1.0
    level = int(np.clip(np.searchsorted(cumulative[1:4], reached, side="right"), 0, 3))
    low, high = cumulative[level], cumulative[level + 1]
    return Stand(place, level + 1, float(np.clip((reached - low) / max(high - low, 1e-9), 0, 1)))


def sample_unscored(
    levels: Mapping[Cortex, int], views: Sequence[View], random: np.random.Generator
) -> frozenset[Cortex]:
    """Draw the cortices that the table leaves blank: those without a film, and some of a poorly scored examination.

    Blanks come together, and more often where the bone has healed: both are so in the seed study's table.
    """
    poor = random.random() < np.interp(np.mean(list(levels.values())), LEVELS, POORLY_SCORED)
    blank: set[Cortex] = set()
    for view in ("ap", "lateral"):
        pair, chance = CORTICES_ON[view], random.random()
        if view not in views or (poor and chance < BLANK_FILM):
            blank |= set(pair)
        elif poor and chance < BLANK_FILM + BLANK_CORTEX:
            blank.add(pair[int(random.integers(2))])
    return frozenset(blank)
