"""`radunion holdout`, and how the other commands leave a sealed hold-out alone."""

import json
import re
from argparse import Namespace
from pathlib import Path

import pytest
from tests.test_cli_samples import a_cohort, a_model
from tests.test_scoring_samples import a_graph, a_reference

from radunion import NOTICE
from radunion.cli import main
from radunion.cohort import read_cohort, read_seal, seal_path, without_sealed
from radunion.scoring import load_bundle, write_bundle
from radunion.scoring.card import film_digest

Told = pytest.CaptureFixture[str]


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    return a_cohort(tmp_path / "cohort")


@pytest.fixture
def sealed(cohort: Path, capsys: Told) -> Path:
    assert main(["holdout", "seal", str(cohort), "--fraction", "0.34", "--seed", "1"]) == 0
    capsys.readouterr()
    return cohort


@pytest.fixture
def model(tmp_path: Path) -> Path:
    a_model(tmp_path / "model", a_cohort(tmp_path / "trained", offset=1))
    return tmp_path / "model"


def open_it(cohort: Path, model: Path, out: Path, *words: str) -> int:
    return main(["holdout", "open", str(cohort), str(model), "--out", str(out), "--replicates", "20", *words])


def openings(cohort: Path) -> list[str]:
    seal = read_seal(cohort)
    assert seal is not None
    return [one.model for one in seal.openings]


def test_sealing_says_how_many_and_refuses_a_second_time(cohort: Path, capsys: Told) -> None:
    assert main(["holdout", "seal", str(cohort), "--fraction", "0.34"]) == 0
    told = capsys.readouterr().out
    assert f"{seal_path(cohort)}: 2 of 6 patients sealed, 2 examinations; seal " in told
    assert NOTICE in told
    assert main(["holdout", "seal", str(cohort)]) == 2
    assert "was sealed on 2" in capsys.readouterr().err


@pytest.mark.parametrize("fraction", ["0", "1", "0.001", "nan"])
def test_a_fraction_that_leaves_a_side_empty_is_wrong_usage(cohort: Path, capsys: Told, fraction: str) -> None:
    assert main(["holdout", "seal", str(cohort), "--fraction", fraction]) == 2
    assert "leaves a side empty" in capsys.readouterr().err
    assert not seal_path(cohort).exists()


