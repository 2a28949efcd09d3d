"""The section on heat-maps: every number in its file, the worst films shown, refused maps called refused."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.test_explain_samples import a_quality

from radunion import NOTICE
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.evaluation.heatmaps.sanity import sanity
from radunion.report.figures import svg
from radunion.report.heatmaps import heatmap_section
from radunion.report.heatmaps.sheet import ContactSheet
from radunion.report.heatmaps.words import cell_of, in_a_line, name_of, written
from radunion.report.heatmaps.write import write_heatmap_report
from radunion.report.study.blocks import Grid, Prose, figures_in, grids_in


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> HeatmapQuality:
    return a_quality(tmp_path_factory.mktemp("films"))


def grids(quality: HeatmapQuality) -> dict[str, Grid]:
    return {grid.name: grid for grid in grids_in(heatmap_section(quality).blocks)}


def at(data: Mapping[str, Any], pointer: str) -> Any:
    """Follow a pointer such as heatmaps.json#/rows/3/estimate."""
    value: Any = data
    for step in pointer.split("#/")[1].split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def test_every_number_is_the_one_at_its_place_in_the_file(quality: HeatmapQuality, tmp_path: Path) -> None:
    data = json.loads(quality.write(tmp_path).read_text())
    cells = [cell for grid in grids(quality).values() for line in grid.lines for cell in line.cells if cell.at]
    assert len(cells) > 60
    for cell in cells:
        assert cell.at is not None
        assert at(data, cell.at) == cell.value
        if cell.bounds is not None and cell.interval_at is not None:
            row = at(data, cell.interval_at)
            assert (row["low"], row["high"]) == cell.bounds


def test_the_model_stands_first_and_every_guess_beside_it(quality: HeatmapQuality) -> None:
    table = grids(quality)["heatmaps-pointing"]
    assert [line.head for line in table.lines] == [
        "teller", *map(name_of, ("centre", "fixed", "fixed-tuned", "edges", "random-weights")),
    ]  # fmt: skip
    assert [line.kind for line in table.lines] == ["model", *["blind"] * 5]
    assert table.lines[0].cells[1].text == "100 %"


def test_what_a_little_beside_the_box_changes_has_a_table_and_a_place_in_the_line(quality: HeatmapQuality) -> None:
    table = grids(quality)["heatmaps-near"]
    assert "2.5 % of the film’s height beside the box" in table.caption
    assert [line.head for line in table.lines] == [line.head for line in grids(quality)["heatmaps-pointing"].lines]
    places = [cell.at for line in table.lines for cell in line.cells]
    rows = [quality.rows[int(place.split("/")[2])] for place in places if place is not None]
    assert {row.metric for row in rows} == {"pointing-near"}
    assert len(rows) == len(places)
    assert "100 % at the cortex (" in in_a_line(quality)
    assert "), 100 % at most 2.5 % of the film’s height beside it" in in_a_line(quality)


def test_differences_are_judged_by_which_way_is_better(quality: HeatmapQuality) -> None:
    marks = {
        metric: cell_of(quality, "teller - random-order", f"difference:{metric}", "cortices").mark
        for metric in ("deletion", "insertion")
    }
    assert marks == {"deletion": "better", "insertion": "better"}


def test_refused_maps_are_called_refused(quality: HeatmapQuality) -> None:
    refused = heatmap_section(replace(quality, sanity=sanity([0.9])))
    assert refused.tag == "refused: the maps survive random weights"
    assert isinstance(refused.blocks[0], Prose)
    assert "REFUSED: they survive random weights" in refused.blocks[0].text
    passed = heatmap_section(quality)
    assert passed.tag == ""
    assert isinstance(passed.blocks[0], Prose)
    assert "They pass." in passed.blocks[0].text


