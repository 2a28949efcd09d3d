"""The area under the receiver operating curve, for many weightings of the cases at once."""

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
) -> Values:
    """Return P(a positive case scores higher than a negative one), ties one half; NaN where a class is absent.

    `rows` says which column of `weights` a case has; without it case and column are the same.
    """
    if not len(scores):
        return np.full(len(weights), np.nan)
    columns = np.arange(len(scores)) if rows is None else rows
    ranking = _Ranking.of(scores, positive, columns)
    step = max(1, _BLOCK // len(scores))
    blocks = (weights[first : first + step] for first in range(0, len(weights), step))
    return np.concatenate([ranking.area(block) for block in blocks])


@dataclass(frozen=True)
class _Ranking:
    """Hold the columns of negatives by ascending score, those of positives, and how many negatives lie below each.

    `below` counts the negatives that score lower, `not_above` also those that score the same.
    """

    negatives: Integer[np.ndarray, " negatives"]
    positives: Integer[np.ndarray, " positives"]
    below: Integer[np.ndarray, " positives"]
    not_above: Integer[np.ndarray, " positives"]

    @classmethod
    def of(
        cls,
        scores: Float[np.ndarray, " cases"],
        positive: Bool[np.ndarray, " cases"],
        columns: Integer[np.ndarray, " cases"],
    ) -> "_Ranking":
        order = np.argsort(scores[~positive], kind="stable")
        ascending = scores[~positive][order]
        below, not_above = (np.searchsorted(ascending, scores[positive], side=side) for side in ("left", "right"))
        return cls(columns[~positive][order], columns[positive], below, not_above)

    def area(self, weights: Weights) -> Values:
        """Sum over positives the negatives below and half of those beside, as a share of all pairs."""
        passed = np.zeros((len(weights), len(self.negatives) + 1))
        np.cumsum(weights[:, self.negatives], axis=1, out=passed[:, 1:])
        share = weights[:, self.positives]
        won = np.einsum("bp,bp->b", share, passed[:, self.below] + passed[:, self.not_above]) / 2
        return ratio(won, share.sum(axis=1) * passed[:, -1])