def test_the_status_tells_openings_changes_and_no_patient(
    cohort: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    assert main(["holdout", "status", str(cohort)]) == 0
    assert "no hold-out is sealed" in capsys.readouterr().out
    assert main(["holdout", "seal", str(cohort), "--fraction", "0.34"]) == 0
    capsys.readouterr()
    assert main(["holdout", "status", str(cohort)]) == 0
    told = capsys.readouterr().out
    assert "2 patients, 2 examinations (fraction 0.34, seed 0, metrc)" in told
    assert "never opened" in told
    assert "changed" not in told
    assert open_it(cohort, model, tmp_path / "look") == 0
    gone = without_sealed(read_cohort(cohort))[0].patients
    lines = cohort.read_text().splitlines()
    cohort.write_text("\n".join([lines[0], *(line for line in lines if line.split(",")[0] in gone)]) + "\n")
    capsys.readouterr()
    assert main(["holdout", "status", str(cohort)]) == 0
    told = capsys.readouterr().out
    assert "the table has changed since: 0 patients of the hold-out" in told
    assert "2 patients of the sealed hold-out are no longer in the table" in told
    assert re.search(r"opened 1 time\n  1: 2\S+, tiny \(SHA-256 \w{64}\), radunion \S+, into look\n", told)
    assert "P0-" not in told
    assert str(tmp_path) not in told.replace(str(cohort), "")


def test_the_status_of_no_table_is_an_error(tmp_path: Path, capsys: Told) -> None:
    assert main(["holdout", "status", str(tmp_path / "none.csv")]) == 1
    assert "must be a file that exists" in capsys.readouterr().err


def test_an_opening_measures_the_sealed_patients_alone_and_is_recorded(
    sealed: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    out = tmp_path / "look"
    assert open_it(sealed, model, out) == 0
    told = capsys.readouterr()
    assert told.out.startswith("sealed hold-out, opening number 1: it was not opened before\n")
    assert f"{out / 'report.html'}; {NOTICE}" in told.out
    metrics = json.loads((out / "metrics.json").read_text())
    assert {row["patients"] for row in metrics["rows"] if row["metric"] == "mae"} == {2}
    assert "Sealed hold-out, opening number 1: evaluation of tiny" in (out / "report.html").read_text()
    assert openings(sealed) == ["tiny"]


def test_a_second_opening_says_aloud_that_the_holdout_is_not_fresh(
    sealed: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    assert open_it(sealed, model, tmp_path / "one") == 0
    capsys.readouterr()
    assert open_it(sealed, model, tmp_path / "two") == 0
    seal = read_seal(sealed)
    assert seal is not None
    expected = f"sealed hold-out, opening number 2, no longer fresh: opened before: {seal.openings[0].when} (tiny, SHA"
    assert expected in capsys.readouterr().out
    page = (tmp_path / "two" / "report.html").read_text()
    assert expected in page
    assert "Sealed hold-out, opening number 2" in page
    assert [one.out for one in seal.openings] == ["one", "two"]


def test_an_opening_is_recorded_before_anything_is_shown(
    sealed: Path, model: Path, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    from radunion.cli import evaluate
    from radunion.errors import RadunionError

    def broken(found: object) -> None:
        raise RadunionError(f"openings so far: {openings(sealed)}")

    monkeypatch.setattr(evaluate, "print_headline", broken)
    assert open_it(sealed, model, tmp_path / "look") == 1
    assert "openings so far: ['tiny']" in capsys.readouterr().err


def test_nothing_is_shown_where_the_opening_cannot_be_recorded(
    sealed: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    lock = seal_path(sealed).with_name(".cohort.holdout.json.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    assert open_it(sealed, model, tmp_path / "look") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "this folder cannot be written" in told.err
    assert not (tmp_path / "look").exists()


def test_a_model_that_saw_the_holdout_is_refused_and_nothing_is_opened(
    sealed: Path, tmp_path: Path, capsys: Told
) -> None:
    whole = a_model(tmp_path / "whole", sealed, name="whole")
    held = read_cohort(sealed).examinations
    seal = read_seal(sealed)
    assert seal is not None
    one = next(exam for exam, is_held in zip(held, seal.held(read_cohort(sealed)), strict=True) if is_held)
    update = {"cohort_sha256": "0" * 64, "film_digests": (film_digest(one.films[0].path),)}
    trained_on = whole.card.trained_on.model_copy(update=update)
    card = whole.card.model_copy(update={"name": "film", "trained_on": trained_on})
    write_bundle(tmp_path / "film", onnx=a_graph(), card=card, reference=a_reference())
    for name in ("whole", "film"):
        assert open_it(sealed, tmp_path / name, tmp_path / "look") == 2
        assert f"{name} was trained on films of it" in capsys.readouterr().err
    assert openings(sealed) == []
    assert not (tmp_path / "look").exists()


def test_a_card_that_lists_no_films_of_training_is_told_and_one_that_does_is_not(
    sealed: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    assert open_it(sealed, model, tmp_path / "one") == 0
    note = "the card of tiny lists no films of training"
    assert note in capsys.readouterr().err
    assert note in (tmp_path / "one" / "report.html").read_text()
    card = load_bundle(model).card
    trained_on = card.trained_on.model_copy(update={"film_digests": ("0" * 16,)})
    card = card.model_copy(update={"trained_on": trained_on})
    write_bundle(tmp_path / "listed", onnx=a_graph(), card=card, reference=a_reference())
    assert open_it(sealed, tmp_path / "listed", tmp_path / "two") == 0
    assert "lists no films of training" not in capsys.readouterr().err


def test_a_table_that_is_not_sealed_is_not_opened(cohort: Path, model: Path, tmp_path: Path, capsys: Told) -> None:
    assert open_it(cohort, model, tmp_path / "look") == 2
    assert "no hold-out is sealed here; seal one first with `radunion holdout seal`" in capsys.readouterr().err


def test_an_evaluation_leaves_the_sealed_patients_out_and_says_so(
    sealed: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    out = tmp_path / "out"
    assert main(["evaluate", str(model), str(sealed), "--out", str(out), "--replicates", "20"]) == 0
    assert "2 patients of the sealed hold-out were left out" in capsys.readouterr().err
    metrics = json.loads((out / "metrics.json").read_text())
    assert {row["patients"] for row in metrics["rows"] if row["metric"] == "mae"} == {4}
    assert openings(sealed) == []


def test_an_evaluation_of_an_unsealed_table_says_nothing_of_a_holdout(
    cohort: Path, model: Path, tmp_path: Path, capsys: Told
) -> None:
    assert main(["evaluate", str(model), str(cohort), "--out", str(tmp_path / "out"), "--replicates", "20"]) == 0
    assert "hold-out" not in capsys.readouterr().err


def test_training_gets_a_cohort_without_the_sealed_patients(
    sealed: Path, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    from radunion.errors import TrainingError
    from radunion.training import train

    given: list[Namespace] = []

    def stop(cohort: object, *rest: object, **named: object) -> None:
        given.append(Namespace(cohort=cohort))
        raise TrainingError("stopped by the test")

    monkeypatch.setattr(train, "train_model", stop)
    assert main(["train", str(sealed), "--out", str(tmp_path / "model")]) == 1
    assert "2 patients of the sealed hold-out were left out" in capsys.readouterr().err
    assert given[0].cohort.patients == without_sealed(read_cohort(sealed))[0].patients


def test_training_itself_refuses_sealed_examinations_before_it_begins(sealed: Path, tmp_path: Path) -> None:
    from radunion.errors import CohortError
    from radunion.training.plan import Plan
    from radunion.training.settings import COMPACT
    from radunion.training.train import train_model

    plan, whole = Plan(name="model", settings=COMPACT), read_cohort(sealed)
    with pytest.raises(CohortError, match="nothing may be learned from a sealed hold-out; found 2 of its examinations"):
        train_model(whole, tmp_path / "model", plan)
    assert not list(tmp_path.glob("*model*"))
    with pytest.raises(CohortError, match="at least 12 patients, found 4"):
        train_model(without_sealed(whole)[0], tmp_path / "model", plan)


def test_a_damaged_seal_stops_every_command(sealed: Path, model: Path, tmp_path: Path, capsys: Told) -> None:
    seal_path(sealed).write_text(seal_path(sealed).read_text().replace('"seed": 1', '"seed": 2'))
    commands = (
        ["holdout", "status", str(sealed)],
        ["holdout", "open", str(sealed), str(model), "--out", str(tmp_path / "out")],
        ["evaluate", str(model), str(sealed), "--out", str(tmp_path / "out")],
        ["train", str(sealed), "--out", str(tmp_path / "trained-on")],
    )
    for command in commands:
        assert main(command) == 1
        assert "does not match its own hash" in capsys.readouterr().err
