"""Heat-maps of bundles beside an evaluation: whose are measured, on which films, and where they stand."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.test_cli_samples import a_cohort, a_model
from tests.test_scoring_samples import PEAKS, write

from radunion.cli import main
from radunion.cohort import Examination, read_cohort
from radunion.errors import UsageError
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.report.heatmaps.words import in_a_line
from radunion.scale import CORTICES_ON
from radunion.scoring import Bundle
from radunion.study.heatmaps import heatmaps_of


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a cohort whose cortices are marked where the tiny model looks."""
    path = a_cohort(tmp_path / "cohort")
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["fracture_box"] = "0 0 24 32"
        for cortex in CORTICES_ON["ap" if row["view"] == "ap" else "lateral"]:
            down, right = (4 * cell for cell in PEAKS[cortex])
            row[f"{cortex}_box"] = f"{right - 2} {down - 2} {right + 6} {down + 6}"
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def examinations(table: Path) -> Sequence[Examination]:
    return read_cohort(table).examinations


def measured(
    bundles: dict[str, Bundle], examinations: Sequence[Examination], *, occluded: int = 0
) -> list[HeatmapQuality]:
    found = heatmaps_of(bundles, examinations, seed=1, replicates=20, simulated=True, removals=1, occluded=occluded)
    return list(found)


def test_its_own_maps_are_measured_on_all_marked_films(examinations: Sequence[Examination], tmp_path: Path) -> None:
    (quality,) = measured({"told": write(tmp_path / "model", evidence=True)}, examinations)
    assert (quality.model, quality.way, quality.key, quality.films) == ("told", "evidence", "heatmaps", 12)
    row = quality.find("told", "pointing", "cortices")
    assert row is not None
    assert row.estimate == 1
    assert quality.sanity is not None
    assert "Heat-maps of told point on 100 % of 12 films" in in_a_line(quality)


@pytest.mark.slow
def test_a_model_without_maps_is_occluded_where_asked(examinations: Sequence[Examination], tmp_path: Path) -> None:
    bundles = {"own": write(tmp_path / "own", evidence=True), "none": write(tmp_path / "none")}
    assert [one.model for one in measured(bundles, examinations)] == ["own"]
    both = measured(bundles, examinations, occluded=2)
    assert [(one.model, one.way, one.key) for one in both] == [
        ("own", "evidence", "heatmaps-1"),
        ("none", "occlusion", "heatmaps-2"),
    ]
    assert [one.films for one in both] == [12, 4]
    with pytest.raises(UsageError, match="examinations to occlude are 0 or more, found -1"):
        measured(bundles, examinations, occluded=-1)


def test_nothing_marked_is_nothing_measured(tmp_path: Path) -> None:
    bare = read_cohort(a_cohort(tmp_path / "bare")).examinations
    assert measured({"told": write(tmp_path / "model", evidence=True)}, bare, occluded=3) == []


def test_evaluate_measures_them_into_its_report(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_model(tmp_path / "model", a_cohort(tmp_path / "trained", offset=1))
    words = ["evaluate", str(tmp_path / "model"), str(table), "--out", str(tmp_path / "out"), "--replicates", "20"]
    assert main([*words, "--occlude", "2"]) == 0
    assert "Heat-maps of tiny point on" in capsys.readouterr().out
    page = (tmp_path / "out" / "report.html").read_text()
    assert '<section id="heatmaps">' in page
    numbers = json.loads((tmp_path / "out" / "heatmaps.json").read_text())
    assert (numbers["way"], numbers["films"]) == ("occlusion", 4)
    assert "P0-" not in page
    assert main([*words, "--overwrite"]) == 0
    assert not (tmp_path / "out" / "heatmaps.json").exists()
