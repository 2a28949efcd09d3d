"""Pictures of man-made patterns: gratings, lines of text, and bars that cross."""

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import chance, uniform
from radunion.phantom.made.pictures.clouds import cloud, stretched
from radunion.phantom.made.pictures.pixels import rows_columns

_BROADEST, _FINEST = 80, 3  # pixels from one stripe to the next
_INK = 0.6  # of a word's pixels


def grating(random: np.random.Generator, shape: tuple[int, int]) -> Float32[np.ndarray, "h w"]:
    """Draw one to three wavy gratings over one another, from 0 to 1."""
    rows, columns = rows_columns(shape)
    picture = np.zeros(shape, np.float32)
    for _ in range(int(random.integers(1, 4))):
        angle = uniform(random, 0.0, np.pi)
        frequency = np.exp(uniform(random, np.log(1 / _BROADEST), np.log(1 / _FINEST)))
        waviness = uniform(random, 0.0, 9.0) * cloud(random, shape, 2.0)
        phase = (columns * np.cos(angle) + rows * np.sin(angle) + waviness) * frequency * 2 * np.pi
        stripes = np.sin(phase + uniform(random, 0.0, 6.0))
        if chance(random, 0.3):
            stripes = np.sign(stripes)
        added = chance(random, 0.7)
        picture = picture + stripes * np.float32(uniform(random, 0.3, 1.0)) if added else picture * stripes
    return stretched(picture)


def text(random: np.random.Generator, shape: tuple[int, int]) -> Float32[np.ndarray, "h w"]:
    """Draw lines of dark words on a bright page, from 0 to 1."""
    page = np.full(shape, uniform(random, 0.75, 1.0), np.float32)
    row, spacing = uniform(random, 2.0, 12.0), uniform(random, 4.0, 14.0)
    while row < shape[0] - spacing:
        _write_line(random, page, row, spacing)
        row += spacing
    return page


def _write_line(random: np.random.Generator, page: Float32[np.ndarray, "h w"], row: float, spacing: float) -> None:
    width = page.shape[1]
    column = uniform(random, 3.0, 12.0)
    while column < width - 6 and chance(random, 0.97):
        length = uniform(random, 4.0, 26.0)
        bottom = row + spacing * uniform(random, 0.4, 0.7)
        word = page[int(row) : int(bottom), int(column) : int(min(column + length, width - 4))]
        darkness = uniform(random, 0.4, 1.0)
        word *= (1 - darkness * (random.random(word.shape) < _INK)).astype(np.float32)
        column += length + uniform(random, 2.0, 6.0)


def bars(random: np.random.Generator, shape: tuple[int, int]) -> Float32[np.ndarray, "h w"]:
    """Draw poles and flat strips that run across the picture, from 0 to 1: bones of no body."""
    rows, columns = rows_columns(shape)
    picture = np.full(shape, uniform(random, 0.0, 0.3), np.float32)
    for _ in range(int(random.integers(1, 8))):
        angle = uniform(random, 0.0, np.pi)
        right = (columns - uniform(random, 0.0, float(shape[1]))) * np.cos(angle)
        off = right + (rows - uniform(random, 0.0, float(shape[0]))) * np.sin(angle)
        radius = uniform(random, 1.0, 14.0)
        grey = np.float32(uniform(random, 0.2, 0.9))
        is_round = chance(random, 0.6)
        picture = picture + grey * (
            np.sqrt(np.clip(1 - (off / radius) ** 2, 0, 1)) if is_round else (abs(off) < radius)
        )
    return stretched(picture)
