"""The expected calibration error, and what it would be for a model whose probabilities are true.

It is a mean of absolute values, so noise alone lifts it: with few examinations that of a perfect model is far from
zero, and only the two beside each other say anything.
"""

import numpy as np
from jaxtyping import Bool, Float, Integer

from radunion.evaluation.agreement import Values, Weights, ratio

BINS = 15
"""Equal in width, as Guo 2017 has them."""


def expected_calibration_error(
    chances: Float[np.ndarray, " cases"],
    happened: Bool[np.ndarray, " cases"],
    weights: Weights,
    *,
    rows: Integer[np.ndarray, " cases"] | None = None,
) -> Values:
    """Return the mean over bins, by their cases, of |mean probability - share that happened| (Naeini 2015).

    `rows` says which column of `weights` a case has; without it case and column are the same.
    """
    rows = np.arange(len(chances)) if rows is None else rows
    excess = _summed(chances, chances - happened, rows, weights)
    return ratio(np.abs(excess).sum(axis=1), _summed(chances, np.ones(len(chances)), rows, weights).sum(axis=1))


def perfect_calibration_error(chances: Float[np.ndarray, " cases"], weights: Weights) -> Values:
    """Return what `expected_calibration_error` is on average if each case happens with its probability, by itself.

    In each bin the number that happens is taken as binomial with the bin's mean probability, whose mean absolute
    deviation has a closed form (de Moivre 1730; Diaconis and Zabell 1991).
    """
    rows = np.arange(len(chances))
    count = _summed(chances, np.ones(len(chances)), rows, weights)
    chance = np.nan_to_num(ratio(_summed(chances, chances, rows, weights), count))
    return ratio(_binomial_deviation(count, chance).sum(axis=1), count.sum(axis=1))


def _binomial_deviation(
    count: Float[np.ndarray, "b bins"], chance: Float[np.ndarray, "b bins"]
) -> Float[np.ndarray, "b bins"]:
    """Return E|X - np| = 2 m C(n, m) p^m (1-p)^(n-m+1) with m = floor(np) + 1, for X binomial."""
    from scipy.special import gammaln

    inside = np.clip(chance, 1e-12, 1 - 1e-12)
    above = np.minimum(np.floor(count * inside) + 1, np.maximum(count, 1))
    ways = gammaln(count + 1) - gammaln(above + 1) - gammaln(np.maximum(count - above, 0) + 1)
    powers = above * np.log(inside) + (count - above + 1) * np.log1p(-inside)
    return np.where(count > 0, 2 * above * np.exp(ways + powers), 0.0)


def _summed(
    chances: Float[np.ndarray, " cases"],
    values: Float[np.ndarray, " cases"],
    rows: Integer[np.ndarray, " cases"],
    weights: Weights,
) -> Float[np.ndarray, "b bins"]:
    """Sum values by bin in every sample."""
    bins = np.clip((chances * BINS).astype(np.int64), 0, BINS - 1)
    by_row = np.zeros((weights.shape[1], BINS))
    np.add.at(by_row, (rows, bins), values)
    return weights @ by_row
