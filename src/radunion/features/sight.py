"""The ways of looking at a prepared film: flips, which are exact, and small moves, which interpolate."""

import math

import numpy as np
from jaxtyping import Float32

from radunion.features.spec import Flip, Sight, Warp

_AXES: dict[Flip, tuple[int, ...]] = {"none": (), "horizontal": (1,), "vertical": (0,), "both": (0, 1)}
_TURN = 8.0  # degrees
_SHIFT = 0.06  # of the side
_LARGER = 1.1
_MOVES: dict[Warp, tuple[float, tuple[float, float], float]] = {
    "turn-left": (_TURN, (0.0, 0.0), 1.0),
    "turn-right": (-_TURN, (0.0, 0.0), 1.0),
    "shift-left": (0.0, (0.0, -_SHIFT), 1.0),
    "shift-right": (0.0, (0.0, _SHIFT), 1.0),
    "shift-down": (0.0, (_SHIFT, 0.0), 1.0),
    "larger": (0.0, (0.0, 0.0), _LARGER),
}
"""Turn in degrees, shift in shares of height and width, and magnification about the middle."""


def key_of(sight: Sight) -> str:
    """Name a sight by all that it does: a cached feature must not outlive a change of its numbers."""
    move = next((numbers for name, numbers in _MOVES.items() if name == sight), None)
    return sight if move is None else f"{sight} {move}"


def seen_as(film: Float32[np.ndarray, "h w"], sight: Sight) -> Float32[np.ndarray, "h w"]:
    """Flip or move a prepared film; what comes in from outside is 0."""
    for flip, axes in _AXES.items():
        if sight == flip:
            return np.flip(film, axes)
    turn, shift, larger = next(move for name, move in _MOVES.items() if name == sight)
    return _moved(film, turn=turn, shift=shift, larger=larger)


def _moved(
    film: Float32[np.ndarray, "h w"], *, turn: float, shift: tuple[float, float], larger: float
) -> Float32[np.ndarray, "h w"]:
    from scipy.ndimage import affine_transform

    cos, sin = math.cos(math.radians(turn)) / larger, math.sin(math.radians(turn)) / larger
    matrix = np.array([[cos, -sin], [sin, cos]])
    middle = (np.array(film.shape) - 1) / 2
    there = middle + np.array(shift) * film.shape
    moved = affine_transform(film, matrix, middle - matrix @ there, order=1, mode="constant", output=np.float32)
    return np.ascontiguousarray(moved)
