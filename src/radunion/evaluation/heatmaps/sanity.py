"""The randomisation check: a map that stays when the model forgets all it learned shows the film, not the model.

Adebayo et al. 2018, Sanity checks for saliency maps (NeurIPS), after their model parameter randomisation test.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

THRESHOLD = 0.5
"""A median rank correlation above this is refused."""


@dataclass(frozen=True)
class SanityVerdict:
    """Hold how like the maps of the same network with random weights are: rank correlation, its median and tenths.

    `maps` were compared. A model whose maps survive is refused.
    """

    similarity: float
    low: float
    high: float
    maps: int
    threshold: float = THRESHOLD

    @property
    def refused(self) -> bool:
        """Whether the maps survive random weights."""
        return self.similarity > self.threshold


def similarity(first: Float[np.ndarray, "rows columns"], second: Float[np.ndarray, "rows columns"]) -> float:
    """Return Spearman's rank correlation of two maps.

    A map that is the same everywhere has no ranks: two such maps are alike (1), one and another map are not (0).
    """
    from scipy.stats import spearmanr

    flat = [float(np.ptp(one)) == 0.0 for one in (first, second)]
    if any(flat):
        return float(all(flat))
    return float(spearmanr(first.ravel(), second.ravel()).statistic)


def sanity(similarities: Sequence[float], *, threshold: float = THRESHOLD) -> SanityVerdict:
    """Judge the similarities of several maps. Raises ValueError for none."""
    if not similarities:
        raise ValueError("a sanity check needs at least one map, found none")
    low, middle, high = np.quantile(similarities, [0.1, 0.5, 0.9])
    return SanityVerdict(float(middle), float(low), float(high), len(similarities), threshold)
