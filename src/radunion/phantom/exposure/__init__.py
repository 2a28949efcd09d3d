"""How attenuation becomes a film: the beam, the plate, the vendor's processing, the archive."""

from radunion.phantom.exposure.film import (
    FLAT_PANELS,
    USUAL,
    WELL_EXPOSED,
    Exposure,
    ExposureRanges,
    expose,
    sample_exposure,
)

__all__ = ["FLAT_PANELS", "USUAL", "WELL_EXPOSED", "Exposure", "ExposureRanges", "expose", "sample_exposure"]
