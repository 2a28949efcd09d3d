"""Bring a map over a prepared film back onto the film it was prepared from."""

import numpy as np
from jaxtyping import Float32
from scipy.ndimage import map_coordinates

from radunion.radiograph.preprocessing import Preprocessing, place
from radunion.radiograph.shaft import Window, shares_on_strip


def on_film(
    values: Float32[np.ndarray, "rows columns"],
    film_shape: tuple[int, int],
    how: Preprocessing,
    *,
    window: Window | None = None,
    size: tuple[int, int] | None = None,
) -> Float32[np.ndarray, "height width"]:
    """Sample a map, of any resolution, that covers a prepared film; 0 where the film lies outside of it.

    `film_shape` is the film's own (height, width); `size` that of the result, by default the same. Both have the film's
    aspect ratio. Where only a part of the film was prepared, along its shaft, that `window` must be given; None is the
    whole film.
    """
    height, width = size or film_shape
    down = (np.arange(height, dtype=np.float32) + 0.5) / height
    right = (np.arange(width, dtype=np.float32) + 0.5) / width
    if how.shape == "shaft" and window is None:
        raise ValueError("a film prepared along its shaft is found again by its shaft, found none")
    if window is not None:
        rows, columns = shares_on_strip(
            down, right, film_shape, window.shaft,
            height=how.height, width=how.width, top=window.top, tall=window.tall,
        )  # fmt: skip
    else:
        spot = place(film_shape, how)
        rows = np.broadcast_to(((spot.top + down * spot.height) / how.height)[:, None], (height, width))
        columns = np.broadcast_to(((spot.left + right * spot.width) / how.width)[None], (height, width))
    inside = (rows >= 0) & (rows <= 1) & (columns >= 0) & (columns <= 1)
    grid = [rows * values.shape[0] - 0.5, columns * values.shape[1] - 0.5]
    sampled: Float32[np.ndarray, "height width"] = map_coordinates(
        values, grid, order=1, mode="nearest", output=np.float32
    )
    return sampled * inside
