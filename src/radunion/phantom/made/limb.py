"""Films of a leg or an arm: how large it is, how it lies on the sheet and what part of it is in the middle."""

from typing import Literal

import numpy as np
from jaxtyping import Float32

from radunion.phantom.draws import chance, pick, uniform
from radunion.phantom.made.arm import FOREARM, SHAFT, draw_arm
from radunion.phantom.made.canvas import Canvas, Shape, blank, paint
from radunion.phantom.made.display import sample_display, show
from radunion.phantom.made.hardware import Shaft, draw_hardware
from radunion.phantom.made.leg import SHIN, draw_leg
from radunion.phantom.made.metal import Strip
from radunion.phantom.made.plane import point
from radunion.phantom.made.sheet import sheet_shape

Limb = Literal["leg", "arm"]

_TWO_ON_A_SHEET = 0.06
_MARKED = 0.4  # of the sheets with two upright limbs have lead between them
_ARM_WITH_HARDWARE = 0.25


def limb_film(random: np.random.Generator, limb: Limb, longest: int) -> Float32[np.ndarray, "h w"]:
    """Draw a film of one limb, now and then of two, from 0 to 1, bright = dense."""
    shape = sheet_shape(random, longest)
    size = uniform(random, 0.65, 1.1) if chance(random, 0.5) else uniform(random, 0.9, 1.05)
    canvas = _canvas(random, limb, size, shape)
    if chance(random, _TWO_ON_A_SHEET):
        _paint_two(random, limb, size, canvas)
    else:
        paint(canvas, _draw(random, limb, size))
        if limb == "arm" and chance(random, _ARM_WITH_HARDWARE):
            shaft = Shaft(length=FOREARM * size, radius=SHAFT * size, size=size, towards=1)
            paint(canvas, draw_hardware(random, shaft))
    return show(canvas.attenuation(), sample_display(random))


def _canvas(random: np.random.Generator, limb: Limb, size: float, shape: tuple[int, int]) -> Canvas:
    height, width = shape
    seen = uniform(random, 300.0, 470.0) if chance(random, 0.8) else uniform(random, 220.0, 300.0)
    lying = width > height if chance(random, 0.8) else chance(random, 0.3)
    tilt = uniform(random, -0.3, 0.3)
    if lying:
        tilt += np.pi / 2 * pick(random, (-1, 1))
    middle = _middle(random, limb, size)
    aside = uniform(random, -0.1, 0.1) * seen * 0.8
    return blank(shape, pitch=seen / max(shape), origin=point(aside, middle), tilt=tilt)


def _middle(random: np.random.Generator, limb: Limb, size: float) -> float:
    """Draw how far below the knee or the elbow the middle of the film is, in mm."""
    if limb == "arm":
        length = FOREARM * size
        return uniform(random, -0.1 * length, 1.25 * length)
    length = SHIN * size
    if chance(random, 0.85):
        return uniform(random, 0.25 * length, 0.98 * length)
    return uniform(random, 0.1, 0.3) * length


def _paint_two(random: np.random.Generator, limb: Limb, size: float, canvas: Canvas) -> None:
    height, width = canvas.x.shape
    aside, middle = min(height, width) * canvas.pitch * 0.25, canvas.origin[1]
    paint(canvas.moved(point(aside, middle)), _draw(random, limb, size))
    other = point(-aside, middle + uniform(random, -20.0, 20.0))
    paint(canvas.moved(other), _draw(random, limb, size))
    if chance(random, _MARKED) and height >= width:
        paint(canvas, [Strip()])


def _draw(random: np.random.Generator, limb: Limb, size: float) -> list[Shape]:
    return draw_leg(random, size) if limb == "leg" else draw_arm(random, size)
