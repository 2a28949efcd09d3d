"""A film as the gate looks at it: small, whole, on black, from its darkest to its brightest."""

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

SIDE = 128
_PERCENTILES = (0.5, 99.5)
_LEAST_RANGE = 0.02
"""A film with less contrast is not stretched further: noise of a blank film stays small."""


def thumbnail(pixels: Float32[np.ndarray, "h w"]) -> UInt8[np.ndarray, "128 128"]:
    """Return a film shrunk to 128 pixels on its longer side and stretched, in the middle of a black square."""
    scale = SIDE / max(pixels.shape)
    height, width = (max(1, round(side * scale)) for side in pixels.shape)
    way = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    small = np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize((width, height), way))
    low, high = np.percentile(small, _PERCENTILES)
    grey = np.clip((small - low) / max(float(high - low), _LEAST_RANGE), 0, 1)
    square = np.zeros((SIDE, SIDE), dtype=np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    square[top : top + height, left : left + width] = np.round(grey * 255).astype(np.uint8)
    return square
