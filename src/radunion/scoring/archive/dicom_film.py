"""What the tags of a DICOM file say of it; of its identity only pseudonyms leave this module."""

from typing import BinaryIO

from pydicom import Dataset
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    MediaStorageDirectoryStorage,
    SecondaryCaptureImageStorage,
    XRayAngiographicImageStorage,
    XRayRadiofluoroscopicImageStorage,
)

from radunion.radiograph.view import find_side, find_view
from radunion.scoring.archive.codes import FileCode, NoteCode
from radunion.scoring.archive.header import read_header
from radunion.scoring.archive.seen import Pseudonyms, SeenFile

_FILMS = (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    XRayRadiofluoroscopicImageStorage,
    XRayAngiographicImageStorage,
    SecondaryCaptureImageStorage,
)
_STANDARD = "1.2.840.10008."
"""Root of the standard's own classes; a vendor's private class is judged by its modality."""
_NO_FILMS = ("CT", "MR", "PT", "NM", "US", "ES", "OP", "SM", "ECG", "DOC", "SR", "PR", "KO", "SEG", "RTIMAGE", "BMD")
"""Modalities that a secondary capture of something else names."""
_DATES = ("StudyDate", "AcquisitionDate", "ContentDate")


def look_into_dicom(name: str, stream: BinaryIO, pseudonyms: Pseudonyms) -> SeenFile:
    """Look at the header of a DICOM file; RA401 where there is none that can be read."""
    try:
        header = read_header(stream)
        code = _unfit(header)
        return SeenFile(name=name, code=code) if code else _film(name, header, pseudonyms)
    except Exception:  # a damaged header may break the parser in any way; its words may quote a patient's data
        return _damaged(name)


def _unfit(header: Dataset) -> FileCode | None:
    meta = getattr(header, "file_meta", None)
    if meta is not None and meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage:
        return "RA412"
    kind, modality = _text(header, "SOPClassUID"), _text(header, "Modality").upper()
    if (kind.startswith(_STANDARD) and kind not in _FILMS) or modality in _NO_FILMS:
        return "RA413"
    if _number(header, "NumberOfFrames") > 1:
        return "RA414"
    return None if header.get("Rows") and header.get("Columns") else "RA401"


def _film(name: str, header: Dataset, pseudonyms: Pseudonyms) -> SeenFile:
    patient, day, notes = _whose(header, pseudonyms)
    view, _, _ = find_view(header)
    side, _ = find_side(header)
    processing = _text(header, "SOPClassUID") == DigitalXRayImageStorageForProcessing
    return SeenFile(
        name=name,
        patient=patient,
        day=day,
        side=side or "",
        view=view,
        raw=processing or _text(header, "PresentationIntentType").upper() == "FOR PROCESSING",
        order=(_number(header, "SeriesNumber"), _number(header, "InstanceNumber")),
        instance=pseudonyms.of("instance", _text(header, "SOPInstanceUID") or name),
        notes=notes,
    )


def _whose(header: Dataset, pseudonyms: Pseudonyms) -> tuple[str, str, tuple[NoteCode, ...]]:
    """Return the patient and the day, as pseudonyms; the study stands for what no tag names."""
    study = _text(header, "StudyInstanceUID")
    identity = _text(header, "PatientID")
    date = next((date for keyword in _DATES if (date := _text(header, keyword).replace(".", ""))), "")
    who = ("patient", _text(header, "IssuerOfPatientID"), identity) if identity else ("study", study)
    when = ("date", date) if date else ("study", study)
    notes: tuple[NoteCode, ...] = () if identity and date else ("RA432",)
    known = bool(identity or study) and bool(date or study)
    patient = pseudonyms.of(*who) if identity or study else ""
    return patient, pseudonyms.of("day", *who, *when) if known else "", notes


def _damaged(name: str) -> SeenFile:
    return SeenFile(name=name, code="RA401", message="its header is damaged; export the film again")


def _text(header: Dataset, keyword: str) -> str:
    """Return a value as text; what cannot be read or is too long to be one is as good as empty."""
    try:
        value = header.get(keyword)
    except Exception:  # whatever a damaged header makes pydicom raise
        return ""
    return "" if value is None else str(value).strip().strip("\0")


def _number(header: Dataset, keyword: str) -> int:
    try:
        return int(_text(header, keyword) or 0)
    except ValueError:
        return 0
