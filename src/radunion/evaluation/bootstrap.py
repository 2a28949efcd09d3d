"""The patient bootstrap: patients are drawn with replacement, with all their examinations.

Models are fixed: the variance of training them is not in these intervals.
"""

import numpy as np
from jaxtyping import Float, Shaped

REPLICATES = 1000
FIXED_MODELS = (
    "Intervals are 95 % percentile intervals of a bootstrap over patients with the models fixed: "
    "training variance is not in these intervals."
)
WITHIN_FOLDS = "AUROC compares examinations of the same fold only: other folds were told by other models."
MOST_UNDEFINED = 0.05
"""With more samples than this undefined a percentile interval would be of another population; none is given."""


def patient_weights(
    patients: Shaped[np.ndarray, " n"], *, replicates: int = REPLICATES, seed: int
) -> Float[np.ndarray, "b n"]:
    """Return how often each row counts: row 0 is the cohort itself, the `replicates` below are drawn patients."""
    if replicates < 1:
        raise ValueError(f"a bootstrap needs at least 1 replicate, found {replicates}")
    names, patient = np.unique(patients, return_inverse=True)
    count = len(names)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / max(count, 1)), size=replicates)
    return np.concatenate([np.ones((1, len(patients))), drawn[:, patient].astype(np.float64)])


def percentile_interval(values: Float[np.ndarray, " b"], *, coverage: float = 0.95) -> tuple[float, float]:
    """Return the percentile interval of the replicates (all but row 0); NaN when too many are undefined."""
    drawn = values[1:]
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, [(1 - coverage) / 2, (1 + coverage) / 2])
    return float(low), float(high)


def recentred(values: Float[np.ndarray, " b"]) -> Float[np.ndarray, " b"]:
    """Shift the replicates so that their mean is the cohort's own value, not below 0.

    For a statistic that noise alone lifts: drawing again adds the noise once more, so every replicate is too high.
    """
    drawn = values[1:]
    defined = drawn[np.isfinite(drawn)]
    if not len(defined) or not np.isfinite(values[0]):
        return values
    return np.concatenate([values[:1], np.maximum(drawn - defined.mean() + values[0], 0)])
