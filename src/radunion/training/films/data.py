"""The films of a network as tensors: cached features of every sight of them, or their pixels, a byte each."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, Int64, UInt8
from torch import Tensor

from radunion.errors import CohortError, FilmError
from radunion.radiograph import Preprocessing, prepare, read_radiograph

Draw = Callable[[Int64[Tensor, " n"], torch.Generator | None], Tensor]
"""From training rows to a network's inputs; without a generator from films, each as it is."""
_READERS = 2


@dataclass(frozen=True)
class FilmInputs:
    """m films; `rows_of` says which training rows a film has (several where each sight is one), `draw` makes inputs."""

    films: int
    sights: int
    draw: Draw

    def rows_of(self, films: Int64[np.ndarray, " n"]) -> Int64[np.ndarray, " r"]:
        """Return the training rows of films; row r is film r // sights."""
        return np.asarray((films[:, None] * self.sights + np.arange(self.sights)).ravel())


def feature_inputs(features: Float32[np.ndarray, "m sights c"], *, each: bool) -> FilmInputs:
    """Serve cached features: one sight drawn of each film, or `each` sight as a row of its own."""
    values = torch.from_numpy(features)
    sights = values.shape[1]

    def draw(rows: Int64[Tensor, " n"], random: torch.Generator | None) -> Tensor:
        if random is None:
            return values[rows, 0]
        if each:
            return values[rows // sights, rows % sights]
        return values[rows, torch.randint(sights, (len(rows),), generator=random)]

    return FilmInputs(len(values), sights if each else 1, draw)


def pixel_inputs(pixels: UInt8[np.ndarray, "m h w"], *, flips: bool) -> FilmInputs:
    """Serve films in [-1, 1] as three equal channels; mirrored and upside down at random where `flips`."""
    values = torch.from_numpy(pixels)

    def draw(rows: Int64[Tensor, " n"], random: torch.Generator | None) -> Tensor:
        films = values[rows]
        if random is not None and flips:
            films = _flipped(films, torch.rand(len(films), 2, generator=random) < 0.5)
        grey = films.to(torch.float32) * (2 / 255) - 1
        return grey[:, None].expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)

    return FilmInputs(len(values), 1, draw)


def load_pixels(
    paths: Sequence[Path], how: Preprocessing, *, progress: Callable[[int, int], None]
) -> UInt8[np.ndarray, "m h w"]:
    """Read and prepare films, in order. Raises CohortError that names every film that cannot be read."""
    pixels = np.empty((len(paths), how.height, how.width), dtype=np.uint8)
    unread: list[FilmError] = []
    with ThreadPoolExecutor(_READERS) as pool:
        for number, film in enumerate(pool.map(_film_or_error, paths, [how] * len(paths))):
            if isinstance(film, FilmError):
                unread.append(film)
            else:
                pixels[number] = film
            progress(number + 1, len(paths))
    if unread:
        named = "\n".join(f"  {error}" for error in unread)
        raise CohortError(f"every film must be readable; {len(unread)} of {len(paths)} are not:\n{named}")
    return pixels


def _film_or_error(path: Path, how: Preprocessing) -> UInt8[np.ndarray, "h w"] | FilmError:
    try:
        return np.round(prepare(read_radiograph(path).pixels, how) * 255).astype(np.uint8)
    except FilmError as error:
        return error


def _flipped(films: Tensor, chosen: Tensor) -> Tensor:
    across, down = chosen[:, 0, None, None], chosen[:, 1, None, None]
    films = torch.where(across, films.flip(2), films)
    return torch.where(down, films.flip(1), films)
