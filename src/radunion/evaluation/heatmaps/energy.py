"""Energy inside: the share of a map's mass that lies where it should.

Wang et al. 2020, Score-CAM (CVPR workshops), call it the energy-based pointing game. What a map without any knowledge
reaches is the share of the film's area that the target takes.
"""

import numpy as np
from jaxtyping import Float

from radunion.evaluation.heatmaps.target import Target


def energy_inside(values: Float[np.ndarray, "rows columns"], target: Target) -> float:
    """Return the share, 0 to 1, of a map of the whole film that holds no value below 0; an empty map has 0."""
    total = float(values.sum(dtype=np.float64))
    if not total > 0:
        return 0.0
    return float((values * target.coverage(values.shape)).sum(dtype=np.float64) / total)


def area_share(target: Target) -> float:
    """Return the share of the film's area that the target takes: the energy of a map that is the same everywhere."""
    return float(target.coverage(target.shape).mean())
