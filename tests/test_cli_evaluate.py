"""`radunion evaluate`: the headline tables, the report, and what is refused."""

import json
import shutil
from pathlib import Path

import pytest
from tests.test_cli_samples import a_cohort, a_model

from radunion import NOTICE
from radunion.cli import main

Told = pytest.CaptureFixture[str]
BLINDS = ["blind-view", "blind-visit", "blind-site"]


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    return a_cohort(tmp_path / "cohort")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    a_model(tmp_path / "model", a_cohort(tmp_path / "trained", offset=1))
    return tmp_path / "model"


def evaluate(*words: object) -> int:
    return main(["evaluate", *map(str, words), "--replicates", "40"])


def test_the_headline_is_printed_blinds_first_and_the_report_written(
    cohort: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    out = tmp_path / "out"
    assert evaluate(model, cohort, "--out", out, "--seed", "1") == 0
    told = capsys.readouterr()
    heading = next(line for line in told.out.splitlines() if line.split()[:1] == ["blind-view"])
    assert [heading.index(name) for name in [*BLINDS, "tiny"]] == sorted(map(heading.index, [*BLINDS, "tiny"]))
    assert "the protocol tiny reaches a mean cortex kappa of 1.00 (95 % interval " in told.out
    assert "mRUST: paired differences of tiny" in told.out
    assert told.out.splitlines()[-1] == f"{out / 'report.html'}; {NOTICE}"
    assert "radunion: examinations scored: 6 of 6" in told.err
    assert "the no-image baselines are those of tiny" in told.err
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["protocols"] == [*BLINDS, "tiny"]
    assert metrics["bootstrap"]["replicates"] == 40
    assert sorted(one.name for one in out.iterdir()) == ["metrics.json", "report.html"]


def test_the_report_says_where_it_came_from(cohort: Path, model: Path, tmp_path: Path) -> None:
    from radunion.cohort import read_cohort
    from radunion.scoring import load_bundle

    assert evaluate(model, cohort, "--out", tmp_path / "out") == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert load_bundle(model).sha256 in page
    assert read_cohort(cohort).digest() in page
    assert NOTICE in page.lower()
    assert str(tmp_path) not in page


def test_several_models_stand_side_by_side(cohort: Path, model: Path, tmp_path: Path, capsys: Told) -> None:
    a_model(tmp_path / "second", a_cohort(tmp_path / "others", offset=2))
    assert evaluate(model, tmp_path / "second", cohort, "--out", tmp_path / "out", "--name", "old", "new") == 0
    told = capsys.readouterr()
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["protocols"] == [*BLINDS, "old", "new"]
    assert "mRUST: paired differences of new" in told.out
    assert any(line.split()[-2:] == ["−", "old"] for line in told.out.splitlines())
    assert "the models were trained on different cohorts" in told.err
    assert "the no-image baselines are those of old" in told.err


def test_models_of_one_name_are_told_apart(cohort: Path, model: Path, tmp_path: Path) -> None:
    second = a_model(tmp_path / "second", a_cohort(tmp_path / "others", offset=2))
    assert evaluate(model, tmp_path / "second", cohort, "--out", tmp_path / "out") == 0
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["protocols"][-1] == f"tiny-{second.sha256[:8]}"


def test_films_that_cannot_be_read_are_all_named_and_left_out(
    cohort: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    films = cohort.parent / "films"
    (films / "0-ap.png").unlink()
    (films / "1-lateral.png").write_bytes(b"no picture")
    assert evaluate(model, cohort, "--out", tmp_path / "out") == 0
    told = capsys.readouterr().err
    assert "radunion: 2 films that cannot be read, left out:" in told
    assert f"{films / '0-ap.png'} (line 2, ap): " in told
    assert f"{films / '1-lateral.png'} (line 5, lateral): " in told
    page = (tmp_path / "out" / "report.html").read_text()
    assert "line 2 (ap): " in page
    assert "0-ap.png" not in page


def test_a_simulated_cohort_says_so(model: Path, tmp_path: Path, capsys: Told) -> None:
    cohort = a_cohort(tmp_path / "simulated", reader="simulated", patients=3)
    assert evaluate(model, cohort, "--out", tmp_path / "out") == 0
    assert "On 3 simulated examinations" in capsys.readouterr().out


def test_training_films_are_refused_unless_asked_for(tmp_path: Path, capsys: Told) -> None:
    trained = a_cohort(tmp_path / "trained")
    a_model(tmp_path / "model", trained)
    words = [tmp_path / "model", trained, "--out", tmp_path / "out"]
    assert evaluate(*words) == 2
    assert "tiny was trained on this cohort" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert evaluate(*words, "--on-training-films") == 0
    assert "NOT AN EVALUATION: tiny was trained on these very films" in capsys.readouterr().err
    assert "NOT AN EVALUATION" in (tmp_path / "out" / "report.html").read_text()


def test_a_report_is_replaced_only_when_asked(cohort: Path, model: Path, tmp_path: Path, capsys: Told) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "metrics.json").write_text("mine")
    assert evaluate(model, cohort, "--out", out) == 2
    assert f"{out / 'metrics.json'}: this would be replaced" in capsys.readouterr().err
    assert (out / "metrics.json").read_text() == "mine"
    assert evaluate(model, cohort, "--out", out, "--overwrite") == 0
    assert json.loads((out / "metrics.json").read_text())["schema"] == 1


def test_a_model_without_baselines_is_evaluated_and_said_to_lack_them(
    cohort: Path, tmp_path: Path, capsys: Told
) -> None:
    a_model(tmp_path / "bare", a_cohort(tmp_path / "trained", offset=1), baselines=False)
    assert evaluate(tmp_path / "bare", cohort, "--out", tmp_path / "out") == 0
    told = capsys.readouterr()
    assert "no no-image baseline stands beside the models" in told.err
    assert "No no-image baseline was evaluated beside it" in told.out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--name", "a", "b"], "found 2 for 1 models"),
        (["--name", "blind-view"], "is the name of a no-image baseline"),
    ],
)
def test_names_must_fit(cohort: Path, model: Path, tmp_path: Path, capsys: Told, more: list[str], said: str) -> None:
    assert evaluate(model, cohort, "--out", tmp_path / "out", *more) == 2
    assert said in capsys.readouterr().err


