"""Bright is dense on every film that is scored: one that looks like the negative of a leg is turned round first.

A DICOM file says which way its greys go, and is read so; a picture cannot. The gate that tells a leg is asked about the
film, and where that is none about its negative.
"""

from dataclasses import dataclass, replace

from radunion.radiograph import Radiograph
from radunion.scoring.leg_gate import leg_likeness
from radunion.scoring.leg_gate.thumbnail import SIDE


@dataclass(frozen=True)
class Positive:
    """A film as it is scored, how like a leg it is so, and whether its file holds the negative of it."""

    radiograph: Radiograph
    leg: float
    turned: bool


def as_positive(radiograph: Radiograph) -> Positive:
    """Turn a picture round that does not look like a leg while its negative does.

    What its file says is believed; of a picture too small for the gate nothing is said.
    """
    leg = leg_likeness(radiograph.pixels)
    if leg < 0 and not radiograph.greys_told and max(radiograph.pixels.shape) >= SIDE:
        negative = replace(radiograph, pixels=1 - radiograph.pixels)
        other = leg_likeness(negative.pixels)
        if other >= 0:
            return Positive(negative, other, turned=True)
    return Positive(radiograph, leg, turned=False)
