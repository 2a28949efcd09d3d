"""From attenuation to the shown film: beam, plate, sharpening, look-up curve, archive."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from radunion.phantom.exposure.bands import Sharpening, SharpRanges, sample_sharpening, sharpened
from radunion.phantom.exposure.beam import Beam, BeamRanges, light_through, sample_beam
from radunion.phantom.exposure.look import Look, LookRanges, sample_look, shown
from radunion.phantom.exposure.plate import Plate, PlateRanges, read_out, sample_plate
from radunion.phantom.exposure.stored import Stored, StoredRanges, kept, sample_stored


@dataclass(frozen=True)
class ExposureRanges:
    """Between which bounds a hospital's films differ; another hospital has other bounds."""

    beam: BeamRanges = field(default_factory=BeamRanges)
    plate: PlateRanges = field(default_factory=PlateRanges)
    sharp: SharpRanges = field(default_factory=SharpRanges)
    look: LookRanges = field(default_factory=LookRanges)
    stored: StoredRanges = field(default_factory=StoredRanges)


USUAL = ExposureRanges()
"""Wide bounds, within which the development films lie."""

FLAT_PANELS = ExposureRanges(
    beam=BeamRanges(scatter=(0.02, 0.2), gridded=0.25),
    plate=PlateRanges(blur=(0.4, 0.9), dose=(8e3, 1e5), streaked=0.0, dusty=0.05),
    sharp=SharpRanges(plain=0.0, strong=0.5, flatness=(0.2, 0.5)),
    look=LookRanges(air=(0.0, 0.1), middle=(0.28, 0.5), gamma=(1.0, 1.8), cut=0.35),
    stored=StoredRanges(bits=(12, 14), shrunk=0.0, jpeg=0.0),
)
"""Another hospital: flat panels, strong processing, flesh often lost in black; set without any film of one."""


WELL_EXPOSED = ExposureRanges(
    beam=BeamRanges(scatter=(0.05, 0.2), heel=(0.0, 0.08), gridded=0.0),
    plate=PlateRanges(blur=(0.2, 0.5), dose=(6e4, 1e6), streaks=(0.001, 0.006), dusty=0.1),
    sharp=SharpRanges(plain=0.0, strong=0.0, fine=(1.2, 3.0)),
    look=LookRanges(air=(0.03, 0.1), middle=(0.26, 0.36), misjudged=0.0, gamma=(1.3, 2.0), cut=0.0),
    stored=StoredRanges(bits=(12,), shrunk=0.0, jpeg=0.0),
)
"""Films as a textbook prints them."""


@dataclass(frozen=True)
class Exposure:
    """One film's way from attenuation to grey."""

    beam: Beam
    plate: Plate
    sharpening: Sharpening | None
    look: Look
    stored: Stored


def sample_exposure(random: np.random.Generator, ranges: ExposureRanges = USUAL) -> Exposure:
    """Draw one film's exposure."""
    return Exposure(
        beam=sample_beam(random, ranges.beam),
        plate=sample_plate(random, ranges.plate),
        sharpening=sample_sharpening(random, ranges.sharp),
        look=sample_look(random, ranges.look),
        stored=sample_stored(random, ranges.stored),
    )


def expose(attenuation: Float32[np.ndarray, "h w"], exposure: Exposure) -> Float32[np.ndarray, "h w"]:
    """Turn mu times path into a film in [0, 1], bright = dense; the same exposure gives the same film."""
    signal = read_out(light_through(attenuation, exposure.beam), exposure.plate)
    if exposure.sharpening is not None:
        signal = sharpened(signal, exposure.sharpening)
    return kept(shown(signal, attenuation, exposure.look), exposure.stored)
