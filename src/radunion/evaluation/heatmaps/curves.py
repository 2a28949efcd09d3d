"""Deletion and insertion: how soon does the score move when the film is taken away in the order of a map.

Petsiuk, Das and Saenko 2018, RISE (BMVC), follow the probability of a class. Our score is an expected level, which a
lost fracture line may raise and lost callus lower, so what is followed is how far it moves from that of the whole film,
either way. Pixels give way to those of the blurred film: black would be an edge of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int64

Score = Callable[[Float32[np.ndarray, "n h w"]], Float[np.ndarray, " n"]]
"""From prepared films to one number each, such as the expected level of a cortex."""
Order = Int64[np.ndarray, "rows columns"]
"""The place in line of every cell of a film, 0 the first."""

STEPS = 20
CELL = 8
"""Pixels a cell: single pixels taken away at random would be noise, to which networks answer in ways of their own."""
_BLUR = 1 / 64
"""Width of the blur as a share of the film's height: 10 pixels of a strip, more than any fracture line."""


@dataclass(frozen=True)
class Curve:
    """Hold how far the score lies from the whole film's, in levels, at each share of the film that was changed."""

    shares: Float[np.ndarray, " s"]
    change: Float[np.ndarray, " s"]

    @property
    def area(self) -> float:
        """The mean change over the share: of a deletion the greater the better, of an insertion the less."""
        return float(np.trapezoid(self.change, self.shares))


def deletion(score: Score, film: Float32[np.ndarray, "h w"], order: Order, *, steps: int = STEPS) -> Curve:
    """Blur the film cell by cell, the first in line first."""
    return _curve(score, film, blurred(film), order, steps, whole=film)


def insertion(score: Score, film: Float32[np.ndarray, "h w"], order: Order, *, steps: int = STEPS) -> Curve:
    """Bring the film back cell by cell from its blurred self, the first in line first."""
    return _curve(score, blurred(film), film, order, steps, whole=film)


def order_of(values: Float[np.ndarray, "rows columns"], *, seed: int) -> Order:
    """Return the cells in the order of a map, the greatest first; equal ones in random order."""
    chance = np.random.default_rng(seed).random(values.size)
    return _in_line(np.lexsort((chance, -values.ravel())), values.shape)


def cells_of(values: Float[np.ndarray, "rows columns"], film_shape: tuple[int, int]) -> Float32[np.ndarray, "r c"]:
    """Return a map of a prepared film, of any resolution, in cells of `CELL` pixels a side, so that all are alike."""
    from PIL import Image

    rows, columns = grid_of(film_shape)
    picture = Image.fromarray(values.astype(np.float32))
    return np.asarray(picture.resize((columns, rows), Image.Resampling.BOX), dtype=np.float32)


def grid_of(film_shape: tuple[int, int]) -> tuple[int, int]:
    """Return how many cells a prepared film has, down and across."""
    return -(-film_shape[0] // CELL), -(-film_shape[1] // CELL)


def random_order(shape: tuple[int, ...], *, seed: int) -> Order:
    """Return the cells in random order."""
    return _in_line(np.random.default_rng(seed).permutation(int(np.prod(shape))), shape)


def centre_order(shape: tuple[int, ...]) -> Order:
    """Return the cells from the middle of the film outwards, distances as shares of its sides."""
    rows, columns = ((np.arange(side) + 0.5) / side - 0.5 for side in shape)
    distance = np.hypot(rows[:, None], columns[None])
    return _in_line(np.argsort(distance.ravel(), kind="stable"), shape)


def blurred(film: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Return the film without its fine detail."""
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(film, _BLUR * film.shape[0], mode="nearest"))


def _in_line(first_to_last: np.ndarray, shape: tuple[int, ...]) -> Order:
    place = np.empty(len(first_to_last), dtype=np.int64)
    place[first_to_last] = np.arange(len(first_to_last))
    return place.reshape(shape)


def _curve(
    score: Score,
    start: Float32[np.ndarray, "h w"],
    end: Float32[np.ndarray, "h w"],
    order: Order,
    steps: int,
    *,
    whole: Float32[np.ndarray, "h w"],
) -> Curve:
    """Follow the score from one film to another; steps are finer at the beginning, for a fracture is a small part."""
    shares = np.linspace(0, 1, steps + 1) ** 2
    place = _on_pixels(order, (whole.shape[0], whole.shape[1])) / order.size
    films = np.stack([*(np.where(place < share, end, start) for share in shares), whole])
    said = score(films)
    return Curve(shares, np.abs(said[:-1] - said[-1]).astype(np.float64))


def _on_pixels(order: Order, shape: tuple[int, int]) -> Int64[np.ndarray, "h w"]:
    """Return the place in line of every pixel: that of its cell."""
    rows, columns = (np.arange(side) * cells // side for side, cells in zip(shape, order.shape, strict=True))
    return order[np.ix_(rows, columns)]
