"""Casts and slabs of plaster or fibreglass, drawn as plain data. Lengths in mm."""

import numpy as np

from radunion.phantom.fixation.kinds import Plaster, Shape
from radunion.phantom.leg import Leg

_FIBREGLASS, _LONG = 0.25, 0.3  # shares: fibreglass, and plasters that reach over the knee
_ABOVE_KNEE = 160.0


def sample_plaster(leg: Leg, shape: Shape, random: np.random.Generator) -> Plaster:
    """Draw a plaster: a cast, or a slab behind the leg whose bandage is not seen."""
    slab = shape == "slab"
    light = random.random() < _FIBREGLASS
    long = random.random() < _LONG
    return Plaster(
        shape=shape,
        thickness=float(random.uniform(5, 9) if slab else random.uniform(3, 7)) * (0.8 if light else 1.0),
        gap=float(random.uniform(2, 9) if slab else random.uniform(2, 8)),
        top=leg.length + _ABOVE_KNEE if long else leg.length * float(random.uniform(0.72, 0.95)),
        toes=float(random.uniform(0.6, 1.0)),
        wrap=float(random.uniform(0.8, 1.6)),
        wave=float(random.uniform(0.6, 2.2)),
        weave=float(random.uniform(0.05, 0.2)),
        density=0.6 if light else float(random.uniform(0.8, 1.15)),
        seed=int(random.integers(2**31)),
    )
