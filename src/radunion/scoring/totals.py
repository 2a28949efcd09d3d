"""From the joint distribution of one examination to levels, totals and union; what is missing gives bounds."""

import numpy as np
from jaxtyping import Bool, Float

from radunion.evaluation.conformal import Conformal
from radunion.joint import TOTAL_SCORES, JointLevels, median_score, smallest_interval
from radunion.scale import CORTICES, LEVELS, TOP_SCORE, Convention, Cortex, Scale, UnionRule, view_of
from radunion.scoring.document import CortexScore, TotalScore, UnionScore
from radunion.scoring.views import PAIR

LEAST_SCORABLE = 0.5
"""A cortex that a reader could less likely score than not has no level."""
_DIGITS = 6


def seen_cortices(present: Bool[np.ndarray, "2"]) -> Bool[np.ndarray, "4"]:
    """Say which cortices stand in profile on the films that are there (AP, lateral)."""
    return np.array([present[PAIR.index(view_of(cortex))] for cortex in CORTICES], dtype=bool)


def used_cortices(joint: JointLevels, present: Bool[np.ndarray, "2"]) -> Bool[np.ndarray, "4"]:
    """Say which cortices of one examination have a level: seen and scorable."""
    return seen_cortices(present) & (joint.scorable[0] >= LEAST_SCORABLE)


def score_cortices(
    joint: JointLevels, *, present: Bool[np.ndarray, "2"], coverage: float, sets: Conformal | None = None
) -> dict[Cortex, CortexScore]:
    """Return the four cortices of one examination; without `sets` their levels hold `coverage` of the probability."""
    seen, used = seen_cortices(present), used_cortices(joint, present)
    return {
        cortex: _score_cortex(
            margin,
            levels=_level_set(margin, cortex, coverage, sets) if used[row] else LEVELS,
            used=bool(used[row]),
            seen=bool(seen[row]),
            scorable=float(joint.scorable[0, row]),
        )
        for row, (cortex, margin) in enumerate(zip(CORTICES, joint.margins()[0].astype(np.float64), strict=True))
    }


def score_total(
    joint: JointLevels,
    scale: Scale,
    *,
    convention: Convention,
    used: Bool[np.ndarray, "4"],
    coverage: float,
    sets: Conformal | None = None,
) -> TotalScore:
    """Return the total of one examination; with missing cortices only bounds, which the missing ones span.

    `sets` were fitted on totals of four cortices, so without one of them, as without `sets`, the interval holds
    `coverage` of the probability.
    """
    distribution, spare = _lowest_total(joint, scale, convention, used)
    first = TOTAL_SCORES[scale][0]
    median = int(median_score(distribution, first))
    if sets is not None and not spare:
        low, high = (int(end[0]) for end in sets.total_interval(distribution[None], scale))
    else:
        low, high = (first + end for end in smallest_interval(distribution, coverage))
    if spare:
        return TotalScore(total=None, bounds=(median, median + spare), expected=None, interval=(low, high + spare))
    expected = round(float(distribution @ np.array(TOTAL_SCORES[scale])), _DIGITS)
    return TotalScore(total=median, bounds=None, expected=expected, interval=(low, high))


def score_union(
    joint: JointLevels, rule: UnionRule, *, convention: Convention, used: Bool[np.ndarray, "4"]
) -> UnionScore:
    """Return P(union) of one examination; with missing cortices only bounds."""
    distribution, spare = _lowest_total(joint, rule.scale, convention, used)
    totals = np.array(TOTAL_SCORES[rule.scale])
    low, high = (_probability(distribution[totals + extra >= rule.threshold].sum()) for extra in (0, spare))
    if spare:
        return UnionScore(probability=None, bounds=(low, high), rule=str(rule))
    return UnionScore(probability=low, bounds=None, rule=str(rule))


def _level_set(
    margin: Float[np.ndarray, "4"], cortex: Cortex, coverage: float, sets: Conformal | None
) -> tuple[int, ...]:
    if sets is None:
        first, last = smallest_interval(margin, coverage)
        return LEVELS[first : last + 1]
    low, high = sets.level_set(margin[None], cortex)
    return tuple(range(int(low[0]), int(high[0]) + 1))


def _score_cortex(
    margin: Float[np.ndarray, "4"], *, levels: tuple[int, ...], used: bool, seen: bool, scorable: float
) -> CortexScore:
    first, second, third, fourth = (_probability(p) for p in margin)
    return CortexScore(
        level=int(median_score(margin, LEVELS[0])) if used else None,
        probabilities=(first, second, third, fourth),
        levels=levels,
        scorable=_probability(scorable),
        seen=seen,
    )


def _lowest_total(
    joint: JointLevels, scale: Scale, convention: Convention, used: Bool[np.ndarray, "4"]
) -> tuple[Float[np.ndarray, " totals"], int]:
    """Return P(total) with missing cortices at their lowest score, and the points that they may add to it."""
    distribution = joint.totals(scale, convention, use=used[None])[0].astype(np.float64)
    return distribution / distribution.sum(), int((~used).sum()) * (TOP_SCORE[scale] - 1)


def _probability(value: float | np.floating) -> float:
    return round(min(max(float(value), 0.0), 1.0), _DIGITS)
