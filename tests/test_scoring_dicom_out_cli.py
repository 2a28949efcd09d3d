"""`radunion score --dicom`: which files are written, and what is refused before anything is scored."""

import sys
from pathlib import Path

import pytest
from tests.test_scoring_dicom_out_samples import enlarged, opened, save_dicom, save_pair
from tests.test_scoring_samples import PEAKS, a_film, save_film, write

from radunion.cli import main
from radunion.scoring.dicom_out import NAMES

Told = pytest.CaptureFixture[str]


@pytest.fixture
def model(tmp_path: Path) -> str:
    write(tmp_path / "model", simulated=False, threshold=20.0)
    return str(tmp_path / "model")


def test_the_report_stands_beside_the_document(tmp_path: Path, model: str, capsys: Told) -> None:
    out = tmp_path / "out"
    films = [str(path) for path in save_pair(tmp_path)]
    assert main(["score", *films, "--model", model, "--out", str(out), "--dicom"]) == 0
    told = capsys.readouterr()
    assert [one.name for one in out.glob("*.dcm")] == ["report.dcm"]
    assert opened((out / "report.dcm").read_bytes()).Modality == "SR"
    assert f"wrote {out / 'report.dcm'}\n" in told.err
    names = "heatmap-ap.dcm, outlines-ap.dcm, heatmap-lateral.dcm, outlines-lateral.dcm"
    assert f"not written: {names}: the model gives no evidence on this film\n" in told.err


def test_a_model_with_evidence_gives_its_pictures_too(tmp_path: Path, capsys: Told) -> None:
    write(tmp_path / "model", evidence=True, threshold=20.0)
    out = tmp_path / "out"
    films = [str(path) for path in save_pair(tmp_path)]
    assert main(["score", *films, "--model", str(tmp_path / "model"), "--out", str(out), "--dicom"]) == 0
    assert set(NAMES) <= {one.name for one in out.iterdir()}
    assert "not written" not in capsys.readouterr().err
    text = opened((out / "outlines-ap.dcm").read_bytes()).GraphicAnnotationSequence[0].TextObjectSequence[0]
    row, column = PEAKS["medial"]
    assert text.AnchorPoint == pytest.approx([(column + 0.5) * 40, (row + 0.5) * 40], abs=25)


def test_without_a_folder_it_is_refused(tmp_path: Path, model: str, capsys: Told) -> None:
    films = [str(path) for path in save_pair(tmp_path)]
    assert main(["score", *films, "--model", model, "--dicom"]) == 2
    assert capsys.readouterr().err == "radunion: --dicom writes files and needs a folder for them; give --out DIR\n"


def test_a_picture_is_refused_before_anything_is_scored(tmp_path: Path, capsys: Told) -> None:
    film = str(save_film(tmp_path / "film.png", a_film(lateral=0.0)))
    words = ["--model", str(tmp_path / "none"), "--out", str(tmp_path / "out"), "--dicom"]
    assert main(["score", film, *words]) == 1
    assert f"{film}: DICOM is written for films that are DICOM" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_two_patients_are_refused_and_nothing_is_written(tmp_path: Path, model: str, capsys: Told) -> None:
    ap, lateral = save_pair(tmp_path)
    save_dicom(lateral, enlarged(a_film(lateral=1.0)), ViewPosition="LL", PatientID="SIM-0002")
    words = ["--model", model, "--out", str(tmp_path / "out"), "--dicom"]
    assert main(["score", str(ap), str(lateral), *words]) == 1
    told = capsys.readouterr().err
    assert "the two films must be of one patient" in told
    assert "SIM-" not in told
    assert not (tmp_path / "out").exists()


def test_files_of_either_kind_are_replaced_only_when_asked(tmp_path: Path, model: str, capsys: Told) -> None:
    films = [str(path) for path in save_pair(tmp_path)]
    out = tmp_path / "out"
    out.mkdir()
    (out / "heatmap-lateral.dcm").write_text("mine")
    words = ["score", *films, "--model", model, "--out", str(out), "--dicom"]
    assert main(words) == 2
    assert f"{out / 'heatmap-lateral.dcm'}: this would be replaced" in capsys.readouterr().err
    assert main([*words, "--overwrite"]) == 0
    assert (out / "report.dcm").exists()
    assert not (out / "heatmap-lateral.dcm").exists()  # it was of another examination, and this one has none


def test_a_missing_film_and_a_missing_extra_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    words = ["--out", str(tmp_path / "out"), "--dicom"]
    assert main(["score", str(tmp_path / "none.dcm"), *words]) == 1
    assert f"{tmp_path / 'none.dcm'}: " in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "highdicom", None)
    films = [str(path) for path in save_pair(tmp_path)]
    assert main(["score", *films, *words]) == 1
    assert 'DICOM out needs the extra "dicom"' in capsys.readouterr().err
