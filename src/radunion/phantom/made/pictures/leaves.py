"""Dead leaves: shaded shapes of all sizes that lie upon one another (Ruderman 1997; Lee, Mumford and Huang 2001)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32

from radunion.phantom.draws import pick, uniform
from radunion.phantom.made.pictures.clouds import cloud
from radunion.phantom.made.pictures.pixels import rows_columns

Outline = Literal["round", "square", "diamond", "strip"]
Distance = Callable[[np.ndarray, np.ndarray], np.ndarray]

_DISTANCES: dict[Outline, Distance] = {
    "round": lambda dx, dy: np.sqrt(dx * dx + dy * dy),
    "square": lambda dx, dy: np.maximum(abs(dx), abs(dy)),
    "diamond": lambda dx, dy: abs(dx) + abs(dy),
    "strip": lambda dx, dy: np.maximum(abs(dx) * 0.2, abs(dy)),
}
_OUTLINES: tuple[Outline, ...] = ("round", "square", "diamond", "strip")
_FEWEST, _MOST = 3, 150


@dataclass(frozen=True)
class _Leaf:
    """One leaf; lengths in pixels."""

    radius: float
    row: float
    column: float
    angle: float  # rad
    slimness: float  # height by width
    outline: Outline
    edge: float  # over which it fades
    grey: float
    slopes: tuple[float, float]  # of its grey along and across it
    grain: float  # strength of its texture


def leaves(random: np.random.Generator, shape: tuple[int, int]) -> Float32[np.ndarray, "h w"]:
    """Draw a picture of dead leaves from 0 to 1."""
    from scipy.ndimage import gaussian_filter

    ground = cloud(random, shape, uniform(random, 1.0, 2.0)) * np.float32(uniform(random, 0.0, 0.6))
    picture = ground + np.float32(uniform(random, 0.0, 0.4))
    count = int(np.exp(uniform(random, np.log(_FEWEST), np.log(_MOST))))
    texture = cloud(random, shape, uniform(random, 0.5, 1.8))
    pixels = rows_columns(shape)
    for _ in range(count):
        leaf = _sample_leaf(random, shape)
        cover, shade = _shaded(leaf, *pixels)
        picture = picture * (1 - cover) + cover * (shade + leaf.grain * (texture - 0.5))
    return np.clip(gaussian_filter(picture, uniform(random, 0.0, 1.0)), 0, 1).astype(np.float32)


def _sample_leaf(random: np.random.Generator, shape: tuple[int, int]) -> _Leaf:
    height, width = shape
    return _Leaf(
        radius=min(height, width) * 0.5 * (uniform(random, 0.01, 1.0) ** 1.5) + 1,
        row=uniform(random, 0.0, float(height)),
        column=uniform(random, 0.0, float(width)),
        angle=uniform(random, 0.0, np.pi),
        slimness=uniform(random, 0.15, 1.0),
        outline=pick(random, _OUTLINES),
        edge=uniform(random, 0.5, 1.5),
        grey=uniform(random, 0.0, 1.0),
        slopes=(uniform(random, -0.4, 0.4), uniform(random, -0.4, 0.4)),
        grain=uniform(random, 0.0, 0.5),
    )


def _shaded(
    leaf: _Leaf, rows: Float32[np.ndarray, "h w"], columns: Float32[np.ndarray, "h w"]
) -> tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w"]]:
    """Return how much of each pixel a leaf covers and its grey there without texture."""
    x, y = columns - leaf.column, rows - leaf.row
    cos, sin = np.cos(leaf.angle), np.sin(leaf.angle)
    dx, dy = x * cos + y * sin, (-x * sin + y * cos) / leaf.slimness
    cover = np.clip((leaf.radius - _DISTANCES[leaf.outline](dx, dy)) / leaf.edge + 0.5, 0, 1)
    return cover, leaf.grey + leaf.slopes[0] * dx / leaf.radius + leaf.slopes[1] * dy / leaf.radius
