"""The 18-output AUROC of one epoch, every film counting once: the figure of `macro_auroc`, from sorted scores."""

import numpy as np
from jaxtyping import Bool, Float


def macro_area(scores: Float[np.ndarray, "n t"], positive: Bool[np.ndarray, "n t"]) -> float:
    """Return the mean area under the curve of the columns that have both classes, ties one half; NaN where none has."""
    areas = [_area(scores[:, one], positive[:, one]) for one in range(scores.shape[1])]
    defined = [area for area in areas if area is not None]
    return float(np.mean(defined)) if defined else float("nan")


def _area(scores: Float[np.ndarray, " n"], positive: Bool[np.ndarray, " n"]) -> float | None:
    beaten, winners = np.sort(scores[~positive]), np.sort(scores[positive])
    if not len(beaten) or not len(winners):
        return None
    below = np.searchsorted(beaten, winners, side="left").sum()
    not_above = np.searchsorted(beaten, winners, side="right").sum()
    return float(below + not_above) / (2 * len(beaten) * len(winners))
