"""Scenes: a ground, a horizon and a few large soft things, as in photographs of people and of things on tables."""

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.draws import uniform
from radunion.phantom.made.pictures.clouds import cloud
from radunion.phantom.made.pictures.pixels import rows_columns

Shape = tuple[int, int]


def scene(random: np.random.Generator, shape: Shape) -> Float32[np.ndarray, "h w"]:
    """Draw a scene from 0 to 1."""
    rows, _ = rows_columns(shape)
    sky = uniform(random, 0.1, 0.9) + uniform(random, -0.4, 0.4) * (rows / shape[0] - 0.5)
    sky = sky + 0.2 * (cloud(random, shape, uniform(random, 1.0, 2.0)) - 0.5)
    picture = _over_ground(random, shape, sky)
    for _ in range(int(random.integers(1, 6))):
        picture = _with_thing(random, shape, picture)
    return np.clip(picture, 0, 1).astype(np.float32)


def _over_ground(random: np.random.Generator, shape: Shape, sky: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    rows, _ = rows_columns(shape)
    horizon = uniform(random, 0.3, 0.8) * shape[0] + uniform(random, 0.0, 10.0) * (cloud(random, shape, 1.8) - 0.5)
    cover = np.clip((rows - horizon) / uniform(random, 0.5, 4.0), 0, 1)
    ground = uniform(random, 0.0, 1.0) + 0.4 * (cloud(random, shape, uniform(random, 0.6, 1.6)) - 0.5)
    return sky * (1 - cover) + cover * ground


def _with_thing(
    random: np.random.Generator, shape: Shape, picture: Float[np.ndarray, "h w"]
) -> Float[np.ndarray, "h w"]:
    height, width = shape
    rows, columns = rows_columns(shape)
    row, column = uniform(random, 0.1, 0.9) * height, uniform(random, 0.1, 0.9) * width
    half_height, half_width = uniform(random, 0.05, 0.45) * height, uniform(random, 0.05, 0.35) * width
    square = ((columns - column) / half_width) ** 2 + ((rows - row) / half_height) ** 2
    cover = np.clip((1 - square) * uniform(random, 1.0, 8.0), 0, 1)
    shade = uniform(random, 0.0, 1.0) + uniform(random, -0.4, 0.4) * (columns - column) / half_width
    shade = shade + uniform(random, -0.3, 0.3) * (rows - row) / half_height
    return picture * (1 - cover) + cover * (shade + 0.3 * (cloud(random, shape, 1.2) - 0.5))
