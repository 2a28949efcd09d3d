"""The ranked probability score: how far a distribution over ordered scores lies from the score that was given."""

import numpy as np
from jaxtyping import Float, Integer, Shaped


def ranked_probability_score(
    chances: Float[np.ndarray, "n scores"], scores: Integer[np.ndarray, " n"], *, lowest: int
) -> Shaped[np.ndarray, " n"]:
    """Return the sum over cuts k of (P(score <= k) - [score <= k])² of each row (Epstein 1969, Murphy 1971).

    It is in points of the scale, 0 is perfect, and a prediction that is certain has its absolute error.
    """
    cuts = np.arange(lowest, lowest + chances.shape[1] - 1)
    below = np.cumsum(chances, axis=1)[:, :-1]
    return ((below - (scores[:, None] <= cuts)) ** 2).sum(axis=1)