def test_without_random_weights_the_page_does_not_say_that_maps_pass(tmp_path: Path) -> None:
    section = heatmap_section(a_quality(tmp_path, count=2, random=False))
    assert isinstance(section.blocks[0], Prose)
    assert "it is not shown that the maps show the model" in section.blocks[0].text


def test_the_sheet_shows_best_median_and_worst(quality: HeatmapQuality) -> None:
    (sheet,) = (one for one in figures_in(heatmap_section(quality).blocks) if isinstance(one, ContactSheet))
    table = sheet.frame()
    assert table["rank"].to_list() == ["best", "best", "median", "median", "worst", "worst"]
    titles = [axes.get_title() for axes in sheet.plot().axes]
    assert len(titles) == 6
    for title, row in zip(titles, table.iter_rows(named=True), strict=True):
        assert f"{100 * row['energy']:.0f} % inside, {'hit' if row['hit'] else 'MISS'}" in title


def test_lines_on_a_film_can_be_told_in_grey(quality: HeatmapQuality, tmp_path: Path) -> None:
    one = quality.examples[0]
    plain = ContactSheet("a", "a", (replace(one, values=np.zeros_like(one.values), boxes=()),))
    drawn = ContactSheet("b", "b", (replace(one, boxes=()),))
    greys = []
    for figure in (plain, drawn):
        figure.plot().savefig(tmp_path / f"{figure.name}.png", dpi=120)
        greys.append(np.asarray(Image.open(tmp_path / f"{figure.name}.png").convert("L"), dtype=np.int64))
    changed = np.abs(greys[0] - greys[1])
    assert (changed > 60).sum() > 200


def test_every_figure_draws_and_returns_its_table(quality: HeatmapQuality) -> None:
    figures = list(figures_in(heatmap_section(quality).blocks))
    assert [one.name for one in figures] == ["heatmaps-pointing", "heatmaps-removal", "heatmaps-sheet"]
    for figure in figures:
        assert len(figure.frame()) > 0
        assert svg(figure).startswith("<svg")
    removal = figures[1].frame()
    assert set(removal["kind"]) == {"deletion", "insertion"}
    assert set(removal["order"]) == {"teller", "random-weights", "random-order", "centre-order"}


def test_the_page_stands_alone_and_names_no_patient(quality: HeatmapQuality, tmp_path: Path) -> None:
    page = write_heatmap_report(tmp_path / "out", quality)
    text = page.read_text(encoding="utf-8")
    assert NOTICE in text
    assert "Simulated data." in text
    written_files = [one for one in (tmp_path / "out").rglob("*") if one.is_file()]
    assert {one.name for one in written_files} >= {"heatmaps.html", "heatmaps.json", "heatmaps-sheet.svg"}
    assert not [one for one in written_files if b"secret" in one.read_bytes()]


def test_numbers_are_written_in_their_unit() -> None:
    assert written(0.955, "pointing") == "96"
    assert written(-0.12, "difference:energy", signed=True) == "−12"
    assert written(0.1234, "deletion") == "0.123"
    assert written(-0.0001, "difference:insertion", signed=True) == "+0.000"


def test_what_was_not_taken_is_a_dash(quality: HeatmapQuality) -> None:
    cell = cell_of(quality, "centre", "energy", "film")
    assert (cell.text, cell.why) == ("–", "not taken")


def test_films_with_something_left_to_see_have_a_table_and_a_place_in_the_line(quality: HeatmapQuality) -> None:
    assert "heatmaps-not-remodelled" not in grids(quality)
    apart = [
        replace(row, scope=f"{row.scope}-not-remodelled", exams=7)
        for row in quality.rows
        if row.scope in ("film", "cortices")
    ]
    told = replace(quality, rows=(*quality.rows, *apart))
    table = grids(told)["heatmaps-not-remodelled"]
    assert "on the 7 films" in table.caption
    assert table.lines[0].head == "teller"
    assert "remodelled" in in_a_line(told)
    assert "remodelled" not in in_a_line(quality)
