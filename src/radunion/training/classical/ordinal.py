"""A set of levels as binary questions, and binary answers as levels (Frank and Hall 2001, for sets of levels).

The question at threshold k is whether the level is at least k. A set answers it when all its levels are on one side:
the RUST score {2, 3} is at least 2 and below 4 but says nothing at 3. Leaving such a label out is not quite neutral: at
a threshold inside a RUST set the other RUST scores still answer, so the share of "yes" is not the population's.
"""

import numpy as np
from jaxtyping import Bool, Float, Float32

from radunion.scale import LEVELS

THRESHOLDS: tuple[int, ...] = LEVELS[1:]


def answers(allowed: Bool[np.ndarray, "m 4"]) -> Float32[np.ndarray, "m 3"]:
    """Return for each threshold 1 where every allowed level is at least it, 0 where none is, NaN where it is open.

    Raises ValueError for a label that allows no level.
    """
    if not allowed.any(axis=1).all():
        raise ValueError("a label must allow at least one level, found one that allows none")
    levels = np.array(LEVELS)
    least = np.where(allowed, levels, max(LEVELS) + 1).min(axis=1)[:, None]
    most = np.where(allowed, levels, min(LEVELS) - 1).max(axis=1)[:, None]
    thresholds = np.array(THRESHOLDS)
    found = np.where(least >= thresholds, 1.0, np.where(most < thresholds, 0.0, np.nan))
    return found.astype(np.float32)


def level_probabilities(at_least: Float[np.ndarray, "m 3"]) -> Float32[np.ndarray, "m 4"]:
    """Return P(level) from P(level >= threshold), made to fall with the threshold first.

    Where they rise, the result lies halfway between the greatest falling sequence below and the least one above.
    """
    below = np.minimum.accumulate(at_least, axis=1)
    above = np.maximum.accumulate(at_least[:, ::-1], axis=1)[:, ::-1]
    falling = np.clip((below + above) / 2, 0.0, 1.0)
    ends = np.ones((len(at_least), 1))
    padded = np.concatenate([ends, falling, 0 * ends], axis=1)
    return (padded[:, :-1] - padded[:, 1:]).astype(np.float32)
