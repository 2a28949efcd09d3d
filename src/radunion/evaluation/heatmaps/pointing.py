"""The pointing game: does the greatest value of a map lie where it should.

Zhang et al. 2018, Top-down neural attention by excitation backprop (International Journal of Computer Vision 126). They
allow 15 pixels around the region; here the tolerance is a share of the film's height, for films have all sizes.
"""

import numpy as np
from jaxtyping import Float

from radunion.evaluation.heatmaps.target import Points, Target

NEAR = 0.025
"""Of the film's height: how far from a box still counts where a little is allowed, 16 pixels of 640."""
_SAME = 1e-6
"""Values within this share of the greatest are as great: sampling a map on a film rounds."""


def peaks(values: Float[np.ndarray, "rows columns"]) -> Points:
    """Return the middle of every cell that has the greatest value; none where the map is empty, all 0 or less."""
    top = values.max(initial=0.0)
    if not top > 0:
        return np.zeros((0, 2))
    return (np.argwhere(values >= top * (1 - _SAME)) + 0.5) / values.shape


def points_at(values: Float[np.ndarray, "rows columns"], target: Target, *, tolerance: float = 0.0) -> bool:
    """Say whether a map of the whole film, at any resolution, points at the target.

    Of several places with the greatest value each must be right; an empty map points nowhere and misses.
    """
    found = peaks(values)
    return len(found) > 0 and bool(target.holds(found, tolerance=tolerance).all())
