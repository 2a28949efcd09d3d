"""Bring a film to the size and intensity that a network takes."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32
from PIL import Image

from radunion.radiograph.fracture import HEIGHT, WIDTH, FractureSpot, find_fracture, finder_digest
from radunion.radiograph.shaft import Shaft, Window, find_shaft, straighten

Shape = Literal["pad", "squash", "shaft", "fracture"]
Intensity = Literal["robust", "full"]

_ALGORITHM = 2
"""Raise it when `prepare` gives other pixels for the same settings: cached features must not outlive that."""
_FRACTURE_ALGORITHM = 1
"""The same, for `shape="fracture"` alone."""
_PERCENTILES = (0.5, 99.5)

CROP_SHARE = 0.25
"""How tall the crop of a fracture is, as a share of the film's length: about 90 mm of a film of a whole lower leg. A
longer one holds more fractures whole; one of 300 pixels is still finer than the film, up to films of 1,200."""
LEAST_CERTAINTY = 0.5
"""With less of the finder's probability near one place no fracture was found; tuned on simulated development films."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preprocessing:
    """How a film becomes (height, width) pixels.

    `pad` keeps the aspect ratio; `squash` does not, and stands for the seed study's input only. `shaft` takes a
    straightened strip around the bone's shaft, aspect kept, as tall as the film. `fracture` takes the part of it around
    the fracture from the film's own pixels, and what `pad` gives where no fracture is found. `robust` maps the 0.5 and
    99.5 percentiles of what is taken to 0 and 1; `full` leaves intensities as read.
    """

    height: int
    width: int
    shape: Shape = "pad"
    intensity: Intensity = "robust"

    def digest(self) -> str:
        """Return a hash that is equal only for settings that give equal pixels."""
        decides: dict[str, Any] = {"algorithm": _ALGORITHM, **asdict(self)}
        if self.shape == "fracture":
            decides |= {"fracture": _FRACTURE_ALGORITHM, "finder": finder_digest()}
            decides |= {"share": CROP_SHARE, "certainty": LEAST_CERTAINTY}
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


_STRIP = Preprocessing(height=HEIGHT, width=WIDTH, shape="shaft")
"""How a film is prepared for the finder of the fracture."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the film lies in the prepared picture, in its pixels."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True)
class Crop:
    """A prepared film, and what of the film it is; None is the whole film, as `place` says."""

    pixels: Float32[np.ndarray, "height width"]
    window: Window | None

    @property
    def of(self) -> Literal["film", "shaft", "fracture"]:
        """What is seen; for `shape="fracture"` it is the film where no fracture was found."""
        if self.window is None:
            return "film"
        return "shaft" if self.window.tall == 1 else "fracture"


def prepare(
    pixels: Float32[np.ndarray, "h w"], how: Preprocessing, *, shaft: Shaft | None = None
) -> Float32[np.ndarray, "height width"]:
    """Resize (antialiased), scale intensity over the film's area, and pad with 0; the result is in [0, 1].

    `shaft` saves a second search where it was found before; only the shapes that follow it look at it.
    """
    return crop_of(pixels, how, shaft=shaft).pixels


def crop_of(pixels: Float32[np.ndarray, "h w"], how: Preprocessing, *, shaft: Shaft | None = None) -> Crop:
    """Prepare a film, and say what of it was taken."""
    window = _window(pixels, how, shaft)
    return Crop(_whole(pixels, how) if window is None else _along(pixels, how, window), window)


def spot_on(pixels: Float32[np.ndarray, "h w"], shaft: Shaft) -> FractureSpot:
    """Return where along its shaft a film most likely shows a fracture."""
    return find_fracture(_along(pixels, _STRIP, Window(shaft)))


def window_at(row: float, shaft: Shaft) -> Window:
    """Return the window around a place on the shaft, a share of its length; near an end it is moved onto the film."""
    return Window(shaft, min(max(row - CROP_SHARE / 2, 0.0), 1 - CROP_SHARE), CROP_SHARE)


def place(film_shape: tuple[int, int], how: Preprocessing) -> Placement:
    """Return where a film of (height, width) pixels comes to lie: all of the picture, or its middle."""
    if how.shape == "squash":
        return Placement(0, 0, how.height, how.width)
    scale = min(how.height / film_shape[0], how.width / film_shape[1])
    height = min(how.height, max(1, round(film_shape[0] * scale)))
    width = min(how.width, max(1, round(film_shape[1] * scale)))
    return Placement((how.height - height) // 2, (how.width - width) // 2, height, width)


def _window(pixels: Float32[np.ndarray, "h w"], how: Preprocessing, shaft: Shaft | None) -> Window | None:
    if how.shape not in ("shaft", "fracture"):
        return None
    whole = Window(shaft or find_shaft(pixels))
    return whole if how.shape == "shaft" else _around_fracture(pixels, whole)


def _around_fracture(pixels: Float32[np.ndarray, "h w"], whole: Window) -> Window | None:
    if not whole.shaft.found:
        return None
    spot = spot_on(pixels, whole.shaft)
    return None if spot.certainty < LEAST_CERTAINTY else window_at(spot.row, whole.shaft)


def _along(
    pixels: Float32[np.ndarray, "h w"], how: Preprocessing, window: Window
) -> Float32[np.ndarray, "height width"]:
    seen = straighten(
        pixels, window.shaft, height=how.height, width=how.width, top=window.top, tall=window.tall
    )  # fmt: skip
    return _robust(seen) if how.intensity == "robust" else np.clip(seen, 0.0, 1.0)


def _whole(pixels: Float32[np.ndarray, "h w"], how: Preprocessing) -> Float32[np.ndarray, "height width"]:
    spot = place((pixels.shape[0], pixels.shape[1]), how)
    film = np.clip(_resized(pixels, spot.height, spot.width), 0.0, 1.0)
    if how.intensity == "robust":
        film = _robust(film)
    prepared = np.zeros((how.height, how.width), dtype=np.float32)
    prepared[spot.top : spot.top + spot.height, spot.left : spot.left + spot.width] = film
    return prepared


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
