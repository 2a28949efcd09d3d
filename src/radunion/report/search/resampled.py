"""What repeated cross-validation says of a mean: the corrected resampled t-test (Nadeau and Bengio 2003)."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from radunion.errors import UsageError

COVERAGE = 0.95


@dataclass(frozen=True)
class Resampled:
    """Hold the mean of what folds got and its 95 % interval."""

    mean: float
    low: float
    high: float


def resampled(values: Float[np.ndarray, " j"], *, k: int) -> Resampled:
    """Return the mean of j fold values of repeated k-fold cross-validation, with its interval.

    The variance of the mean is var(values) · (1/j + 1/(k − 1)) and t has j − 1 degrees of freedom: any two training
    sets share most of their films, and the plain 1/j would take the folds for independent. 1/(k − 1) is the ratio of
    the held-out to the training films. Sources: Nadeau and Bengio 2003; for repeats, Bouckaert and Frank 2004.
    Raises UsageError for fewer than two folds or values.
    """
    from scipy.special import stdtrit

    if k < 2 or len(values) < 2:
        raise UsageError(f"an interval over folds needs two folds and two values or more, found {k} and {len(values)}")
    mean = float(np.mean(values))
    error = math.sqrt(float(np.var(values, ddof=1)) * (1 / len(values) + 1 / (k - 1)))
    half = float(stdtrit(len(values) - 1, (1 + COVERAGE) / 2)) * error
    return Resampled(mean, mean - half, mean + half)
