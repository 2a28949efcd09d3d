"""Films as DICOM, their score and evidence for the tests of `scoring.dicom_out`, and a reader of reports of its own."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32
from pydicom import DataElement, Dataset, FileMetaDataset, dcmread, dcmwrite
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)
from tests.test_scoring_samples import a_film

from radunion.radiograph import Radiograph
from radunion.scale import CORTICES_ON, Cortex, View
from radunion.scoring import Bundle, Scored, score_films
from radunion.scoring.dicom_out import DicomFiles, dicom_files
from radunion.scoring.evidence import EvidenceMap

TOP = 4095
SCALE = 10
"""A film is the tiny model's own, each pixel ten times ten."""
PEAKS: dict[Cortex, tuple[float, float]] = {
    "medial": (0.3, 0.4),
    "lateral": (0.7, 0.5),
    "anterior": (0.25, 0.6),
    "posterior": (0.75, 0.3),
}
"""Where the evidence of each cortex is greatest: shares of the film's width and height."""
WIDE = 0.08
"""Standard deviation of the evidence, as a share of the film's height."""


def save_dicom(
    path: Path,
    pixels: Float32[np.ndarray, "h w"],
    *,
    syntax: UID = ExplicitVRLittleEndian,
    without: tuple[str, ...] = (),
    **tags: Any,
) -> Path:
    """Write pixels in [0, 1] as a CR film of 12 bits; tags override, `without` removes."""
    film = Dataset()
    film.SpecificCharacterSet = "ISO_IR 100"
    film.SOPClassUID, film.SOPInstanceUID = ComputedRadiographyImageStorage, generate_uid(prefix=None)
    film.StudyInstanceUID, film.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.1", generate_uid(prefix=None)
    film.PatientName, film.PatientID = "Simulated^Phantom", "SIM-0001"
    film.PatientBirthDate, film.PatientSex = "19700101", "O"
    film.StudyDate, film.StudyTime, film.StudyID = "20200102", "101500", "S1"
    film.AccessionNumber, film.ReferringPhysicianName = "ACC-1", "Simulated^Surgeon"
    film.StudyDescription, film.PatientAge = "Simulated study", "050Y"
    film.Modality, film.SeriesNumber, film.InstanceNumber = "CR", 1, 1
    film.Manufacturer, film.InstitutionName, film.StationName = "simulator", "Simulated hospital", "ROOM7"
    film.ImagerPixelSpacing = [0.14, 0.14]
    film.PhotometricInterpretation, film.SamplesPerPixel, film.PixelRepresentation = "MONOCHROME2", 1, 0
    film.BitsAllocated, film.BitsStored, film.HighBit = 16, 12, 11
    film.WindowCenter, film.WindowWidth = (TOP + 1) / 2, TOP + 1
    for keyword, value in tags.items():
        setattr(film, keyword, value)
    for keyword in without:
        delattr(film, keyword)
    stored = np.round(np.clip(pixels, 0, 1) * TOP).astype(np.uint16)
    film.Rows, film.Columns = stored.shape
    stored = TOP - stored if film.PhotometricInterpretation == "MONOCHROME1" else stored
    film.PixelData = stored.astype(">u2" if syntax == ExplicitVRBigEndian else "<u2").tobytes()
    film["PixelData"].VR = "OW"
    return _save(film, path, syntax)


def _save(film: Dataset, path: Path, syntax: UID) -> Path:
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = syntax
    film.file_meta.MediaStorageSOPClassUID = film.SOPClassUID
    film.file_meta.MediaStorageSOPInstanceUID = film.SOPInstanceUID
    dcmwrite(
        path,
        film,
        enforce_file_format=True,
        implicit_vr=syntax == ImplicitVRLittleEndian,
        little_endian=syntax != ExplicitVRBigEndian,
    )
    return path


def save_pair(folder: Path, *, syntax: UID = ExplicitVRLittleEndian, **tags: Any) -> list[Path]:
    """Write the AP and the lateral film of one examination, whose tags say which is which."""
    return [
        save_dicom(folder / f"{view}.dcm", enlarged(film), syntax=syntax, **{"ViewPosition": position, **tags})
        for view, position, film in (
            ("ap", "AP", a_film(lateral=0.0, levels=(2, 3))),
            ("lateral", "LL", a_film(lateral=1.0, levels=(4, 1))),
        )
    ]


def enlarged(film: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "H W"]:
    """Return a film each of whose pixels is a square of many."""
    return np.kron(film, np.ones((SCALE, SCALE), dtype=np.float32))


def evidence_of(scored: Scored, bundle: Bundle) -> dict[Cortex, EvidenceMap]:
    """Return a round patch of evidence for each cortex on each film that was given."""
    found: dict[Cortex, EvidenceMap] = {}
    views: tuple[View, View] = ("ap", "lateral")
    for view, film in zip(views, scored.films, strict=True):
        if film is not None:
            found |= {cortex: patch(film, bundle, *PEAKS[cortex]) for cortex in CORTICES_ON[view]}
    return found


