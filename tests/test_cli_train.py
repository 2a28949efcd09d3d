"""`radunion train` and `radunion demo` as a user runs them, at their smallest."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.simulated import simulated

from radunion.cli import main
from radunion.scoring import default_bundle, load_bundle
from radunion.study import demo
from radunion.training import compact, teachers
from radunion.training.settings import FINDER

PATIENTS = 14


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(teachers, "FEWEST_BOXES", 5)  # else films with boxes are simulated first
    monkeypatch.setattr(compact, "FINDER", replace(FINDER, epochs=2))
    monkeypatch.setattr(compact, "CORTEX_FINDER", replace(FINDER, epochs=1))


@pytest.fixture(scope="module")
def cohort() -> Path:
    return simulated(PATIENTS)


def test_a_frozen_model_is_trained_measured_kept_and_evaluated(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model"
    options = ["--backbone", "test_resnet", "--weights", "none", "--epochs", "2", "--folds", "2", "--input", "shaft"]
    assert main(["train", str(cohort), "--out", str(model), *options]) == 0
    said = capsys.readouterr()
    assert "blind-site" in said.out
    assert "Trained on simulated films only; not validated on patients." in said.out
    assert "Cross-validation: 2 of 2" in said.err
    card = load_bundle(model).card
    assert card.settings["backbone.input"] == "shaft"
    assert card.preprocessing.shape == "shaft"
    assert default_bundle()[0].card.name == "model"
    assert main(["evaluate", str(model), str(cohort), "--out", str(tmp_path / "result")]) == 2
    assert "was trained on this cohort" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--backbone", "test_resnet"], "needs --weights: none (random), imagenet (downloads them) or a local file"),
        (["--weights", "none"], "--weights belongs to a timm backbone"),
        (["--protocol", "thesis-9"], "a protocol is one of blind-view"),
        (["--protocol", "thesis-2"], "thesis-2 needs --weights: a file of inception_v3"),
        (["--protocol", "forest"], "forest has no network, so no bundle holds it yet"),
        (["--protocol", "lenet", "--batch", "8"], "lenet decides --batch itself"),
        (["--protocol", "lenet", "--tap", "conv"], "lenet has no tap"),
        (["--protocol", "lenet", "--devices", "2"], "lenet learns on the processor"),
        (["--accelerator", "cuda"], "devices and their precision are for --protocol pair-tuned"),
        (["--protocol", "pair-tuned"], "pair-tuned needs --weights: a file of inception_v3"),
        (["--backbone", "no_such_net", "--weights", "none"], "a backbone must be a timm model, found 'no_such_net'"),
        (["--folds", "1"], "at least 2 folds"),
        (["--learning-rate", "0"], "the learning rate above 0"),
        (["--learning-rate", "nan"], "the learning rate above 0"),
        (["--input", "shaft"], "--input belongs to a timm backbone"),
        (["--folds", "50"], "50 folds need at least 100 patients, found 13"),
    ],
)
def test_wrong_usage_is_told_before_any_work(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(["train", str(cohort), "--out", str(tmp_path / "model"), *options]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "model").exists()


def test_a_cohort_with_errors_is_refused(cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = cohort.read_text().splitlines()
    moved = [line.replace("films/", f"{cohort.parent}/films/") for line in lines]
    moved[1] = moved[1].replace("00001-1", "00002-1")
    table = tmp_path / "cohort.csv"
    table.write_text("\n".join(moved) + "\n")
    assert main(["train", str(table), "--out", str(tmp_path / "model")]) == 1
    said = capsys.readouterr().err
    assert "must be mended before training, or passed over with --silence CODE" in said
    assert "RU102" in said


@pytest.mark.slow
def test_the_demonstration_runs_end_to_end_and_goes_on_where_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "DemoSettings", partial(demo.DemoSettings, mapped=10))
    out = tmp_path / "demo"
    command = ["demo", "--out", str(out), "--patients", str(PATIENTS), "--test-patients", "6", "--epochs", "1"]
    assert main(command) == 0
    said = capsys.readouterr()
    assert "blind-view" in said.out
    assert "All of this is simulated; research use only, not a medical device." in said.out
    for name in ("report.html", "metrics.json", "score.json", "score.png", "model/card.json", "train/cohort.csv"):
        assert (out / name).is_file(), name
    assert "Simulated data" in (out / "report.html").read_text()
    document = json.loads((out / "score.json").read_text())
    assert [one["view"] for one in document["inputs"]] == ["ap", "lateral"]
    assert all((out / name).is_file() for name in document["heatmaps"].values())
    assert len(document["heatmaps"]) == 4
    card = load_bundle(out / "model").card
    assert card.metrics
    assert "6 other simulated patients" in card.metrics_note
    assert main(command) == 0
    again = capsys.readouterr()
    assert "Learning" not in again.err
    assert json.loads((out / "score.json").read_text())["mrust"] == document["mrust"]
