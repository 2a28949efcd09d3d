"""The heat-map in colour over the film: a secondary capture (PS3.3 A.8.1), which every viewer shows."""

from collections.abc import Mapping
from copy import deepcopy

import numpy as np
from highdicom import CoordinateSystemNames
from highdicom.sc import SCImage
from jaxtyping import UInt8
from pydicom import Dataset
from pydicom.sr.codedict import codes

from radunion import NOTICE
from radunion.scale import Cortex
from radunion.scoring.dicom_out.blend import blended, shown_film
from radunion.scoring.dicom_out.lettering import lettered
from radunion.scoring.dicom_out.maker import MAKER, sign
from radunion.scoring.dicom_out.patient import give_patient, give_side
from radunion.scoring.dicom_out.series import Series, fresh_uid
from radunion.scoring.dicom_out.source import Source
from radunion.scoring.document import ScoreDocument
from radunion.scoring.evidence import EvidenceMap

_CARRIED = (
    "BurnedInAnnotation",  # what is burned in here names nobody, what is burned into the film may
    "LossyImageCompression",
    "LossyImageCompressionRatio",
    "LossyImageCompressionMethod",
)


def heatmap(document: ScoreDocument, source: Source, series: Series, maps: Mapping[Cortex, EvidenceMap]) -> SCImage:
    """Return the film with the evidence for its cortices over it, and what it shows in words below."""
    series_uid, series_number = series.of("heatmap", source)
    made = SCImage(
        pixel_array=heatmap_pixels(document, source, maps),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system=CoordinateSystemNames.PATIENT,
        patient_orientation=("L", "F"),
        study_instance_uid=source.header.StudyInstanceUID,
        series_instance_uid=series_uid,
        series_number=series_number,
        sop_instance_uid=fresh_uid(),
        instance_number=1 if source.view == "ap" else 2,
        manufacturer=MAKER,
    )
    give_patient(made, source)
    sign(made, document, description="radunion heat-map")
    _describe(made, source)
    return made


def heatmap_pixels(
    document: ScoreDocument, source: Source, maps: Mapping[Cortex, EvidenceMap]
) -> UInt8[np.ndarray, "h w 3"]:
    """Return the picture of the film and its evidence."""
    film = shown_film(source.film.pixels)
    shown = {cortex: one.on_film((film.shape[0], film.shape[1])) for cortex, one in maps.items()}
    return lettered(blended(film, list(shown.values())), document, source.view, shown)


def _describe(made: Dataset, source: Source) -> None:
    """Say of what film and how it was derived, and how that film lies; the made picture is turned no other way."""
    header = source.header
    made.ConversionType = "WSD"
    made.DerivationDescription = "evidence of a model in colour over the film, resized; not for measuring"
    made.ImageComments = NOTICE
    made.PatientOrientation = header.get("PatientOrientation") or ""
    give_side(made, source)
    reference, purpose = Dataset(), Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    code = codes.DCM.SourceImageForImageProcessingOperation
    purpose.CodeValue, purpose.CodingSchemeDesignator, purpose.CodeMeaning = code.value, "DCM", code.meaning
    reference.PurposeOfReferenceCodeSequence = [purpose]
    made.SourceImageSequence = [reference]
    for keyword in _CARRIED:
        if keyword in header:
            made.add(deepcopy(header[keyword]))
