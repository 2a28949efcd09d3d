"""What a run had that others had not, or lacked: help beside the labels, steps to learn in."""

from typing import Any

import pytest
from tests.test_report_study_samples import (
    a_ledger,
    a_light_material,
    a_material,
    grid_of,
    summary_of,
    with_runs,
    words_of,
)

from radunion.report.study.cards import model_card
from radunion.report.study.material import FoldSize, ProtocolRun, StudyMaterial
from radunion.report.study.methods import methods_section
from radunion.report.study.record import study_record
from radunion.report.study.runs import step_words

TAUGHT = "where fractures are: from the boxes of 678 films of the table"


def test_what_only_some_were_taught_is_told_everywhere() -> None:
    material = with_runs(a_material(), {"pair", "thesis-1"}, taught=TAUGHT)
    assert f"thesis-1 and pair also learned {TAUGHT}; the others had no such help." in summary_of(material)
    table = grid_of(methods_section(material, a_ledger(material)).blocks, "protocols")
    told = {line.head for line in table.lines if f"Also learned {TAUGHT}" in line.cells[0].plain}
    assert told == {"pair", "thesis-1"}
    cards = {run.name: model_card(run, material, a_ledger(material)) for run in material.runs}
    assert {name for name, card in cards.items() if f"| Also learned | {TAUGHT} |" in card} == told
    assert {run["name"] for run in study_record(material)["runs"] if run["taught"]} == told


def test_help_that_all_had_or_none_had_is_not_told_as_an_advantage() -> None:
    assert "also learned" not in summary_of(a_material())
    material = a_material()
    everyone = with_runs(material, {run.name for run in material.runs}, taught=TAUGHT)
    assert "also learned" in summary_of(everyone) and "no such help" not in summary_of(everyone)


def a_run(family: str, **settings: Any) -> StudyMaterial:
    """Make a study of one run on folds that learn from 455 and 450 films, 240 and 235 examinations."""
    folds = tuple(FoldSize(n, 190, 235 + 5 * (n == 1), 450 + 5 * (n == 1), 90, 110, 220) for n in (2, 1))
    run = ProtocolRun("pair", "pair", family, "t", "s", settings, "", None, None, 1.0)
    return a_light_material(runs=(run,), folds=folds)


def test_a_batch_that_holds_a_whole_fold_is_named() -> None:
    material = a_run("film", batch=1600, epochs=40)
    note = "batch 1,600 is more than the 455 films of a fold: one step an epoch, 40 in all"
    assert words_of(step_words(material, 0)) == note
    assert f"pair had few steps to learn in: {note}." in summary_of(material)
    table = grid_of(methods_section(material, a_ledger(material)).blocks, "protocols")
    assert f"Steps: {note}" in table.lines[0].cells[0].plain
    assert f"| Steps | {note} |" in model_card(material.runs[0], material, a_ledger(material))


@pytest.mark.parametrize(
    ("family", "settings", "said"),
    [
        ("film", {"batch": 455, "epochs": 40}, "as many as the 455 films"),
        ("film", {"batch": 454, "epochs": 40}, None),
        ("film", {"batch": 1600, "epochs": 40, "augmentation": "eightfold"}, None),
        ("film", {"batch": 4000, "epochs": 40, "augmentation": "eightfold"}, "in eight views each"),
        (
            "pair",
            {"batch": 300, "epochs": 40, "patience": 3},
            "the 240 examinations of a fold: one step an epoch, at most 40",
        ),
        ("pair", {"batch": 32, "epochs": 40, "patience": 3}, None),
        ("forest", {}, None),
    ],
)
def test_steps_are_counted_in_what_fills_a_batch(family: str, settings: dict[str, Any], said: str | None) -> None:
    words = step_words(a_run(family, **settings), 0)
    assert (words is None) if said is None else (said in words_of(words))
