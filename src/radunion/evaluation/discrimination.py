"""The area under the receiver operating curve, for many weightings of the cases at once."""

import numpy as np
from jaxtyping import Bool, Float, Integer, Shaped

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
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    columns = order if rows is None else rows[order]
    step = max(1, _BLOCK // len(scores))
    blocks = (weights[first : first + step][:, columns] for first in range(0, len(weights), step))
    return np.concatenate([_block(block, positive[order], starts) for block in blocks])


def _block(weights: Weights, positive: Bool[np.ndarray, " n"], starts: Shaped[np.ndarray, " ties"]) -> Values:
    """Sum over groups of tied scores, ascending: positives times the negatives below, half of those beside."""
    positives = np.add.reduceat(weights * positive, starts, axis=1)
    negatives = np.add.reduceat(weights * ~positive, starts, axis=1)
    below = np.cumsum(negatives, axis=1) - negatives / 2
    return ratio((positives * below).sum(axis=1), positives.sum(axis=1) * negatives.sum(axis=1))
