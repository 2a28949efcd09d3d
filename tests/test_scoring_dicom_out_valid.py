"""Every object is valid by validators of others: dciodvfy (dicom3tools), dsrdump and dcmpschk (dcmtk)."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydicom import DataElement
from tests.test_scoring_dicom_out_samples import evidence_of, opened, save_pair, written
from tests.test_scoring_samples import write

from radunion.scoring import Bundle, score_films
from radunion.scoring.dicom_out import NAMES, DicomFiles, dicom_files

SHARED = Path(os.environ.get("RADUNION_SHARED", Path(__file__).parents[1].parent / "shared"))
REAL = SHARED / "real" / "dicom"

needs_dicom3tools = pytest.mark.skipif(
    shutil.which("dciodvfy") is None, reason="dicom3tools (dciodvfy) is not installed"
)
needs_dcmtk = pytest.mark.skipif(shutil.which("dsrdump") is None, reason="dcmtk (dsrdump, dcmpschk) is not installed")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Path:
    """Return a folder with all that one pair becomes."""
    folder = tmp_path_factory.mktemp("films")
    _, files = written(save_pair(folder, ImageLaterality="L", PatientOrientation=["L", "F"]), bundle)
    return save_all(files, tmp_path_factory.mktemp("made"))


def save_all(files: DicomFiles, folder: Path) -> Path:
    for name, content in files.content.items():
        (folder / name).write_bytes(content)
    return folder


def told_by(*command: str) -> str:
    found = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return found.stdout + found.stderr


def errors_in(path: Path) -> list[str]:
    """Return what dciodvfy finds wrong."""
    told = told_by("dciodvfy", "-new", str(path))
    assert not re.search("cannot|can't|failed to open", told, re.IGNORECASE), told
    return [line for line in told.splitlines() if line.startswith("Error")]


@needs_dicom3tools
@pytest.mark.parametrize("name", NAMES)
def test_dciodvfy_finds_no_error(made: Path, name: str) -> None:
    assert errors_in(made / name) == []


@needs_dicom3tools
def test_dciodvfy_does_find_errors(made: Path, tmp_path: Path) -> None:
    broken = opened((made / "report.dcm").read_bytes())
    del broken.CompletionFlag
    broken.add(DataElement(0x0040A493, "CS", "PERHAPS"))
    broken.save_as(tmp_path / "broken.dcm")
    assert len(errors_in(tmp_path / "broken.dcm")) >= 2


@needs_dcmtk
def test_dsrdump_reads_the_report_without_a_word_of_complaint(made: Path) -> None:
    told = told_by("dsrdump", "+Pc", str(made / "report.dcm"))
    assert not [line for line in told.splitlines() if line.startswith(("E:", "W:", "F:"))]
    assert told.count('CONTAINER:(125007,DCM,"Measurement Group")') == 5
    assert '(LEVEL,99RADUNION,"mRUST level")=(MRUST_2,99RADUNION,"mRUST 2, callus")' in told
    assert "research use only" in told


@needs_dcmtk
@pytest.mark.parametrize("view", ["ap", "lateral"])
def test_dcmpschk_accepts_the_presentation_state(made: Path, view: str) -> None:
    told = told_by("dcmpschk", str(made / f"outlines-{view}.dcm"))
    assert "Test passed" in told, told


def real_pairs() -> list[tuple[str, ...]]:
    return [("RG1_J2KI.dcm",), ("RG2_JLSL.dcm",), ("RG3_J2KR.dcm",), ("RG3_J2KI.dcm", "RG3_J2KR.dcm")]


@needs_dicom3tools
@needs_dcmtk
@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the real films (RADUNION_SHARED/real) are not here")
@pytest.mark.parametrize("names", real_pairs(), ids="+".join)
def test_what_real_films_become_is_valid(tmp_path: Path, bundle: Bundle, names: tuple[str, ...]) -> None:
    views: Any = ("ap", "lateral")[: len(names)]
    scored = score_films([REAL / name for name in names], bundle, views=views)
    folder = save_all(dicom_files(scored, evidence=evidence_of(scored, bundle)), tmp_path)
    files = sorted(folder.iterdir())
    assert len(files) >= 3
    for path in files:
        assert errors_in(path) == [], path.name
    told = told_by("dsrdump", str(tmp_path / "report.dcm"))
    assert not [line for line in told.splitlines() if line.startswith(("E:", "F:"))]
