"""A film with a heat-map over it, so that the bone stays visible and the order of colours survives grey print."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

_LONGEST, _NARROWEST = 2048, 640
"""Pixels: no longer side than a screen shows, no width on which the words are too small."""
_PALEST = 0.3
"""Where in the colour map no evidence stands; below, its colours are nearly black and would darken the bone."""
_COVER = 0.6
"""Part of the film that the greatest evidence hides."""


def shown_film(pixels: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "height width"]:
    """Return the film in the size that it is shown in, its aspect kept."""
    height, width = pixels.shape
    scale = min(_LONGEST / max(height, width), max(1.0, _NARROWEST / width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return np.clip(np.asarray(Image.fromarray(pixels).resize(size, how), dtype=np.float32), 0.0, 1.0)


def blended(film: Float32[np.ndarray, "h w"], maps: Sequence[Float32[np.ndarray, "h w"]]) -> UInt8[np.ndarray, "h w 3"]:
    """Return the film in grey with the greatest of the maps in colour over it, the more covering the more evidence.

    The maps are in [0, 1].
    """
    evidence = np.clip(np.maximum.reduce(maps), 0.0, 1.0)
    cover = np.float32(_COVER) * evidence[..., None]
    mixed = (1 - cover) * film[..., None] + cover * colours_of(evidence)
    return np.round(mixed * 255).astype(np.uint8)


def colours_of(evidence: Float32[np.ndarray, "*shape"]) -> Float32[np.ndarray, "*shape 3"]:
    """Return the colour of evidence in [0, 1]: from violet to light yellow, lighter with more."""
    table = _table()
    place = _PALEST + (1 - _PALEST) * evidence
    return table[np.round(place * (len(table) - 1)).astype(np.int64)]


@cache
def _table() -> Float32[np.ndarray, "256 3"]:
    """Return `inferno`: even steps of lightness, so that it can be read in grey and by colour-blind readers."""
    from matplotlib import colormaps

    return np.asarray(colormaps["inferno"](np.arange(256)), dtype=np.float32)[:, :3]
