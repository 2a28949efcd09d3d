"""The viewer's shutter: all outside a turned rectangle is one grey."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import chance, within
from radunion.phantom.scene.thing import OnFilm


@dataclass(frozen=True)
class Shutter(OnFilm):
    """What is kept, from the film's middle, and the grey of the rest."""

    half: tuple[float, float]  # kept half height and half width, in shares of the film's
    aside: tuple[float, float]  # of the rectangle's middle, in shares of the film
    turn: float  # rad
    grey: float

    def draw(self, film: Float32[np.ndarray, "h w"]) -> None:
        """Paint over what the shutter hides, in place."""
        film[outside(film.shape, self)] = self.grey


def sample_shutter(random: np.random.Generator) -> Shutter:
    """Draw a shutter, mostly black."""
    return Shutter(
        half=(within(random, (0.44, 0.52)), within(random, (0.32, 0.5))),
        aside=(within(random, (-0.02, 0.02)), within(random, (-0.03, 0.03))),
        turn=float(random.normal(0, 0.03)) if chance(random, 0.5) else 0.0,
        grey=float(random.choice((0.0, 0.0, 0.0, 1.0, within(random, (0.05, 0.5))))),
    )


def outside(shape: tuple[int, ...], shutter: Shutter) -> np.ndarray:
    """Return which pixels the shutter hides."""
    height, width = shape
    rows = (np.arange(height, dtype=np.float32)[:, None] + 0.5) - height * (0.5 + shutter.aside[0])
    columns = (np.arange(width, dtype=np.float32)[None] + 0.5) - width * (0.5 + shutter.aside[1])
    cos, sin = np.float32(np.cos(shutter.turn)), np.float32(np.sin(shutter.turn))
    down, across = rows * cos - columns * sin, rows * sin + columns * cos
    return (np.abs(down) > shutter.half[0] * height) | (np.abs(across) > shutter.half[1] * width)
