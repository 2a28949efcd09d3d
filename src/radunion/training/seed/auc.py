"""The area under the ROC curve as Keras approximates it, so that the seed study's own number can be had."""

import numpy as np
from jaxtyping import Bool, Float, Int

from radunion.errors import UsageError


def keras_auc(
    truth: Bool[np.ndarray, "n labels"], scores: Float[np.ndarray, "n labels"], *, thresholds: int = 200
) -> float:
    """Average over labels the trapezoid area through `thresholds` points, evenly spaced in the score from 0 to 1.

    `scores` are probabilities. Two that fall between neighbouring thresholds count as tied, so scores that are all
    small give 0.5 however well they rank. A label without positives or without negatives counts as 0. The same as
    `keras.metrics.AUC(multi_label=True)`. Raises UsageError for scores outside [0, 1] and for no film.
    """
    if not len(scores) or not ((scores >= 0) & (scores <= 1)).all():
        raise UsageError("an AUC needs at least one film and probabilities between 0 and 1; apply the sigmoid first")
    if thresholds < 2:
        raise UsageError(f"an AUC needs at least 2 thresholds, found {thresholds}")
    interval = np.ceil(scores.astype(np.float32) * np.float32(thresholds - 1)).astype(np.int64) - 1
    interval = np.maximum(interval, 0)  # the first threshold lies just below 0
    recall = _share_above(interval, truth, thresholds)
    false_alarms = _share_above(interval, ~truth, thresholds)
    area = (false_alarms[:-1] - false_alarms[1:]) * (recall[:-1] + recall[1:]) / 2
    return float(area.sum(axis=0).mean())


def _share_above(
    interval: Int[np.ndarray, "n labels"], chosen: Bool[np.ndarray, "n labels"], thresholds: int
) -> Float[np.ndarray, "thresholds labels"]:
    """Return, for each threshold and label, the share of the chosen films whose score lies above it."""
    labels = interval.shape[1]
    cells = interval * labels + np.arange(labels)
    counts = np.bincount(cells[chosen], minlength=thresholds * labels).reshape(thresholds, labels)
    above = counts[::-1].cumsum(axis=0)[::-1]
    return above / np.maximum(above[0], 1)
