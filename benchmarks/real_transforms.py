"""What may befall a film without a change of the bone: other borders, a turn, another exposure, a mirror, a negative.

All act on the pixels that a file was decoded to, in [0, 1] with bright = dense, before anything is prepared.
"""

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import Literal

import numpy as np
from jaxtyping import Float32
from PIL import Image

Act = Callable[[Float32[np.ndarray, "h w"]], Float32[np.ndarray, "tall wide"]]
Pixels = Float32[np.ndarray, "h w"]
Transform = Literal[
    "as filed", "cropped 5 %", "cropped 10 %", "turned +3°", "turned −3°", "turned +5°", "turned −5°", "gamma 0.7",
    "gamma 1.4", "narrower window", "JPEG quality 60", "mirrored", "negative",
]  # fmt: skip
AS_FILED: Transform = "as filed"
_WINDOW = (0.1, 0.9)
"""The part of the range that the narrower window shows."""
_QUALITY = 60


def as_filed(pixels: Pixels) -> Pixels:
    """Change nothing."""
    return pixels


def cropped(pixels: Pixels, *, share: float) -> Float32[np.ndarray, "tall wide"]:
    """Cut a share of the height and of the width off each border."""
    height, width = pixels.shape
    rows, columns = round(height * share), round(width * share)
    return np.ascontiguousarray(pixels[rows : height - rows, columns : width - columns])


def turned(pixels: Pixels, *, degrees: float) -> Pixels:
    """Turn a film anticlockwise within its frame; the corners that become free are black."""
    found = np.asarray(Image.fromarray(pixels).rotate(degrees, Image.Resampling.BICUBIC), dtype=np.float32)
    return np.clip(found, 0.0, 1.0)


def windowed(pixels: Pixels) -> Pixels:
    """Show the middle of the range over the whole of it."""
    low, high = _WINDOW
    return np.clip((pixels - low) / (high - low), 0.0, 1.0).astype(np.float32)


def compressed(pixels: Pixels) -> Pixels:
    """Save a film as an 8 bit JPEG and read it again."""
    stream = BytesIO()
    Image.fromarray(np.round(pixels * 255).astype(np.uint8)).save(stream, format="JPEG", quality=_QUALITY)
    return np.asarray(Image.open(stream), dtype=np.float32) / np.float32(255)


def mirrored(pixels: Pixels) -> Pixels:
    """Change left and right."""
    return np.ascontiguousarray(pixels[:, ::-1])


def _gamma(pixels: Pixels, *, exponent: float) -> Pixels:
    return (pixels**exponent).astype(np.float32)


HARMLESS: Mapping[Transform, Act] = {
    "cropped 5 %": partial(cropped, share=0.05),
    "cropped 10 %": partial(cropped, share=0.10),
    "turned +3°": partial(turned, degrees=3.0),
    "turned −3°": partial(turned, degrees=-3.0),
    "turned +5°": partial(turned, degrees=5.0),
    "turned −5°": partial(turned, degrees=-5.0),
    "gamma 0.7": partial(_gamma, exponent=0.7),
    "gamma 1.4": partial(_gamma, exponent=1.4),
    "narrower window": windowed,
    "JPEG quality 60": compressed,
    "mirrored": mirrored,
    "negative": lambda pixels: 1 - pixels,
}
"""Each transform by its name; none of them changes what a surgeon would score."""
