"""Films of a part of the trunk or of the head: which part, how it lies and what of it is in the middle."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import pick, uniform
from radunion.phantom.made.canvas import Shape, blank, paint
from radunion.phantom.made.chest import draw_chest
from radunion.phantom.made.display import sample_display, show
from radunion.phantom.made.pelvis import draw_pelvis
from radunion.phantom.made.plane import Point, point
from radunion.phantom.made.sheet import sheet_shape
from radunion.phantom.made.shoulder import draw_shoulders
from radunion.phantom.made.skull import draw_skull

Part = Literal["pelvis", "chest", "shoulder", "skull"]

PARTS: dict[Part, Callable[[np.random.Generator, float], list[Shape]]] = {
    "pelvis": draw_pelvis,
    "chest": draw_chest,
    "shoulder": draw_shoulders,
    "skull": draw_skull,
}
_OFTEN: tuple[Part, ...] = ("pelvis", "chest", "shoulder", "shoulder", "skull")
_QUARTERS = (-1, 0, 0, 0, 1)  # turns; most films stand upright
_MIDDLES: dict[Part, tuple[tuple[float, float], tuple[float, float]]] = {  # mm, bounds of x and of y
    "pelvis": ((-60.0, 60.0), (-80.0, 120.0)),
    "chest": ((-60.0, 60.0), (-90.0, 120.0)),
    "shoulder": ((-200.0, 200.0), (-140.0, 40.0)),
    "skull": ((-30.0, 30.0), (-40.0, 90.0)),
}


def torso_film(random: np.random.Generator, longest: int) -> Float32[np.ndarray, "h w"]:
    """Draw a film of a pelvis, a chest, shoulders or a skull, from 0 to 1, bright = dense."""
    shape = sheet_shape(random, longest)
    part = pick(random, _OFTEN)
    pitch = uniform(random, 260.0, 460.0) / longest
    origin = _middles(random)[part]
    tilt = uniform(random, -0.2, 0.2) + np.pi / 2 * pick(random, _QUARTERS)
    canvas = blank(shape, pitch=pitch, origin=origin, tilt=tilt)
    paint(canvas, PARTS[part](random, uniform(random, 0.85, 1.15)))
    return show(canvas.attenuation(), sample_display(random))


def _middles(random: np.random.Generator) -> dict[Part, Point]:
    """Draw every part's middle, so that what follows is drawn alike for all."""
    return {part: point(uniform(random, *x), uniform(random, *y)) for part, (x, y) in _MIDDLES.items()}
