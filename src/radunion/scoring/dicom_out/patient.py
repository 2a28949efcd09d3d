"""Give a new object the patient and the study of the film that it was made from, exactly as they are written there.

highdicom reads a stand-in that holds no word of the patient: it stops at a value that the standard does not allow, such
as a sex of `MALE`, and films in archives have such values. The film's own elements are then copied over.
"""

from copy import deepcopy

from highdicom import SOPClass
from pydicom import Dataset

from radunion.scoring.dicom_out.source import Source

_REQUIRED = (
    *("PatientID", "PatientName", "PatientBirthDate", "PatientSex"),
    *("AccessionNumber", "StudyID", "StudyDate", "StudyTime", "ReferringPhysicianName"),
)
"""Type 2: they must be there and may be empty."""
_REFERENCES = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "Rows", "Columns")


def stand_in(source: Source) -> Dataset:
    """Return what highdicom may see of a film: what it is called by, its size, and an empty patient."""
    film = Dataset()
    for keyword in _REFERENCES:
        setattr(film, keyword, source.header[keyword].value)
    for keyword in _REQUIRED:
        setattr(film, keyword, "")
    film.Modality, film.SamplesPerPixel = "OT", 1
    return film


def give_patient(made: SOPClass, source: Source) -> None:
    """Copy the modules of patient and study (PS3.3 C.7.1 and C.7.2) and the character set that they are written in."""
    known = deepcopy(source.header)  # elements are shared where data sets are, and changed in both
    known.SOPClassUID, known.SOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    made.copy_patient_and_study_information(known)
    if "SpecificCharacterSet" in source.header:
        made.add(known["SpecificCharacterSet"])


def give_side(made: Dataset, source: Source) -> None:
    """Say the side of the body; empty where the film's tags do not, for legs come in pairs (PS3.3 C.7.3.1)."""
    made.Laterality = "" if source.side is None else source.side[0].upper()
