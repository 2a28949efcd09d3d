"""Prepared films in memory, a byte a pixel: strips of the shaft, and where the fracture lies on them."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from radunion.cohort import Box
from radunion.errors import CohortError, FilmError
from radunion.radiograph import Preprocessing, find_shaft, prepare, read_radiograph
from radunion.radiograph.shaft import Shaft, box_on_strip

STRIP = Preprocessing(height=640, width=96, shape="shaft")
"""What the compact network looks at."""

_READERS = 2


@dataclass(frozen=True)
class Strips:
    """m strips; `boxes` are the fracture's first and last row as shares of the height, NaN where none is known.

    `cortices` are the boxes (left, top, right, bottom, in pixels of the strip) of the two cortices that the view shows,
    NaN where unknown. `found` says on which films a shaft stood out.
    """

    pixels: UInt8[np.ndarray, "m 1 h w"]
    boxes: Float32[np.ndarray, "m 2"]
    cortices: Float32[np.ndarray, "m 2 4"]
    found: Bool[np.ndarray, " m"]


def load_strips(
    paths: Sequence[Path],
    boxes: Sequence[Box | None],
    cortices: Sequence[tuple[Box | None, Box | None]],
    *,
    how: Preprocessing = STRIP,
    progress: Callable[[int, int], None] | None = None,
) -> Strips:
    """Read and straighten films, in order. Raises CohortError that names every film that cannot be read."""
    strips: list[_Strip] = []
    unread: list[FilmError] = []
    with ThreadPoolExecutor(_READERS) as pool:
        done = pool.map(_strip_or_error, paths, boxes, cortices, [how] * len(paths))
        for number, strip in enumerate(done):
            if isinstance(strip, FilmError):
                unread.append(strip)
            else:
                strips.append(strip)
            if progress is not None:
                progress(number + 1, len(paths))
    if unread:
        named = "\n".join(f"  {error}" for error in unread)
        raise CohortError(f"every film must be readable; {len(unread)} of {len(paths)} are not:\n{named}")
    return Strips(
        np.stack([strip.pixels for strip in strips])[:, None],
        np.array([strip.box for strip in strips], dtype=np.float32),
        np.array([strip.cortices for strip in strips], dtype=np.float32),
        np.array([strip.found for strip in strips], dtype=bool),
    )


@dataclass(frozen=True)
class _Strip:
    """One strip, with what `Strips` holds of it."""

    pixels: UInt8[np.ndarray, "h w"]
    box: tuple[float, float]
    cortices: tuple[Box, Box]
    found: bool


def _strip_or_error(
    path: Path, box: Box | None, cortices: tuple[Box | None, Box | None], how: Preprocessing
) -> "_Strip | FilmError":
    try:
        return _strip(path, box, cortices, how)
    except FilmError as error:
        return error


def _strip(path: Path, box: Box | None, cortices: tuple[Box | None, Box | None], how: Preprocessing) -> _Strip:
    film = read_radiograph(path).pixels
    shaft = find_shaft(film)
    pixels = np.round(prepare(film, how, shaft=shaft) * 255).astype(np.uint8)
    first, second = (_placed(one, film, shaft, how) for one in cortices)
    return _Strip(pixels, _ends(box, film, shaft), (first, second), shaft.found)


def _placed(box: Box | None, film: Float32[np.ndarray, "h w"], shaft: Shaft, how: Preprocessing) -> Box:
    if box is None:
        return (math.nan,) * 4
    shape = (film.shape[0], film.shape[1])
    return box_on_strip(box, shape, shaft, height=how.height, width=how.width)


def _ends(box: Box | None, film: Float32[np.ndarray, "h w"], shaft: Shaft) -> tuple[float, float]:
    """Return the first and last row of a box as shares of the strip's height."""
    if box is None:
        return math.nan, math.nan
    left, top, right, bottom = box
    ends, length = ((left, right), film.shape[1]) if shaft.turned else ((top, bottom), film.shape[0])
    return ends[0] / length, ends[1] / length
