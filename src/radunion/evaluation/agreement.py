"""Agreement of two sets of scores, for many weightings of the examinations at once.

Each statistic takes `weights` (b, n), how often each of n examinations counts in each of b bootstrap samples, or the
b tables of counts that `confusion` makes of them, and returns (b,); NaN where a sample leaves it undefined. All ones
is the cohort itself.
"""

from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Integer, Shaped

Weights = Float[np.ndarray, "b n"]
Values = Float[np.ndarray, " b"]
Tables = Float[np.ndarray, "b levels levels"]
"""Counts of reference score (rows) against predicted score (columns)."""


def confusion(
    reference: Integer[np.ndarray, " n"], predicted: Integer[np.ndarray, " n"], weights: Weights, *, levels: int
) -> Tables:
    """Count how often each reference score, 1 to `levels`, met each predicted one."""
    cell = (reference - 1) * levels + (predicted - 1)
    return (weights @ np.eye(levels * levels)[cell]).reshape(-1, levels, levels)


def quadratic_kappa(
    reference: Integer[np.ndarray, " n"], predicted: Integer[np.ndarray, " n"], weights: Weights, *, levels: int
) -> Values:
    """Return Cohen's kappa with quadratic weights (Cohen 1968) of scores 1 to `levels`."""
    return cohen_kappa(confusion(reference, predicted, weights, levels=levels))


def cohen_kappa(tables: Tables, *, power: Literal[1, 2] = 2) -> Values:
    """Return Cohen's weighted kappa (Cohen 1968); a disagreement costs its distance to the power 1 or 2."""
    return pooled_kappa(tables[None], power=power)


def pooled_kappa(tables: Float[np.ndarray, "pairs b levels levels"], *, power: Literal[1, 2] = 2) -> Values:
    """Return the weighted kappa of several pairs of raters together (Conger 1980).

    It is one minus the disagreement seen over that expected, both summed over pairs: a mean of the pairs' kappas, each
    weighted by the disagreement that chance would give it. A pair without a common examination adds nothing.
    """
    grid = np.arange(tables.shape[-1])
    cost = np.abs(grid[:, None] - grid) ** power
    seen = (tables * cost).sum(axis=(0, 2, 3))
    chance = (tables.sum(axis=3) @ cost * tables.sum(axis=2)).sum(axis=2)
    count = tables.sum(axis=(2, 3))
    return 1 - ratio(seen, np.where(count > 0, chance / np.maximum(count, 1e-12), 0).sum(axis=0))


def balanced_accuracy(tables: Tables) -> Values:
    """Return the mean, over the reference scores that a sample has, of the share predicted so."""
    return _mean_of_defined(ratio(_hits(tables), tables.sum(axis=2)))


def macro_f1(tables: Tables) -> Values:
    """Return the mean of F1 over the scores that a sample's reference or prediction has."""
    return _mean_of_defined(ratio(2 * _hits(tables), tables.sum(axis=1) + tables.sum(axis=2)))


def within(tables: Tables, distance: int = 0) -> Values:
    """Return the share of predictions that are at most `distance` from the reference."""
    return ratio((tables * (_distance(tables) <= distance)).sum(axis=(1, 2)), tables.sum(axis=(1, 2)))


def absolute_error(tables: Tables) -> Values:
    """Return the mean distance between reference and prediction."""
    return ratio((tables * _distance(tables)).sum(axis=(1, 2)), tables.sum(axis=(1, 2)))


def intraclass(scores: Shaped[np.ndarray, "n raters"], weights: Weights) -> tuple[Values, Values]:
    """Return ICC(2,1), absolute agreement, and ICC(3,1), consistency (Shrout and Fleiss 1979, single rater)."""
    if not len(scores):
        return np.full(len(weights), np.nan), np.full(len(weights), np.nan)
    raters = scores.shape[1]
    count = weights.sum(axis=1)
    centred = scores - scores.mean()
    grand = ratio(weights @ centred.mean(axis=1), count)
    between = raters * (weights @ centred.mean(axis=1) ** 2 - count * grand**2)
    columns = ratio(weights @ centred, count[:, None])
    rater = count * ((columns - grand[:, None]) ** 2).sum(axis=1)
    error = weights @ (centred**2).sum(axis=1) - raters * count * grand**2 - between - rater
    subject_square = ratio(between, count - 1)
    rater_square = rater / (raters - 1)
    error_square = np.maximum(ratio(error, (count - 1) * (raters - 1)), 0)
    numerator = subject_square - error_square
    consistency = subject_square + (raters - 1) * error_square
    absolute = consistency + ratio(raters * (rater_square - error_square), count)
    return ratio(numerator, absolute), ratio(numerator, consistency)


def mean(values: Shaped[np.ndarray, " n"], weights: Weights) -> Values:
    """Return the weighted mean."""
    return ratio(weights @ values.astype(np.float64), weights.sum(axis=1))


def spread(values: Shaped[np.ndarray, " n"], weights: Weights) -> Values:
    """Return the sample standard deviation."""
    count = weights.sum(axis=1)
    squares = weights @ values.astype(np.float64) ** 2 - count * mean(values, weights) ** 2
    return np.sqrt(np.maximum(ratio(squares, count - 1), 0))


def ratio(numerator: Shaped[np.ndarray, "..."], denominator: Shaped[np.ndarray, "..."]) -> Shaped[np.ndarray, "..."]:
    """Divide, NaN where the denominator is not positive."""
    usable = denominator > 1e-12
    return np.where(usable, numerator / np.where(usable, denominator, 1), np.nan)


def _hits(tables: Tables) -> Float[np.ndarray, "b levels"]:
    return np.einsum("bkk->bk", tables)


def _distance(tables: Tables) -> Integer[np.ndarray, "levels levels"]:
    grid = np.arange(tables.shape[-1])
    return np.abs(grid[:, None] - grid)


def _mean_of_defined(parts: Float[np.ndarray, "b levels"]) -> Values:
    defined: Bool[np.ndarray, "b levels"] = np.isfinite(parts)
    return ratio(np.where(defined, parts, 0).sum(axis=1), defined.sum(axis=1))
