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

STRIP = Preprocessing(height=640, width=96, shape="shaft")
"""What the compact network looks at."""

_READERS = 2
_Strip = tuple[UInt8[np.ndarray, "h w"], tuple[float, float], bool]


@dataclass(frozen=True)
class Strips:
    """m strips; `boxes` are the fracture's first and last row as shares of the height, NaN where none is known.

    `found` says on which films a shaft stood out.
    """

    pixels: UInt8[np.ndarray, "m 1 h w"]
    boxes: Float32[np.ndarray, "m 2"]
    found: Bool[np.ndarray, " m"]


def load_strips(
    paths: Sequence[Path],
    boxes: Sequence[Box | None],
    *,
    how: Preprocessing = STRIP,
    progress: Callable[[int, int], None] | None = None,
) -> Strips:
    """Read and straighten films, in order. Raises CohortError that names every film that cannot be read."""
    pixels = np.empty((len(paths), 1, how.height, how.width), dtype=np.uint8)
    rows = np.empty((len(paths), 2), dtype=np.float32)
    found = np.empty(len(paths), dtype=bool)
    unread: list[FilmError] = []
    with ThreadPoolExecutor(_READERS) as pool:
        done = pool.map(_strip_or_error, paths, boxes, [how] * len(paths))
        for number, strip in enumerate(done):
            if isinstance(strip, FilmError):
                unread.append(strip)
            else:
                pixels[number, 0], rows[number], found[number] = strip
            if progress is not None:
                progress(number + 1, len(paths))
    if unread:
        named = "\n".join(f"  {error}" for error in unread)
        raise CohortError(f"every film must be readable; {len(unread)} of {len(paths)} are not:\n{named}")
    return Strips(pixels, rows, found)


def _strip_or_error(path: Path, box: Box | None, how: Preprocessing) -> "_Strip | FilmError":
    try:
        return _strip(path, box, how)
    except FilmError as error:
        return error


def _strip(path: Path, box: Box | None, how: Preprocessing) -> _Strip:
    film = read_radiograph(path).pixels
    shaft = find_shaft(film)
    strip = prepare(film, how, shaft=shaft)
    bytes_ = np.round(strip * 255).astype(np.uint8)
    if box is None:
        return bytes_, (math.nan, math.nan), shaft.found
    left, top, right, bottom = box
    ends, length = ((left, right), film.shape[1]) if shaft.turned else ((top, bottom), film.shape[0])
    return bytes_, (ends[0] / length, ends[1] / length), shaft.found
