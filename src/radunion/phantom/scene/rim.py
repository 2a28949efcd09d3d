"""The rim of an image plate as the reader shows it: bright ragged lines, dark bands beside them, smudges."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import by_factor, chance, rough, seed, within
from radunion.phantom.scene.thing import OnFilm

_SHOWN = (0.95, 0.9, 0.5, 0.3)  # share of rims that show at the top, bottom, left, right


@dataclass(frozen=True)
class Rim(OnFilm):
    """One plate's rim; all widths in pixels."""

    bright: tuple[float, float, float, float]  # width of the bright line at top, bottom, left, right
    ragged: float  # spread of its width
    dark: float  # width of the dark band within
    darkness: float  # share of the light it takes
    corner: float  # radius of the rounded, dark corners
    nicks: int  # short bright marks that hang from the top edge
    seed: int

    def draw(self, film: Float32[np.ndarray, "h w"]) -> None:
        """Draw the rim on a film in place."""
        random = np.random.default_rng(self.seed)
        for edge, width in enumerate(self.bright):
            _draw_edge((film, film[::-1], film.T, film.T[::-1])[edge], random, self, width)
        _round_corners(film, self.corner)
        for _ in range(self.nicks):
            row, column = int(random.integers(1, 16)), int(random.integers(film.shape[1]))
            long, grey = int(random.integers(1, 9)), within(random, (0.1, 0.6))
            film[row : row + long, column : column + 1] = np.maximum(film[row : row + long, column : column + 1], grey)


def sample_rim(random: np.random.Generator) -> Rim:
    """Draw a rim; set by eye on the development films."""
    top, bottom, left, right = (within(random, (0.4, 2.4)) if chance(random, share) else 0.0 for share in _SHOWN)
    return Rim(
        bright=(top, bottom, left, right),
        ragged=within(random, (0.1, 0.7)),
        dark=by_factor(random, (2.0, 12.0)),
        darkness=within(random, (0.1, 0.8)),
        corner=within(random, (0.0, 9.0)),
        nicks=int(random.integers(0, 14)),
        seed=seed(random),
    )


def _draw_edge(view: np.ndarray, random: np.random.Generator, rim: Rim, width: float) -> None:
    deep = min(round(width + 3 * rim.dark) + 4, view.shape[0])
    rows = np.arange(deep, dtype=np.float32)[:, None]
    line = width + rim.ragged * rough(random, view.shape[1], 5.0)
    strength = np.clip(within(random, (0.5, 1.0)) + 0.25 * rough(random, view.shape[1], 160.0), 0, 1)
    shade = np.float32(rim.darkness) * np.exp(-rows / np.float32(rim.dark))
    bright = np.clip(line[None] - rows, 0, 1) * strength[None] if width else np.float32(0)
    view[:deep] = view[:deep] * (1 - shade) * (1 - bright) + bright


def _round_corners(film: Float32[np.ndarray, "h w"], radius: float) -> None:
    edge = int(np.ceil(radius))
    if edge < 1:
        return
    places = np.arange(edge, dtype=np.float32)
    beyond = np.hypot(radius - places[:, None], radius - places[None]) > radius
    for corner in (film, film[::-1], film[:, ::-1], film[::-1, ::-1]):
        corner[:edge, :edge][beyond] = 0
