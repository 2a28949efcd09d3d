"""Agreement of two sets of scores, for many weightings of the examinations at once.

Each statistic takes `weights` (b, n), how often each of n examinations counts in each of b bootstrap samples, and
returns (b,); NaN where a sample leaves it undefined. All ones is the cohort itself.
"""

import numpy as np
from jaxtyping import Float, Integer, Shaped

Weights = Float[np.ndarray, "b n"]
Values = Float[np.ndarray, " b"]


def quadratic_kappa(
    reference: Integer[np.ndarray, " n"], predicted: Integer[np.ndarray, " n"], weights: Weights, *, levels: int
) -> Values:
    """Return Cohen's kappa with quadratic weights (Cohen 1968) of scores 1 to `levels`."""
    cell = (reference - 1) * levels + (predicted - 1)
    table = (weights @ np.eye(levels * levels)[cell]).reshape(-1, levels, levels)
    grid = np.arange(levels)
    cost = (grid[:, None] - grid) ** 2
    expected = table.sum(axis=2)[:, :, None] * table.sum(axis=1)[:, None, :]
    return 1 - ratio((table * cost).sum(axis=(1, 2)) * table.sum(axis=(1, 2)), (expected * cost).sum(axis=(1, 2)))


def intraclass(scores: Shaped[np.ndarray, "n raters"], weights: Weights) -> tuple[Values, Values]:
    """Return ICC(2,1), absolute agreement, and ICC(3,1), consistency (Shrout and Fleiss 1979, single rater)."""
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
