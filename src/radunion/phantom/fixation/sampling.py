"""Draw what holds one leg, of a kind, with what may come along. Lengths in mm."""

import numpy as np

from radunion.phantom.fixation.fixator import sample_fixator
from radunion.phantom.fixation.kinds import Fixation, FixationKind
from radunion.phantom.fixation.leftovers import cerclage, lag_screws, staples, wires
from radunion.phantom.fixation.nail import sample_nail
from radunion.phantom.fixation.plaster import sample_plaster
from radunion.phantom.fixation.plate import sample_plates
from radunion.phantom.fixation.ring import sample_ring_fixator
from radunion.phantom.fracture import Fracture
from radunion.phantom.leg import Leg
from radunion.phantom.solids import Solid

_METAL = {"nail": sample_nail, "plate": sample_plates, "fixator": sample_fixator, "ring": sample_ring_fixator}
_EXTRAS = {"nail": 0.06, "plate": 0.22, "fixator": 0.1, "ring": 0.06, "cast": 0.04, "splint": 0.05}  # shares
_STAPLED = {"nail": 0.04, "plate": 0.12, "splint": 0.04}
_SPLINTED = {"plate": 0.15, "nail": 0.03, "fixator": 0.06}  # shares with a slab over the metal


def sample_fixation(leg: Leg, fracture: Fracture, kind: FixationKind, random: np.random.Generator) -> Fixation:
    """Draw the fixation of one patient."""
    if kind == "none":
        return Fixation(kind)
    solids: list[Solid] = list(_METAL[kind](leg, fracture, random)) if kind in _METAL else []
    if random.random() < _EXTRAS[kind]:
        extra = (lag_screws, cerclage, wires)[int(random.choice(3, p=(0.6, 0.2, 0.2)))]
        solids += extra(leg, fracture, random)
    if random.random() < _STAPLED.get(kind, 0.0):
        solids += staples(leg, fracture, random)
    if kind == "cast":
        return Fixation(kind, tuple(solids), (sample_plaster(leg, "circular", random),))
    splinted = kind == "splint" or random.random() < _SPLINTED.get(kind, 0.0)
    return Fixation(kind, tuple(solids), (sample_plaster(leg, "slab", random),) if splinted else ())