def test_the_same_model_twice_is_refused(cohort: Path, model: Path, tmp_path: Path, capsys: Told) -> None:
    assert evaluate(model, model, cohort, "--out", tmp_path / "out") == 2
    assert "told apart by their names" in capsys.readouterr().err


def test_a_model_of_another_convention_is_refused(cohort: Path, model: Path, tmp_path: Path, capsys: Told) -> None:
    a_model(
        tmp_path / "second", a_cohort(tmp_path / "others", offset=2), name="second", baselines=False,
        convention="litrenta",
    )  # fmt: skip
    assert evaluate(model, tmp_path / "second", cohort, "--out", tmp_path / "out") == 2
    assert "second was trained by litrenta and the cohort is read by metrc" in capsys.readouterr().err


def test_no_film_at_all_is_a_failure(cohort: Path, model: Path, tmp_path: Path, capsys: Told) -> None:
    shutil.rmtree(cohort.parent / "films")
    assert evaluate(model, cohort, "--out", tmp_path / "out") == 1
    told = capsys.readouterr().err
    assert "none of 12 can" in told
    assert "radunion cohort check" in told
    assert not (tmp_path / "out").exists()


def test_fewer_bits_stand_in_the_report_and_in_its_numbers(
    cohort: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    assert evaluate(model, cohort, "--out", tmp_path / "out", "--precisions", "int8") == 0
    assert "tiny in int8 (ONNX Runtime): " in capsys.readouterr().out
    assert "Scores in fewer bits" in (tmp_path / "out" / "report.html").read_text()
    rows = json.loads((tmp_path / "out" / "metrics.json").read_text())["rows"]
    assert [row["exams"] for row in rows if (row["protocol"], row["metric"]) == ("tiny in int8", "changed:any")] == [6]


def test_other_precisions_are_wrong_usage(cohort: Path, model: Path, tmp_path: Path, capsys: Told) -> None:
    assert evaluate(model, cohort, "--out", tmp_path / "out", "--precisions", "int8,int4") == 2
    assert "'int8,int4' must be int8 or bfloat16, or both" in capsys.readouterr().err
