"""What may hold a broken leg, as plain data. Lengths in mm."""

from dataclasses import dataclass
from typing import Literal

from radunion.phantom.solids import Solid

FixationKind = Literal["none", "nail", "plate", "fixator", "ring", "cast", "splint"]
Shape = Literal["circular", "slab"]


@dataclass(frozen=True)
class Plaster:
    """A plaster around the leg, or a slab behind it, with the foot's part; heights above the ankle."""

    shape: Shape
    thickness: float
    gap: float  # of padding between skin and plaster
    top: float
    toes: float  # how far along the foot it reaches, 1 = to the toes' tips
    wrap: float  # rad on each side of the middle of the calf that a slab covers
    wave: float  # by which its surfaces rise and fall
    weave: float  # contrast of its texture
    density: float  # 1 = plaster of Paris; fibreglass is thinner
    seed: int  # of its waves and texture


@dataclass(frozen=True)
class Fixation:
    """All that is on or in the leg; it stays the same from visit to visit."""

    kind: FixationKind
    solids: tuple[Solid, ...] = ()
    plasters: tuple[Plaster, ...] = ()
