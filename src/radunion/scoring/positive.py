"""Bright is dense on every film that is scored: one that looks like the negative of a leg is turned round first.

A DICOM file says which way its greys go, and is read so; a picture cannot. The gate that tells a leg is asked about the
film, and where that is none about its negative. The two films of an examination were stored alike, so where one of them
is turned the other is asked which way it is more like a leg.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import UInt8

from radunion.radiograph import Radiograph
from radunion.scoring.leg_gate import likeness_of
from radunion.scoring.leg_gate.thumbnail import SIDE, thumbnail


@dataclass(frozen=True)
class Positive:
    """A film as it is scored, how like a leg it is so, and whether its file holds the negative of it.

    `small` is the film as it was asked about.
    """

    radiograph: Radiograph
    leg: float
    turned: bool
    small: UInt8[np.ndarray, "128 128"]


def as_positives(radiographs: Sequence[Radiograph]) -> list[Positive]:
    """Turn the pictures of one examination round that do not look like a leg while their negatives do.

    Where that is so of one, any other is turned whose negative looks more like a leg than itself. What a file says is
    believed; of a picture too small for the gate nothing is said.
    """
    films = [_turned(one, least=0.0) if one.leg < 0 else one for one in map(_as_it_is, radiographs)]
    if not any(film.turned for film in films):
        return films
    return [film if film.turned else _turned(film, least=film.leg) for film in films]


def _as_it_is(radiograph: Radiograph) -> Positive:
    return _asked(radiograph, turned=False)


def _turned(film: Positive, *, least: float) -> Positive:
    """Turn a film round where its negative is more like a leg than that."""
    radiograph = film.radiograph
    if radiograph.greys_told or max(radiograph.pixels.shape) < SIDE:
        return film
    negative = _asked(replace(radiograph, pixels=1 - radiograph.pixels), turned=True)
    return negative if negative.leg > least else film


def _asked(radiograph: Radiograph, *, turned: bool) -> Positive:
    small = thumbnail(radiograph.pixels)
    return Positive(radiograph, likeness_of(small), turned, small)
