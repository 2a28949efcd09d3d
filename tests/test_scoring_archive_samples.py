"""A tree of files for the tests of the archive: films that the tiny model of `test_scoring_samples` reads, and more."""

import os
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from pydicom import Dataset, FileMetaDataset, dcmwrite
from pydicom.uid import (
    BasicTextSRStorage,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    ExplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)
from tests.test_scoring_samples import a_film, save_film

from radunion.scoring.archive.seen import Pseudonyms

PSEUDONYMS = Pseudonyms(b"a key of the tests")
SECRETS = ("SECRET^NAME", "SECRET-ID", "20010203", "19870605")
"""What stands in the tags of films and nowhere else."""


def save_dicom(path: Path, film: np.ndarray | None = None, **tags: Any) -> Path:
    """Write a film (that of an AP view where none is given) as DICOM; a tag that is None is left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.round((a_film(lateral=0.0) if film is None else film) * 255).astype(np.uint8)
    one = Dataset()
    one.SOPClassUID, one.SOPInstanceUID = ComputedRadiographyImageStorage, f"2.25.{zlib.crc32(os.fsencode(path))}"
    one.StudyInstanceUID = "1.2.3"
    one.PatientName, one.PatientID, one.PatientBirthDate, one.StudyDate = SECRETS[0], SECRETS[1], SECRETS[3], SECRETS[2]
    one.Modality, one.ViewPosition, one.ImageLaterality = "CR", "AP", "L"
    one.Rows, one.Columns = pixels.shape
    one.SamplesPerPixel, one.PhotometricInterpretation, one.PixelRepresentation = 1, "MONOCHROME2", 0
    one.BitsAllocated = one.BitsStored = 8
    one.HighBit = 7
    one.PixelData = pixels.tobytes()
    with warnings.catch_warnings(action="ignore"):  # odd values are the point
        for keyword, value in tags.items():
            if value is None:
                delattr(one, keyword)
            else:
                setattr(one, keyword, value)
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.file_meta.MediaStorageSOPClassUID = one.SOPClassUID
    one.file_meta.MediaStorageSOPInstanceUID = one.get("SOPInstanceUID", "1.2")
    with warnings.catch_warnings(action="ignore"):
        dcmwrite(path, one, enforce_file_format=True)
    return path


def save_pair(folder: Path, patient: str, *, levels: tuple[int, int] = (2, 3), **tags: Any) -> list[Path]:
    """Write the two films of an examination as DICOM."""
    ap, lateral = a_film(lateral=0.0, levels=levels), a_film(lateral=1.0, levels=levels[::-1])
    return [
        save_dicom(folder / "ap.dcm", ap, PatientID=patient, ViewPosition="AP", **tags),
        save_dicom(folder / "lateral.dcm", lateral, PatientID=patient, ViewPosition="LL", **tags),
    ]


def odd_tree(folder: Path) -> dict[str, str]:
    """Fill a folder with a pair and with whatever else lies in archives; return the code of every file that is odd."""
    save_pair(folder / "pair", "p1")
    save_dicom(folder / "report.dcm", SOPClassUID=BasicTextSRStorage, Modality="SR")
    save_dicom(folder / "slice", SOPClassUID=CTImageStorage, Modality="CT")
    save_dicom(folder / "cine.dcm", NumberOfFrames=3)
    save_dicom(folder / "oblique.dcm", PatientID="p2", ViewPosition="OBL")
    save_dicom(folder / "DICOMDIR", SOPClassUID=MediaStorageDirectoryStorage)
    cut = save_dicom(folder / "cut.dcm", PatientID="p3")
    cut.write_bytes(cut.read_bytes()[:-200])
    headless = save_dicom(folder / "headless.dcm", PatientID="p4")
    headless.write_bytes(headless.read_bytes()[:180])
    (folder / "empty.dcm").touch()
    (folder / "false.dcm").write_text("a letter that was named film")
    (folder / "letter.txt").write_text("BM is how it starts, and no bitmap")
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7 of nothing")
    save_film(folder / "photo.png", a_film(lateral=0.0))
    os.mkfifo(folder / "pipe")
    (folder / "gone.dcm").symlink_to(folder / "nowhere")
    (folder / "pair" / "round").symlink_to(folder)
    return {
        "report.dcm": "RA413", "slice": "RA413", "cine.dcm": "RA414", "oblique.dcm": "RA415", "DICOMDIR": "RA412",
        "cut.dcm": "RA401", "headless.dcm": "RA401", "empty.dcm": "RA407", "false.dcm": "RA408",
        "letter.txt": "RA411", "letter.pdf": "RA411", "pipe": "RA422", "gone.dcm": "RA420", "pair/round": "RA421",
    }  # fmt: skip


def files_of(rows: pl.DataFrame) -> list[str]:
    """Return every file that the rows name, sorted; one that is named twice is there twice."""
    columns = [rows[name].drop_nulls() for name in ("ap_film", "lateral_film", "file")]
    return sorted(pl.concat(columns).to_list())


def test_the_tree_has_what_it_promises(tmp_path: Path) -> None:
    odd = odd_tree(tmp_path)
    there = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_symlink() or not path.is_dir()
    }
    assert there == {*odd, "pair/ap.dcm", "pair/lateral.dcm", "photo.png"}
