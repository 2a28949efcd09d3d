"""One picture of any kind that is no radiograph."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import pick
from radunion.phantom.made.pictures.clouds import cloud
from radunion.phantom.made.pictures.leaves import leaves
from radunion.phantom.made.pictures.patterns import bars, grating, text
from radunion.phantom.made.pictures.plain import blank, noise
from radunion.phantom.made.pictures.scenes import scene
from radunion.phantom.made.sheet import sheet_shape

PictureKind = Literal["cloud", "leaves", "grating", "text", "noise", "blank", "scene", "bars"]

DRAWERS: dict[PictureKind, Callable[[np.random.Generator, tuple[int, int]], np.ndarray]] = {
    "cloud": cloud,
    "leaves": leaves,
    "grating": grating,
    "text": text,
    "noise": noise,
    "blank": blank,
    "scene": scene,
    "bars": bars,
}
_OFTEN: tuple[PictureKind, ...] = (
    "cloud",
    "leaves",
    "leaves",
    "grating",
    "text",
    "noise",
    "blank",
    "scene",
    "scene",
    "bars",
)


def draw_picture(random: np.random.Generator, longest: int) -> Float32[np.ndarray, "h w"]:
    """Draw a picture of some kind from 0 to 1."""
    drawer = DRAWERS[pick(random, _OFTEN)]
    return drawer(random, sheet_shape(random, longest))
