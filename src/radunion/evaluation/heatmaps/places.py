"""What points without any model: the film's centre, a place on the shaft, the densest edges beside it."""

import numpy as np
from jaxtyping import Float, Float32

from radunion.evaluation.heatmaps.target import Points
from radunion.radiograph.shaft import Shaft, straighten

_STRIP = (640, 96)
"""The strip of the shaft in which edges are counted: what the compact network looks at."""
_FINE, _NEAR, _MARGIN = 1.0, 8.0, 4  # pixels of the strip: width of an edge, of a neighbourhood, of the film's rim


def centre() -> Points:
    """Return the film's centre."""
    return np.array([[0.5, 0.5]])


def on_shaft(
    shaft: Shaft, film_shape: tuple[int, int], *, along: Float[np.ndarray, " p"], aside: Float[np.ndarray, " p"]
) -> Points:
    """Return places at shares of the film's length along the shaft, and shares of that length aside of its centre."""
    length, breadth = film_shape[::-1] if shaft.turned else film_shape
    middle = np.interp(along * len(shaft.centre) - 0.5, np.arange(len(shaft.centre)), shaft.centre)
    across = middle + aside * length / breadth
    return np.stack([across, along] if shaft.turned else [along, across], axis=1)


def densest_edges(film: Float32[np.ndarray, "h w"], shaft: Shaft) -> Points:
    """Return where edges stand densest on the strip around the shaft: the greatest mean slope of a neighbourhood."""
    from scipy.ndimage import gaussian_filter

    height, width = _STRIP
    slope = _slope(straighten(film, shaft, height=height, width=width))
    inside = straighten(np.ones_like(film), shaft, height=height, width=width)
    density = gaussian_filter(slope * _within(inside), _NEAR, mode="constant")
    row, column = np.unravel_index(int(density.argmax()), density.shape)
    along, aside = (row + 0.5) / height, (column + 0.5 - width / 2) / height
    shape = (film.shape[0], film.shape[1])
    return on_shaft(shaft, shape, along=np.array([along]), aside=np.array([aside]))


def _slope(strip: Float32[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    from scipy.ndimage import gaussian_gradient_magnitude

    return np.asarray(gaussian_gradient_magnitude(strip.astype(np.float64), _FINE))


def _within(inside: Float32[np.ndarray, "h w"]) -> np.ndarray:
    """Mark what lies on the film and not at its rim, where the strip goes on in black."""
    from scipy.ndimage import binary_erosion

    return np.asarray(binary_erosion(inside > 0.99, iterations=_MARGIN, border_value=0))
