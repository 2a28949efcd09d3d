"""What may tell a fractured tibia from an intact one without any look at healing: metal, plaster, area, place."""

import numpy as np
from jaxtyping import Float, Float32

from radunion.radiograph.shaft import Shaft, straighten

_STRIP = (640, 96)
"""Height and width of the strip whose bright pixels are counted, that of the compact network."""
_BINS = 256
AREA = (
    "the share of pixels of the straightened strip around the found shaft (640 × 96 pixels, as tall as the film) that "
    "are brighter than Otsu’s threshold of that strip; what lies beyond the film’s edge is not counted; mean of both "
    "films"
)


def bright_share(film: Float32[np.ndarray, "h w"], shaft: Shaft) -> float:
    """Return the part of the strip around a shaft that is bone, metal or plaster: brighter than Otsu's threshold."""
    height, width = _STRIP
    strip = straighten(film, shaft, height=height, width=width)
    inside = straighten(np.ones_like(film), shaft, height=height, width=width) > 0.99
    found = strip[inside]
    return float(np.mean(found > otsu(found))) if len(found) else float("nan")


def otsu(values: Float[np.ndarray, " n"]) -> float:
    """Return the threshold that parts values in [0, 1] into two classes farthest apart (Otsu 1979)."""
    counts, edges = np.histogram(values, bins=_BINS, range=(0.0, 1.0))
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = len(values) - below
    sums = np.cumsum(counts * middles)
    parted = (below > 0) & (above > 0)
    if not parted.any():
        return float(edges[-1])
    low, high = sums[:-1] / np.maximum(below, 1), (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    between = np.where(parted, below * above * (high - low) ** 2, -np.inf)
    return float(edges[1:-1][between.argmax()])
