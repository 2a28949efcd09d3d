"""Screws across the bone, with thread and head. Lengths in mm."""

import numpy as np

from radunion.phantom.fixation.site import Vector, as_point, bone_span
from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.solids import Material, Rod

_THREAD = 0.14  # of the radius, by which it rises and falls


def screw(
    leg: Leg,
    fracture: Fracture,
    *,
    through: Vector,
    inwards: Vector,
    radius: float,
    material: Material,
    beyond: float,
    head_from: float | None = None,
) -> tuple[Rod, ...]:
    """Return a screw through a point and both cortices, `beyond` mm out of the far one.

    Its head lies on the near cortex, or `head_from` mm from the point where a plate is between.
    """
    near, far = bone_span(leg, fracture, through, inwards)
    start = near if head_from is None else head_from
    head = 0.9 * radius
    thread = _THREAD * radius
    return (
        _rod(through, inwards, (start - head, start + head), 1.7 * radius, material),
        Rod(
            as_point(through + inwards * (start + head)),
            as_point(through + inwards * max(far + beyond, start + 3 * radius)),
            radius - thread / 2,
            material,
            thread=thread,
            lead=0.75 * radius,
        ),
    )


def broken(whole: tuple[Rod, ...], random: np.random.Generator) -> tuple[Rod, ...]:
    """Return a screw whose shaft broke: its two parts stand at a small angle."""
    head, shaft = whole
    start, end = np.array(shaft.start), np.array(shaft.end)
    at = start + (end - start) * random.uniform(0.35, 0.7)
    off = random.normal(0, 0.8, 3)
    first = Rod(shaft.start, as_point(at), shaft.radius, shaft.material, shaft.thread, shaft.lead)
    rest = Rod(
        as_point(at + off + 0.03 * (end - start)),
        as_point(end + 2 * off),
        shaft.radius,
        shaft.material,
        shaft.thread,
        shaft.lead,
    )
    return head, first, rest


def _rod(through: Vector, inwards: Vector, span: tuple[float, float], radius: float, material: Material) -> Rod:
    return Rod(as_point(through + inwards * span[0]), as_point(through + inwards * span[1]), radius, material)
