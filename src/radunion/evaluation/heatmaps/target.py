"""Where on a film a map should point."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from radunion.cohort import Box

Points = Float[np.ndarray, "points 2"]
"""Places on a film: how far down and how far right, as shares of its height and width."""


@dataclass(frozen=True)
class Target:
    """Hold boxes in pixels of a film of `shape` (height, width); being in any of them counts."""

    shape: tuple[int, int]
    boxes: tuple[Box, ...]

    def __post_init__(self) -> None:
        if not self.boxes or min(self.shape) < 1:
            raise ValueError(f"a target has at least one box on a film, found {len(self.boxes)} on {self.shape}")

    def holds(self, points: Points, *, tolerance: float = 0.0) -> Bool[np.ndarray, " points"]:
        """Say which points lie in a box, or no farther from it than `tolerance`, a share of the film's height."""
        height, width = self.shape
        down, right = points[:, 0] * height, points[:, 1] * width
        near = [_distance(down, right, box) <= tolerance * height for box in self.boxes]
        return np.asarray(np.any(near, axis=0))

    def coverage(self, shape: tuple[int, ...]) -> Float[np.ndarray, "rows columns"]:
        """Return how much of each cell of a map of the film lies in a box, 0 to 1."""
        (height, width), (rows, columns) = self.shape, shape
        each = [
            np.outer(_overlap(rows, top / height, bottom / height), _overlap(columns, left / width, right / width))
            for left, top, right, bottom in self.boxes
        ]
        return np.asarray(np.max(each, axis=0))


def _distance(
    down: Float[np.ndarray, " points"], right: Float[np.ndarray, " points"], box: Box
) -> Float[np.ndarray, " points"]:
    """Return how far points lie from a box, 0 inside of it."""
    x0, y0, x1, y1 = box
    aside = np.maximum(np.maximum(x0 - right, right - x1), 0)
    above = np.maximum(np.maximum(y0 - down, down - y1), 0)
    return np.asarray(np.hypot(aside, above))


def _overlap(cells: int, start: float, end: float) -> Float[np.ndarray, " cells"]:
    edges = np.arange(cells + 1) / cells
    return np.clip(np.minimum(edges[1:], end) - np.maximum(edges[:-1], start), 0, None) * cells
