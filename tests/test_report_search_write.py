"""A written report of a search: a page that needs no other file, its numbers, and the files beside it."""

import csv
import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from tests.test_report_search_samples import CHOSEN, a_mixed, a_regime_1, a_regime_2
from tests.test_report_study_write import Page, printed_as, resolve

from radunion.report.search.material import Axis, SearchMaterial
from radunion.report.search.record import search_record
from radunion.report.search.standing import Standing
from radunion.report.search.write import search_sections, write_search_report
from radunion.report.study.blocks import Facts, Prose, figures_in, grids_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write one report for the tests that only read it."""
    out = tmp_path_factory.mktemp("search") / "out"
    assert write_search_report(out, a_regime_1()) == out / "report.html"
    return out


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_page_is_whole_and_needs_no_other_file(page: Page, folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert not page.open
    assert len(page.ids) == len(set(page.ids)) > 50
    assert all(one.startswith(("#", "data:image/png")) for one in page.fetched)
    assert "<script" not in text and "url(http" not in text and "@import" not in text
    assert "Search of &lt;made-up&gt; heads" in text and "&lt;span" not in text
    assert text.count("research use only, not a medical device") == 2


def test_every_pointed_number_equals_the_file_that_it_points_to(page: Page, folder: Path) -> None:
    assert len(page.pointed) > 150
    assert pointed_files(page, folder) == {"search.json"}


def test_every_pointed_number_of_a_pruned_grid_with_patience_and_searched_epochs_has_its_place(tmp_path: Path) -> None:
    made = a_regime_2()
    trials = tuple(
        replace(one, values={**one.values, "epochs": 20}, state="pruned" if one.number % 4 == 3 else "complete")
        for one in made.trials[:20]
    )
    axes = (*made.axes, Axis("epochs", choices=(10, 20)))
    asked = replace(made, axes=axes, trials=trials, repeats=(), verdict=None, patience=3, pruned=True)
    page = Page(write_search_report(tmp_path, asked).read_text(encoding="utf-8"))
    shown = dict(page.pointed)
    assert shown["search.json#/standing/cells"] == "64" and shown["search.json#/patience"] == "3"
    assert shown["search.json#/standing/pruned"] == "5"
    assert pointed_files(page, tmp_path, but="/axes/2/choices") == {"search.json"}


def pointed_files(page: Page, folder: Path, *, but: str = "\0") -> set[str]:
    """Compare every pointed number with what its place holds, `but` for places that end so; return the files read."""
    read: dict[str, Any] = {}
    for at, text in page.pointed:
        if at.endswith(but):
            continue
        value = resolve(folder, at, read)
        if isinstance(value, dict):
            low, high = text.split(" to ")
            assert printed_as(low, value["low"]) and printed_as(high, value["high"]), (at, text)
        elif isinstance(value, bool):
            assert text == ("yes" if value else "no"), at
        elif isinstance(value, int | float):
            assert printed_as(text, value), (at, text, value)
        else:
            assert (text == "–") if value is None else (text == value.strip()), at
    return set(read)


def test_no_number_of_a_table_stands_without_its_place(page: Page) -> None:
    in_cells = [text for tags, text in page.bare if "td" in tags or "dd" in tags]
    assert [text for text in in_cells if re.search(r"\d", text)] == []


def test_record_holds_every_trial_with_its_rank_folds_and_epochs(folder: Path) -> None:
    material = a_regime_1()
    told = json.loads((folder / "search.json").read_text(encoding="utf-8"))
    assert told["standing"]["complete"] == 39 and told["standing"]["failed"] == 1
    best = next(one for one in told["trials"] if one["rank"] == 1)
    assert best["number"] == told["standing"]["best"] == told["verdict"]["best"]
    assert best["score"] == pytest.approx(sum(best["folds"]) / 6) and len(best["history"]) == 120
    assert told["trials"][3]["reason"] == "loss was not finite" and told["trials"][3]["score"] is None
    assert len(told["again"]) == 6 and told["again"][0]["fall"] == pytest.approx(
        best["score"] - told["again"][0]["mean"]
    )
    assert len(told["repeats"]) == len(material.repeats)


def test_record_takes_read_only_mappings_and_turns_what_is_not_finite_into_null() -> None:
    material = a_regime_1()
    trial = replace(
        material.trials[0], values=MappingProxyType({"batch": 16, "dropout": 0.1}), also={"kappa": float("nan")}
    )
    told = search_record(Standing(replace(material, trials=(trial, *material.trials[1:]))))
    assert told["trials"][0]["values"] == {"batch": 16, "dropout": 0.1}
    assert told["trials"][0]["also"] == {"kappa": None}


def test_whole_table_of_trials_is_exact(folder: Path) -> None:
    with (folder / "tables" / "trials.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    trial = a_regime_1().trials[5]
    assert len(rows) == 40 and [row["trial"] for row in rows] == [str(number) for number in range(40)]
    assert float(rows[5]["dropout"]) == trial.values["dropout"] and float(rows[5]["score"]) == trial.score
    assert [float(rows[5][f"fold {number}"]) for number in range(1, 7)] == list(trial.folds)
    assert rows[3]["state"] == "failed" and rows[3]["score"] == "" and rows[3]["reason"] == "loss was not finite"


def test_whole_table_of_trials_tells_the_process_of_each(folder: Path) -> None:
    with (folder / "tables" / "trials.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert (rows[5]["memory"], rows[5]["device"], rows[5]["worker"]) == ("1100000005", "cpu", "made-up-1")
    told = json.loads((folder / "search.json").read_text(encoding="utf-8"))
    assert told["trials"][5]["memory"] == 1_100_000_005 and told["patience"] is None


def test_work_tells_repeats_apart_and_what_is_of_one_process() -> None:
    section = next(one for one in search_sections(Standing(a_regime_1())) if one.key == "work")
    (facts,) = [block for block in section.blocks if isinstance(block, Facts)]
    shown = {title: cell.text for title, cell in facts.facts}
    assert shown["Trials: epochs"] == "12,000" and shown["Repeats: epochs"] == "3,600"
    assert shown["Trials: training, s"] == "431.2" and shown["Repeats: training, s"] == "129.4"
    assert shown["Largest memory, GB"] == "1.23" and shown["Processes that finished trials"] == "2"
    assert "all workers together" not in section.how and "of the process that wrote this page only" in section.how
    assert "What failed trials took" not in section.how


def test_failed_trials_that_tell_no_work_are_said_to_be_left_out_of_it() -> None:
    material = a_regime_1()
    trials = tuple(replace(one, epochs=0) if one.state == "failed" else one for one in material.trials)
    section = next(one for one in search_sections(Standing(replace(material, trials=trials))) if one.key == "work")
    assert "What failed trials took is not in them." in section.how


def test_first_ten_and_the_median_are_a_table_as_csv_and_latex(folder: Path) -> None:
    with (folder / "tables" / "top-ten.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    best = Standing(a_regime_1()).order[0]
    assert [row["Rank"] for row in rows] == [*(str(rank) for rank in range(1, 11)), "20 (median)"]
    assert float(rows[0]["18-output AUROC, mean"]) == best.score and int(rows[0]["Batch size"]) == best.values["batch"]
    assert r"\toprule" in (folder / "tables" / "top-ten.tex").read_text(encoding="utf-8")
    assert "Simulated data." in (folder / "tables" / "top-ten.tex").read_text(encoding="utf-8")


def test_every_figure_is_an_svg_and_a_table_and_says_simulated(folder: Path) -> None:
    names = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert names == {path.stem for path in (folder / "figures").glob("*.csv")}
    assert {"landscape", "ranks", "curves", "best-auroc18", "again", "importance", "slice-batch"} <= names
    for name in names:
        assert "Simulated data." in (folder / "figures" / f"{name}.svg").read_text(encoding="utf-8")


def test_chosen_protocol_stands_on_the_page_and_beside_it(folder: Path) -> None:
    assert (folder / "chosen.toml").read_text(encoding="utf-8") == CHOSEN
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "radunion train --protocol chosen.toml" in text and "radunion study --protocols chosen.toml" in text
    assert tomllib.loads(CHOSEN)["batch"] == 1612


@pytest.mark.parametrize("material", [a_regime_1(), a_regime_2(), a_mixed()], ids=["regime-1", "regime-2", "mixed"])
def test_names_of_files_are_never_the_same(material: SearchMaterial) -> None:
    sections = search_sections(Standing(material))
    figures = [one.name for section in sections for one in figures_in(section.blocks)]
    grids = [one.name for section in sections for one in grids_in(section.blocks)]
    assert len(set(figures)) == len(figures) and len(set(grids)) == len(grids) and "trials" not in grids


def test_pruned_trials_are_named_with_their_reason_and_many_are_folded_away() -> None:
    sections = {one.key: one for one in search_sections(Standing(a_mixed()))}
    (grid,) = grids_in(sections["work"].blocks)
    assert len(grid.lines) == 15 and grid.lines[0].cells[0].text == "pruned"
    assert "below the median of its rung" in grid.lines[0].cells[-1].text
    many = {one.key: one for one in search_sections(Standing(a_mixed(100)))}
    assert any(block.shape == "more" for block in many["work"].blocks)
    none = {one.key: one for one in search_sections(Standing(a_regime_2()))}["work"]
    words = [block.text for block in none.blocks if isinstance(block, Prose)]
    assert words == ["Every trial was completed: none was pruned, none failed."]


def test_a_search_of_which_every_trial_failed_is_written_and_an_older_report_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    for old in (tmp_path / "figures" / "landscape.svg", tmp_path / "chosen.toml"):
        old.write_text("old", encoding="utf-8")
    material = a_regime_1()
    failed = tuple(replace(one, state="failed", folds=(), history=(), also={}) for one in material.trials)
    bare = replace(
        material, trials=failed, repeats=(), verdict=None, chosen="", importance={}, simulated=False, provenance={},
        cohort={"Levels": [{"Site": "a", "Score 1": 3}, {"Site": "b", "Score 1": 4}]},
    )  # fmt: skip
    text = write_search_report(tmp_path, bare).read_text(encoding="utf-8")
    shown = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert "No trial is complete" in shown and "imulated" not in shown
    assert not list((tmp_path / "figures").iterdir()) and not (tmp_path / "chosen.toml").exists()
    assert (tmp_path / "tables" / "cohort-levels.csv").exists()
