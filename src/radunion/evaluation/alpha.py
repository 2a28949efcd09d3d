"""Krippendorff's alpha with ordinal distances, for many weightings of the units at once.

Krippendorff 2004, Content Analysis, 2nd edition, chapter 11. A unit is what several raters scored: here one cortex,
or one total, of one examination. A unit that fewer than two scored says nothing.
"""

import numpy as np
from jaxtyping import Float, Integer

from radunion.evaluation.agreement import Tables, Values, ratio


def coincidences(scores: Integer[np.ndarray, "raters n"], *, levels: int) -> Float[np.ndarray, "n levels levels"]:
    """Return each unit's coincidence matrix: its pairs of values by different raters, every value counting once.

    Scores are 1 to `levels`, 0 where a rater did not score.
    """
    count = np.stack([(scores == level).sum(axis=0) for level in range(1, levels + 1)], axis=1).astype(np.float64)
    pairs = count[:, :, None] * count[:, None, :] - np.eye(levels) * count[:, None, :]
    others = np.maximum(count.sum(axis=1) - 1, 1)
    return pairs / others[:, None, None]


def ordinal_alpha(tables: Tables) -> Values:
    """Return alpha of coincidence matrices summed over units; NaN where all values are one."""
    value = tables.sum(axis=2)
    count = value.sum(axis=1)
    distance = _ordinal_distances(value)
    seen = (tables * distance).sum(axis=(1, 2))
    chance = (value[:, :, None] * value[:, None, :] * distance).sum(axis=(1, 2))
    return 1 - ratio(np.maximum(count - 1, 0) * seen, chance)


def _ordinal_distances(value: Float[np.ndarray, "b levels"]) -> Tables:
    """Square how many values lie between two scores, those of either score counting half."""
    middle = np.cumsum(value, axis=1) - value / 2
    return (middle[:, :, None] - middle[:, None, :]) ** 2
