"""A set of levels as binary questions, and binary answers as levels (Frank and Hall 2001, for sets of levels).

The question at threshold k is whether the level is at least k. A set answers it when all its levels are on one side:
the RUST score {2, 3} is at least 2 and below 4 but says nothing at 3. Leaving only that score out there would not be
neutral: the other RUST scores would still answer, and the more labels are RUST, the rarer would "yes" be under {3, 4}.
So a threshold inside a set that labels leave open is asked within it: of labels in {3, 4}, is it 4? RUST scores are a
partition of the levels, so every label that answers there was free to fall on either side.
"""

import numpy as np
from jaxtyping import Bool, Float, Float32

from radunion.scale import LEVELS

THRESHOLDS: tuple[int, ...] = LEVELS[1:]


def answers(allowed: Bool[np.ndarray, "m 4"], within: frozenset[int] = frozenset()) -> Float32[np.ndarray, "m 3"]:
    """Return for each threshold 1 where every allowed level is at least it, 0 where none is, NaN where it is open.

    A threshold k that is asked `within` is answered by the levels k - 1 and k alone. Raises ValueError for a label that
    allows no level.
    """
    if not allowed.any(axis=1).all():
        raise ValueError("a label must allow at least one level, found one that allows none")
    levels = np.array(LEVELS)
    least = np.where(allowed, levels, max(LEVELS) + 1).min(axis=1)[:, None]
    most = np.where(allowed, levels, min(LEVELS) - 1).max(axis=1)[:, None]
    thresholds = np.array(THRESHOLDS)
    found = np.where(least >= thresholds, 1.0, np.where(most < thresholds, 0.0, np.nan))
    inside = np.array([threshold in within for threshold in THRESHOLDS])
    beyond = (least < thresholds - 1) | (most > thresholds)
    return np.where(inside & beyond, np.nan, found).astype(np.float32)


def open_thresholds(allowed: Bool[np.ndarray, "*m 4"]) -> frozenset[int]:
    """Return the thresholds inside the pairs of neighbouring levels that labels leave open.

    Raises ValueError when two of them overlap: the scores of one convention do not.
    """
    pair = allowed.sum(axis=-1) == 2
    found = frozenset(k for k in THRESHOLDS if (pair & allowed[..., k - 2] & allowed[..., k - 1]).any())
    if any(k + 1 in found for k in found):
        raise ValueError("sets that labels leave open must not overlap; read the whole cohort by one convention")
    return found


def level_probabilities(
    answered: Float[np.ndarray, "m 3"], within: frozenset[int] = frozenset()
) -> Float32[np.ndarray, "m 4"]:
    """Return P(level) from P(level >= threshold), made to fall with the threshold first.

    Where they rise, the result lies halfway between the greatest falling sequence below and the least one above. For a
    threshold k that was asked `within`, `answered` is P(level >= k) given that it is k - 1 or k.
    """
    plain = [column for column, threshold in enumerate(THRESHOLDS) if threshold not in within]
    at_least = np.clip(answered, 0.0, 1.0).astype(np.float64)
    at_least[:, plain] = _falling(at_least[:, plain])
    ends = np.ones((len(at_least), 1))
    padded = np.concatenate([ends, at_least, 0 * ends], axis=1)
    for threshold in within:
        before, after = padded[:, threshold - 2], padded[:, threshold]
        padded[:, threshold - 1] = after + (before - after) * at_least[:, threshold - 2]
    return (padded[:, :-1] - padded[:, 1:]).astype(np.float32)


def _falling(at_least: Float[np.ndarray, "m t"]) -> Float[np.ndarray, "m t"]:
    below = np.minimum.accumulate(at_least, axis=1)
    above = np.maximum.accumulate(at_least[:, ::-1], axis=1)[:, ::-1]
    return (below + above) / 2
