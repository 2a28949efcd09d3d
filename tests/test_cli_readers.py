"""Several simulated readers through the command line: learned from, and compared with a model."""

import csv
import json
from pathlib import Path

import pytest
from tests.test_cli_samples import a_cohort, a_model

from radunion.cli import main
from radunion.cohort import read_cohort
from radunion.phantom import Simulation, simulate
from radunion.scoring import load_bundle

Told = pytest.CaptureFixture[str]


def with_readers(table: Path, *names: str) -> Path:
    """Let several readers say the same of every film, but for one who says 2 of all."""
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    said = [{**row, "reader": name} for row in rows for name in names]
    for row in (one for one in said if one["reader"] == names[-1]):
        row.update({cortex: "2" for cortex in ("medial", "lateral", "anterior", "posterior") if row[cortex]})
    with table.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(said)
    return table


def protocols(out: Path) -> set[str]:
    return {row["protocol"] for row in json.loads((out / "metrics.json").read_text())["rows"]}


def test_readers_stand_beside_the_model(tmp_path: Path, capsys: Told) -> None:
    a_model(tmp_path / "model", a_cohort(tmp_path / "trained", offset=1))
    table = with_readers(a_cohort(tmp_path / "cohort"), "simulated-1", "simulated-2", "simulated-3")
    assert main(["evaluate", str(tmp_path / "model"), str(table), "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "mRUST: readers agree with each other on the total at an ICC(2,1) of " in told
    assert "mRUST: tiny agrees with the readers at " in told
    assert "On 6 simulated examinations" in told
    wanted = {"readers", "reader 3 | readers", "tiny | readers", "tiny | reader 1", "tiny | readers - readers"}
    assert wanted <= protocols(tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Readers beside the models" in page
    assert "simulated-2" not in page


def test_one_reader_is_compared_with_nobody(tmp_path: Path, capsys: Told) -> None:
    a_model(tmp_path / "model", a_cohort(tmp_path / "trained", offset=1))
    table = a_cohort(tmp_path / "cohort")
    assert main(["evaluate", str(tmp_path / "model"), str(table), "--out", str(tmp_path / "out")]) == 0
    assert "readers agree" not in capsys.readouterr().out
    assert not any("readers" in name for name in protocols(tmp_path / "out"))
    assert "Readers beside the models" not in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.slow
def test_a_model_learns_from_three_readers_and_is_compared_with_three(
    tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    trained, other = (
        simulate(tmp_path / str(seed), Simulation(patients, seed, format="png", size=(320, 256), readers=3), workers=1)
        for seed, patients in ((8, 12), (9, 8))
    )
    labelled = [one for one in read_cohort(trained).examinations if one.labels]
    model, out = tmp_path / "model", tmp_path / "out"
    options = ["--backbone", "test_resnet", "--weights", "none", "--epochs", "2"]
    assert main(["train", str(trained), "--out", str(model), *options]) == 0
    assert load_bundle(model).card.trained_on.examinations == len(labelled)
    assert main(["evaluate", str(model), str(other), "--out", str(out), "--replicates", "20"]) == 0
    assert {"readers", "model | readers", "model | readers - readers"} <= protocols(out)
    assert "Trained on simulated films only" in capsys.readouterr().out
