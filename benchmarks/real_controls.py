"""What may tell a fractured tibia from an intact one without any look at healing: metal, plaster, area, place."""

import numpy as np
from jaxtyping import Float32
from skimage.filters import threshold_otsu

from radunion.radiograph.shaft import Shaft, straighten

_STRIP = (640, 96)
"""Height and width of the strip whose bright pixels are counted, that of the compact network."""
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
    if not len(found):
        return float("nan")
    threshold: float = threshold_otsu(found)  # type: ignore[no-untyped-call]
    return float(np.mean(found > threshold))
