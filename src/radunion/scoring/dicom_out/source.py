"""The films that a score was made from, as their DICOM files describe them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom import DataElement, Dataset, dcmread, uid

from radunion.errors import FilmError
from radunion.radiograph import Radiograph, Side
from radunion.radiograph.dicom import is_dicom
from radunion.radiograph.raster import raster_format
from radunion.scale import View
from radunion.scoring.views import PAIR

_IDENTIFIERS = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
_UID = re.compile(r"[0-9.]{1,64}")
"""Looser than the standard: a leading zero is wrong and still names the film."""
_CLASSES = frozenset(
    {
        uid.ComputedRadiographyImageStorage,
        uid.DigitalXRayImageStorageForPresentation,
        uid.DigitalXRayImageStorageForProcessing,
        uid.DigitalMammographyXRayImageStorageForPresentation,
        uid.DigitalMammographyXRayImageStorageForProcessing,
        uid.XRayAngiographicImageStorage,
        uid.XRayRadiofluoroscopicImageStorage,
        uid.SecondaryCaptureImageStorage,
    }
)
_MARKS = ("PatientID", "IssuerOfPatientID", "PatientBirthDate")


@dataclass(frozen=True)
class Source:
    """One film: the view it was scored as, its pixels as read, and all that its header says but private elements."""

    view: View
    film: Radiograph
    header: Dataset

    @property
    def grey(self) -> bool:
        """Whether its stored pixels are shades of grey."""
        return str(self.header.PhotometricInterpretation).startswith("MONOCHROME")

    @property
    def side(self) -> Side | None:
        """The side of the body where a tag for it says so; a word in a description is no such tag."""
        return self.film.side if self.film.side_source in ("ImageLaterality", "Laterality") else None


def must_be_dicom(path: Path) -> None:
    """Raise FilmError for a film that is a picture."""
    with path.open("rb") as file:
        start = file.read(1024)
    if start[128:132] != b"DICM" and (raster_format(start) or not is_dicom(start)):
        raise FilmError(
            path,
            "DICOM is written for films that are DICOM and this one is not",
            "give the film as DICOM, or ask without",
        )


def read_sources(films: Sequence[Radiograph | None]) -> tuple[Source, ...]:
    """Read the headers of the AP and the lateral film, of those that were given.

    Raises FilmError for a film that was changed since it was scored or cannot be referred to, and for two patients.
    """
    sources = tuple(_read(film, view) for view, film in zip(PAIR, films, strict=True) if film is not None)
    if len(sources) == 2:
        _must_be_one_patient(*sources)
    return sources


def _read(film: Radiograph, view: View) -> Source:
    with film.path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != film.sha256:
            raise FilmError(film.path, "its content must be what was scored and it was changed", "score it again")
        file.seek(0)
        stored = dcmread(file, stop_before_pixels=True, force=True)
    header = _readable(stored)
    header.file_meta = stored.file_meta
    header.PhotometricInterpretation = str(header.get("PhotometricInterpretation") or "MONOCHROME2").strip().upper()
    _must_be_referable(header, film.path)
    return Source(view, film, header)


def _readable(stored: Dataset) -> Dataset:
    """Return what can be read of a data set, without private elements; a value that cannot be read is left out."""
    kept = Dataset()
    for tag in stored.keys():  # noqa: SIM118  a data set's own iteration decodes each value, and stops at a bad one
        if tag.is_private:
            continue
        try:
            element = stored[tag]
        except Exception:  # noqa: S112  its message may hold the value
            continue
        kept.add(_without_private(element))
    return kept


def _without_private(element: DataElement) -> DataElement:
    if element.VR != "SQ":
        return element
    return DataElement(element.tag, "SQ", [_readable(item) for item in element.value])


def _must_be_referable(header: Dataset, path: Path) -> None:
    """Raise FilmError without the identifiers by which every object made of the film names it."""
    bad = [keyword for keyword in _IDENTIFIERS if not _UID.fullmatch(str(header.get(keyword) or ""))]
    if bad:
        raise FilmError(path, f"it has no usable {' and '.join(bad)} to refer to", "export it from the archive again")
    if header.SOPClassUID not in _CLASSES:
        raise FilmError(path, "its SOP class is not one of single projection images", "export it as CR, DX or SC")


def _must_be_one_patient(first: Source, second: Source) -> None:
    """Raise FilmError where two headers name two patients; the identifiers themselves are never told.

    A mark that one film lacks tells nothing, but an ID that only one has is no proof of one patient.
    """
    ours, theirs = ([str(one.header.get(mark) or "").strip() for mark in _MARKS] for one in (first, second))
    differ = ours[0] != theirs[0] or any(a and b and a != b for a, b in zip(ours[1:], theirs[1:], strict=True))
    if differ or (not ours[0] and _name(first) != _name(second)):
        raise FilmError(
            second.film.path,
            f"the two films must be of one patient and it names another than {first.film.path} does",
            "give two films of one examination",
        )


def _name(source: Source) -> str:
    return str(source.header.get("PatientName") or "").strip(" ^=")
