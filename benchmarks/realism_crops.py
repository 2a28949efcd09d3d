"""Matched crops: what could tell films apart by how they were stored, and not by what they show, is made equal.

Every film gets a long side of 454 pixels in 8 bits; one of another size is shrunk and kept as a JPEG of quality 90
once, as most real ones were before. Real films carry no millimetres: a crop is an equal share of the film's height.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from PIL import Image

from benchmarks.realism_films import Box, Film
from radunion.radiograph import Shaft, find_shaft, read_radiograph
from radunion.radiograph.shaft import box_on_strip, straighten

LONG, QUALITY = 454, 90
MADE_EQUAL = (
    f"long side {LONG} pixels, 8 bits, one JPEG of quality {QUALITY} where a film had another size; whole films cut to "
    "one aspect; shares of plaster and metal; crops clear of fractures; grey values from percentile 0.5 to 99.5 of the "
    "film, but for the distances of grey values, which are as stored. Not made equal: millimetres a pixel, which real "
    "films do not tell; how much of the leg a whole film shows; and how most real films were shrunk before, which fine "
    "texture and the upper half of the spectrum show"
)
STRIP = 128  # pixels, width of the strip and side of a crop
PATCH = 48  # pixels, side of a crop's middle: the shaft and little beside it
_STEP, _OVERLAP = 16, 64  # pixels between the places tried, and at least between two crops
_UPWARDS = 0.1  # share of the film's height
_TALL = 0.8  # width over height of the whole film's crop
_PERCENTILES = (0.5, 99.5)
Pixels = Float32[np.ndarray, "h w"]


@dataclass(frozen=True)
class Looked:
    """Hold one film as delivered: its pixels, upright, the strip along its shaft and the crops of it, all in [0, 1].

    `grey`, `strip` and `stored` (the crops once more) have the film's own grey values; `whole`, `crops` and `patches`
    (the crops' middles) are stretched from the film's 0.5 percentile to its 99.5.
    """

    film: Film
    grey: Pixels
    strip: Pixels
    whole: Pixels
    crops: tuple[Pixels, ...]
    stored: tuple[Pixels, ...]

    @property
    def patches(self) -> tuple[Pixels, ...]:
        edge = (STRIP - PATCH) // 2
        return tuple(crop[edge : edge + PATCH, edge : edge + PATCH] for crop in self.crops)


def look(films: Sequence[Film], *, crops: int) -> Iterator[Looked]:
    """Read films and cut them; crops are clear of fractures' boxes as far as those are known."""
    for film in films:
        read = read_radiograph(film.path).pixels
        grey, larger = delivered(read)
        shaft = find_shaft(grey)
        upright = np.ascontiguousarray(grey.T) if shaft.turned else grey
        strip = straighten(grey, shaft, height=len(upright), width=STRIP)
        stretched, along = _stretched(upright, upright), _stretched(strip, upright)
        tops = _tops(film, larger, grey, shaft)[:crops]
        cut, stored = (tuple(pixels[top : top + STRIP] for top in tops) for pixels in (along, strip))
        yield Looked(film, upright, strip, _tall(stretched), cut, stored)


def delivered(pixels: Pixels) -> tuple[Pixels, float]:
    """Return a film as real ones were delivered, and by how much it became larger."""
    larger = LONG / max(pixels.shape)
    picture = Image.fromarray(np.clip(pixels, 0, 1))
    if larger == 1:
        return np.asarray(picture), 1.0
    height, width = (round(side * larger) for side in pixels.shape)
    shrunk = np.clip(np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC)), 0, 1)
    file = io.BytesIO()
    Image.fromarray(np.round(255 * shrunk).astype(np.uint8)).save(file, "JPEG", quality=QUALITY)
    return np.asarray(Image.open(file), dtype=np.float32) / np.float32(255), larger


def _tops(film: Film, larger: float, grey: Pixels, shaft: Shaft) -> list[int]:
    """Return the first rows of crops that touch no fracture, the nearest to the shaft's middle first.

    Where it lies is told of real films, whose foot or knee takes up half of many; in simulated ones the fracture does.
    """
    shape = (grey.shape[0], grey.shape[1])
    height = shape[1] if shaft.turned else shape[0]
    scaled = [(x0 * larger, y0 * larger, x1 * larger, y1 * larger) for x0, y0, x1, y1 in film.boxes]
    on_strip = [box_on_strip(box, shape, shaft, height=height, width=STRIP) for box in scaled]
    middle = _middle(film, on_strip, height) if not shaft.turned else height / 2
    clear = [top for top in range(0, height - STRIP, _STEP) if not any(_touches(top, box) for box in on_strip)]
    chosen: list[int] = []
    for top in sorted(clear, key=lambda top: abs(top + STRIP / 2 - middle)):
        if all(abs(top - other) >= _OVERLAP for other in chosen):
            chosen.append(top)
    return chosen


def _middle(film: Film, boxes: list[Box], height: int) -> float:
    if film.shaft is not None or not boxes:
        return height * (0.5 if film.shaft is None else film.shaft)
    # The shaft goes on from the fracture towards the film's middle, and upwards on the many films of an ankle.
    return (boxes[0][1] + boxes[0][3]) / 4 + height / 4 - _UPWARDS * height


def _touches(top: int, box: Box) -> bool:
    return bool(box[1] < top + STRIP and box[3] > top and box[0] < STRIP and box[2] > 0)


def _tall(upright: Pixels) -> Pixels:
    """Cut the middle of a film to one aspect, so that padding tells nothing."""
    height, width = upright.shape
    wide, high = min(width, round(height * _TALL)), min(height, round(width / _TALL))
    top, left = (height - high) // 2, (width - wide) // 2
    return upright[top : top + high, left : left + wide]


def _stretched(pixels: Pixels, film: Pixels) -> Pixels:
    low, high = np.percentile(film, _PERCENTILES)
    return np.clip((pixels - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)
