"""Pictures of nothing: noise, and blank sheets that may be dark at one edge or bright in one place."""

from typing import Literal

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.draws import chance, pick, uniform
from radunion.phantom.made.pictures.clouds import stretched
from radunion.phantom.made.pictures.pixels import rows_columns

Noise = Literal["normal", "smooth", "even", "specks"]
_NOISES: tuple[Noise, ...] = ("normal", "smooth", "even", "specks")


def noise(random: np.random.Generator, shape: tuple[int, int]) -> Float32[np.ndarray, "h w"]:
    """Draw strong or faint noise of one kind, from 0 to 1."""
    grain = _grain(random, shape, pick(random, _NOISES))
    if chance(random, 0.7):
        return stretched(np.clip(grain, -3, 3), uniform(random, 0.0, 0.4), uniform(random, 0.6, 1.0))
    ground = uniform(random, 0.1, 0.8)
    return np.clip(ground + grain * np.float32(uniform(random, 0.003, 0.1)), 0, 1).astype(np.float32)


def _grain(random: np.random.Generator, shape: tuple[int, int], kind: Noise) -> Float32[np.ndarray, "h w"]:
    from scipy.ndimage import gaussian_filter

    if kind == "normal":
        return random.standard_normal(shape).astype(np.float32)
    if kind == "smooth":
        return gaussian_filter(random.standard_normal(shape).astype(np.float32), uniform(random, 0.3, 4.0))
    even = random.random(shape).astype(np.float32)
    return even if kind == "even" else (even > uniform(random, 0.5, 0.98)).astype(np.float32)


def blank(random: np.random.Generator, shape: tuple[int, int]) -> Float32[np.ndarray, "h w"]:
    """Draw a blank sheet from 0 to 1: a slope of grey, some with a border along one edge, some with a bright place."""
    rows, columns = rows_columns(shape)
    down, across = rows / shape[0], columns / shape[1]
    sheet = uniform(random, 0.0, 1.0) + uniform(random, -0.3, 0.3) * (across - 0.5)
    sheet = sheet + uniform(random, -0.3, 0.3) * (down - 0.5)
    sheet = sheet + uniform(random, 0.0, 0.02) * random.standard_normal(shape)
    if chance(random, 0.5):
        _border(random, sheet)
    if chance(random, 0.3):
        sheet = sheet + _glow(random, down, across)
    return np.clip(sheet, 0, 1).astype(np.float32)


def _border(random: np.random.Generator, sheet: Float[np.ndarray, "h w"]) -> None:
    width = int(uniform(random, 1.0, len(sheet) * 0.2))
    grey = uniform(random, 0.0, 1.0)
    edges: tuple[slice | tuple[slice, slice], ...] = (
        np.s_[:width],
        np.s_[-width:],
        np.s_[:, :width],
        np.s_[:, -width:],
    )
    sheet[pick(random, edges)] = grey


def _glow(
    random: np.random.Generator, down: Float32[np.ndarray, "h w"], across: Float32[np.ndarray, "h w"]
) -> Float32[np.ndarray, "h w"]:
    brightness = uniform(random, 0.0, 0.5)
    square = (across - uniform(random, 0.0, 1.0)) ** 2 + (down - uniform(random, 0.0, 1.0)) ** 2
    return brightness * np.exp(-(square / uniform(random, 0.02, 0.3)))
