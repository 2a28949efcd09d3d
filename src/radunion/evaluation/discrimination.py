"""The area under the receiver operating curve, for many weightings of the cases at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Integer

from radunion.evaluation.agreement import Values, Weights, ratio

_BLOCK = 4_000_000
"""Weights handled at once, so that 18 outputs of thousands of films stay below 200 MB."""


def auroc(
    scores: Float[np.ndarray, " cases"],
    positive: Bool[np.ndarray, " cases"],
    weights: Weights,
    *,
    rows: Integer[np.ndarray, " cases"] | None = None,
    strata: Integer[np.ndarray, " cases"] | None = None,
) -> Values:
    """Return P(a positive case scores higher than a negative one), ties one half; NaN where no such pair is.

    `rows` says which column of `weights` a case has; without it case and column are the same. With `strata` only pairs
    of one stratum are compared, every pair counting once: what tells strata apart, as folds do, is not discrimination.
    """
    if not len(scores):
        return np.full(len(weights), np.nan)
    columns = np.arange(len(scores)) if rows is None else rows
    stratum = np.zeros(len(scores), dtype=np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    ranking = _Ranking.of(scores, positive, columns, stratum)
    step = max(1, _BLOCK // len(scores))
    blocks = (weights[first : first + step] for first in range(0, len(weights), step))
    return np.concatenate([ranking.area(block) for block in blocks])


def macro_auroc(
    scores: Float[np.ndarray, "cases columns"],
    positive: Bool[np.ndarray, "cases columns"],
    weights: Weights,
    *,
    rows: Integer[np.ndarray, " cases"] | None = None,
) -> Values:
    """Return the mean AUROC of the columns that have both classes in the cohort; NaN where none has."""
    columns = range(scores.shape[1])
    return mean_of_defined([auroc(scores[:, one], positive[:, one], weights, rows=rows) for one in columns])


def mean_of_defined(parts: Sequence[Values]) -> Values:
    """Average the parts that the cohort itself (row 0) defines; a sample that lacks one of them is NaN."""
    defined = [part for part in parts if np.isfinite(part[0])]
    return np.mean(defined, axis=0) if defined else np.full_like(parts[0], np.nan)


@dataclass(frozen=True)
class _Ranking:
    """Hold the columns of negatives and of positives, stratum by stratum, the negatives by ascending score.

    `below` counts the negatives of all strata before, and those of the same stratum that score lower than a positive;
    `not_above` also those that score the same. `first_negative` and `first_positive` say where each stratum begins,
    and last where the last one ends.
    """

    negatives: Integer[np.ndarray, " negatives"]
    positives: Integer[np.ndarray, " positives"]
    below: Integer[np.ndarray, " positives"]
    not_above: Integer[np.ndarray, " positives"]
    first_negative: Integer[np.ndarray, " edges"]
    first_positive: Integer[np.ndarray, " edges"]

    @classmethod
    def of(
        cls,
        scores: Float[np.ndarray, " cases"],
        positive: Bool[np.ndarray, " cases"],
        columns: Integer[np.ndarray, " cases"],
        stratum: Integer[np.ndarray, " cases"],
    ) -> "_Ranking":
        values, rank = np.unique(scores, return_inverse=True)
        place = stratum * len(values) + rank
        order = np.argsort(place, kind="stable")
        negatives, positives = order[~positive[order]], order[positive[order]]
        below, not_above = (
            np.searchsorted(place[negatives], place[positives], side=side) for side in ("left", "right")
        )
        edges = np.arange(stratum.max() + 2)
        starts = (np.searchsorted(stratum[part], edges) for part in (negatives, positives))
        return cls(columns[negatives], columns[positives], below, not_above, *starts)

    def area(self, weights: Weights) -> Values:
        """Sum over positives the negatives below and half of those beside, as a share of all pairs of a stratum."""
        passed, share = _running(weights[:, self.negatives]), weights[:, self.positives]
        before = passed[:, self.first_negative]
        won = np.einsum("bp,bp->b", share, passed[:, self.below] + passed[:, self.not_above]) / 2
        positives = np.diff(_running(share)[:, self.first_positive], axis=1)
        earlier = (positives * before[:, :-1]).sum(axis=1)
        return ratio(won - earlier, (positives * np.diff(before, axis=1)).sum(axis=1))


def _running(values: Float[np.ndarray, "b n"]) -> Float[np.ndarray, "b n+1"]:
    """Sum along each row, with a zero in front."""
    sums = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums
