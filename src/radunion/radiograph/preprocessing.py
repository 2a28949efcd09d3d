"""Bring a film to the size and intensity that a network takes."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32
from PIL import Image

from radunion.radiograph.shaft import Shaft, find_shaft, straighten

Shape = Literal["pad", "squash", "shaft"]
Intensity = Literal["robust", "full"]

_ALGORITHM = 2
"""Raise it when `prepare` gives other pixels for the same settings: cached features must not outlive that."""
_PERCENTILES = (0.5, 99.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preprocessing:
    """How a film becomes (height, width) pixels.

    `pad` keeps the aspect ratio; `squash` does not, and stands for the seed study's input only. `shaft` takes a
    straightened strip around the bone's shaft, aspect kept, as tall as the film. `robust` maps the 0.5
    and 99.5 percentiles of the film to 0 and 1; `full` leaves intensities as read.
    """

    height: int
    width: int
    shape: Shape = "pad"
    intensity: Intensity = "robust"

    def digest(self) -> str:
        """Return a hash that is equal only for settings that give equal pixels."""
        text = json.dumps({"algorithm": _ALGORITHM, **asdict(self)}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the film lies in the prepared picture, in its pixels."""

    top: int
    left: int
    height: int
    width: int


def prepare(
    pixels: Float32[np.ndarray, "h w"], how: Preprocessing, *, shaft: Shaft | None = None
) -> Float32[np.ndarray, "height width"]:
    """Resize (antialiased), scale intensity over the film's area, and pad with 0; the result is in [0, 1].

    `shaft` saves a second search where it was found before; only `shape="shaft"` looks at it.
    """
    if how.shape == "shaft":
        strip = straighten(pixels, shaft or find_shaft(pixels), height=how.height, width=how.width)
        return _robust(strip) if how.intensity == "robust" else np.clip(strip, 0.0, 1.0)
    spot = place((pixels.shape[0], pixels.shape[1]), how)
    film = np.clip(_resized(pixels, spot.height, spot.width), 0.0, 1.0)
    if how.intensity == "robust":
        film = _robust(film)
    prepared = np.zeros((how.height, how.width), dtype=np.float32)
    prepared[spot.top : spot.top + spot.height, spot.left : spot.left + spot.width] = film
    return prepared


def place(film_shape: tuple[int, int], how: Preprocessing) -> Placement:
    """Return where a film of (height, width) pixels comes to lie: all of the picture, or its middle."""
    if how.shape == "squash":
        return Placement(0, 0, how.height, how.width)
    scale = min(how.height / film_shape[0], how.width / film_shape[1])
    height = min(how.height, max(1, round(film_shape[0] * scale)))
    width = min(how.width, max(1, round(film_shape[1] * scale)))
    return Placement((how.height - height) // 2, (how.width - width) // 2, height, width)


def _resized(pixels: Float32[np.ndarray, "h w"], height: int, width: int) -> Float32[np.ndarray, "height width"]:
    if pixels.shape == (height, width):
        return pixels
    # Pillow widens the bicubic kernel when shrinking, which is the antialiasing.
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC))


def _robust(film: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    low, high = np.percentile(film, _PERCENTILES)
    if not high > low:
        return film
    return np.clip((film - low) / (high - low), 0.0, 1.0).astype(np.float32)