def patch(film: Radiograph, bundle: Bundle, right: float, down: float, *, height: float = 0.01) -> EvidenceMap:
    """Return evidence around one place of a film of the tiny model's aspect."""
    how = bundle.preprocessing
    rows, columns = how.height * 4, how.width * 4
    y, x = np.mgrid[:rows, :columns]
    far = ((x + 0.5) / columns - right) * columns / rows, (y + 0.5) / rows - down
    values = height * np.exp(-(far[0] ** 2 + far[1] ** 2) / (2 * WIDE**2))
    return EvidenceMap(values.astype(np.float32), film, how, None)


def written(paths: list[Path], bundle: Bundle, **options: Any) -> tuple[Scored, DicomFiles]:
    """Score films and return the DICOM files of it, with evidence for every cortex that is seen."""
    scored = score_films(paths, bundle, **options)
    return scored, dicom_files(scored, evidence=evidence_of(scored, bundle))


def report_of(paths: list[Path], bundle: Bundle, **options: Any) -> Dataset:
    """Return the report of films, without the pictures that take longer to make."""
    return opened(dicom_files(score_films(paths, bundle, **options), evidence={}).content["report.dcm"])


def opened(content: bytes) -> Dataset:
    """Read a file with pydicom, which knows nothing of who wrote it."""
    return dcmread(BytesIO(content))


Item = Dataset


def items(item: Item) -> Iterator[Item]:
    """Yield the items below an item of a report, depth first."""
    for child in item.get("ContentSequence", []):
        yield child
        yield from items(child)


def name_of(item: Item) -> str:
    """Return the code of an item's name."""
    return str(item.ConceptNameCodeSequence[0].CodeValue)


def named(item: Item, name: str) -> list[Item]:
    """Return an item's own children of a name."""
    return [child for child in item.get("ContentSequence", []) if name_of(child) == name]


def number_in(group: Item, name: str) -> float | None:
    """Return the one number of a name in a group; None when there is none."""
    found = named(group, name)
    assert len(found) < 2, name
    return None if not found else number_of(found[0])


def number_of(item: Item) -> float:
    """Return a number, the exact one where the report holds one beside its decimal string."""
    measured = item.MeasuredValueSequence[0]
    exact = float(measured.get("FloatingPointValue", measured.NumericValue))
    assert abs(exact - float(measured.NumericValue)) <= 1e-9 * max(1.0, abs(exact))
    return exact


def codes_in(item: Item, name: str) -> list[str]:
    """Return the values of the coded items of a name."""
    return [str(child.ConceptCodeSequence[0].CodeValue) for child in named(item, name)]


def texts_in(item: Item, name: str) -> list[str]:
    """Return the values of the textual items of a name."""
    return [str(child.TextValue) for child in named(item, name)]


def groups_of(report: Item) -> list[Item]:
    """Return the measurement groups (DCM 125007) of a report."""
    return [item for item in items(report) if name_of(item) == "125007"]


CORTEX_SIDES: Mapping[Cortex, str] = {
    "medial": "255561001",
    "lateral": "49370004",
    "anterior": "255549009",
    "posterior": "255551008",
}
"""SNOMED CT, copied from the standard and not from the code under test."""


def cortex_group(report: Item, cortex: Cortex) -> Item:
    """Return the group whose finding site is modified by a cortex's side."""
    found = [
        group
        for group in groups_of(report)
        if any(CORTEX_SIDES[cortex] in codes_in(site, "106233006") for site in named(group, "363698007"))
    ]
    assert len(found) == 1
    return found[0]


def examination_group(report: Item) -> Item:
    """Return the one group whose finding site is the shaft as a whole."""
    found = [group for group in groups_of(report) if not codes_in(named(group, "363698007")[0], "106233006")]
    assert len(found) == 1
    return found[0]


def private_element(value: str) -> DataElement:
    """Return an element of a private block, such as vendors fill with a patient's data."""
    return DataElement(0x00091010, "LO", value)


def test_the_films_are_read_as_they_were_drawn(tmp_path: Path) -> None:
    from radunion.radiograph import read_radiograph

    drawn = enlarged(a_film(lateral=0.5, levels=(1, 4)))
    for interpretation in ("MONOCHROME1", "MONOCHROME2"):
        path = save_dicom(tmp_path / "film.dcm", drawn, PhotometricInterpretation=interpretation, ViewPosition="AP")
        film = read_radiograph(path)
        assert np.abs(film.pixels - drawn).max() < 1e-3
        assert (film.view, film.view_source) == ("ap", "ViewPosition")
