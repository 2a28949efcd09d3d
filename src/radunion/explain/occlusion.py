"""Occlusion: blur a patch, see how far the expected level of each cortex moves; for any model, through captum.

Zeiler and Fergus 2014 (Visualizing and understanding convolutional networks) put grey patches; a grey patch is an edge
that no film has, so ours are what the blurred film has there.
"""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from radunion.evaluation.heatmaps.curves import blurred
from radunion.explain.extra import attribution
from radunion.explain.subject import Maps, PreparedPair, Reader
from radunion.scale import CORTICES

MOST_PATCHES = 256
"""Most patches a film, and so evaluations of the model."""
_PARTS = (16, 12, 10, 8, 6, 4, 3, 2)


def occluded(reader: Reader, pair: PreparedPair) -> Maps:
    """Slide a square patch over each film, half of it at a time; all four levels are read from one evaluation."""
    changes = {side: _changes(reader, pair, side) for side in dict.fromkeys(side for _, side in pair.shown())}
    return {cortex: pair.mapped(cortex, changes[side][CORTICES.index(cortex)]) for cortex, side in pair.shown()}


def patch_of(height: int, width: int) -> tuple[int, int]:
    """Return the side of a patch and its stride in pixels: the smallest patch that keeps to `MOST_PATCHES`."""
    for part in _PARTS:
        side = min(max(2, height // part), width)
        stride = max(1, side // 2)
        if (-(-(height - side) // stride) + 1) * (-(-(width - side) // stride) + 1) <= MOST_PATCHES:
            break
    return side, stride


def _changes(reader: Reader, pair: PreparedPair, side: int) -> Float[np.ndarray, "4 h w"]:
    """Return how far the level of each cortex moves where one film is blurred, without its sign."""
    film = pair.inputs()[side]
    patch, stride = patch_of(film.shape[2], film.shape[3])
    changes: Tensor = (
        attribution()
        .Occlusion(_levels_of(reader, pair, side))
        .attribute(
            torch.from_numpy(np.ascontiguousarray(film)),
            sliding_window_shapes=(1, patch, patch),
            strides=(1, stride, stride),
            baselines=torch.from_numpy(blurred(film[0, 0]))[None, None],
            perturbations_per_eval=reader.at_once,
        )
    )
    return np.asarray(changes[:, 0].abs().numpy())


def _levels_of(reader: Reader, pair: PreparedPair, side: int) -> Callable[[Tensor], Tensor]:
    """Return all levels as a function of one film, the other as it is."""
    whole = pair.inputs()

    def levels(films: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n 4"]:
        both = [np.repeat(film, len(films), axis=0) for film in whole]
        both[side] = films.numpy()
        return torch.from_numpy(reader.expected(both[0], both[1], np.repeat(pair.present, len(films), axis=0)))

    return levels
