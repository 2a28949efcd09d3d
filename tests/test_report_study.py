import csv
import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from tests.test_report_study_samples import NOISE, a_comparison, a_ledger, a_light_material, a_material, a_picture

from radunion.errors import UsageError
from radunion.evaluation.blinds import BLINDS
from radunion.evaluation.compare import Row
from radunion.report.study.blocks import Cell, Grid, Heading, Line, figures_in, grids_in, slug
from radunion.report.study.cards import card_names
from radunion.report.study.cases import LARGEST, cases_section
from radunion.report.study.checklist import ITEMS, TO_FILL, checklist_grid
from radunion.report.study.curves import LearningPanel
from radunion.report.study.diagrams import FlowDiagram, studied
from radunion.report.study.export import csv_text, tex, tex_document, tex_text
from radunion.report.study.grids import reader_grids
from radunion.report.study.ledger import ledger_of
from radunion.report.study.material import StudyMaterial
from radunion.report.study.opening import opening
from radunion.report.study.record import study_record
from radunion.report.study.ways import endpoint_grid, question_grid, run_of, three_ways
from radunion.report.study.write import study_sections, write_study_report

VOID = ("meta", "img", "br")


class Page(HTMLParser):
    """Collect what a page fetches, its identifiers, what it says with and without a pointer, and open tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.fetched: list[str] = []
        self.pointed: list[tuple[str, str]] = []
        self.bare: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.ids += [said["id"] or ""] if "id" in said else []
        self.fetched += [said[key] or "" for key in ("src", "href", "xlink:href") if key in said]
        if tag not in VOID:
            self.open.append((tag, said.get("data-at")))
            if said.get("data-at"):
                self.pointed.append((said["data-at"] or "", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if any(at for _, at in self.open):
            at, text = self.pointed[-1]
            self.pointed[-1] = (at, text + data)
        else:
            self.bare.append((tuple(tag for tag, _ in self.open), data))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write one report, with the leaking split beside it, for the tests that only read it."""
    out = tmp_path_factory.mktemp("study") / "out"
    leaking = a_comparison({name: width * 0.6 for name, width in NOISE.items()})
    write_study_report(out, a_material(by_image=leaking))
    return out


def a_real_material() -> StudyMaterial:
    return a_light_material(simulated=False, about={}, history=a_material().history[:30])


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a report of few figures on data that are not simulated, without the leaking split."""
    out = tmp_path_factory.mktemp("light")
    write_study_report(out, a_real_material())
    return out


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def resolve(folder: Path, at: str, read: dict[str, Any]) -> Any:
    """Follow a JSON pointer into one of the files beside the page."""
    file, _, pointer = at.partition("#")
    if file not in read:
        read[file] = json.loads((folder / file).read_text(encoding="utf-8"))
    value = read[file]
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def numbers_in(text: str) -> list[float]:
    return [
        float(one.replace(",", "")) for one in re.findall(r"[-+]?\d[\d,]*\.?\d*(?:e-?\d+)?", text.replace("−", "-"))
    ]


def printed_as(text: str, exact: float) -> bool:
    """Say whether a number is printed to its last digit, as it is or in percent."""
    found = re.search(r"\d[\d,]*(?:\.(\d+))?", text)
    rounding = 0.5 * 10 ** -len(found.group(1) or "") if found else 0.0
    return any(abs(numbers_in(text)[0] - value) <= rounding + 1e-9 for value in (exact, 100 * exact))


def test_page_is_whole_and_needs_no_other_file(page: Page, folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert not page.open
    assert len(page.ids) == len(set(page.ids)) > 50
    assert all(one.startswith(("#", "data:image/png")) for one in page.fetched)
    assert {one[1:] for one in page.fetched if one.startswith("#")} <= set(page.ids)
    assert "<script" not in text and "url(http" not in text and "@import" not in text
    assert "Study of a &lt;made-up&gt; cohort" in text and text.count("research use only, not a medical device") >= 2
    assert re.findall(r"<svg (?!role=\"img\" aria-label=\"[^\"]+\")", text) == []


def test_every_pointed_number_equals_the_file_that_it_points_to(page: Page, folder: Path) -> None:
    read: dict[str, Any] = {}
    checked = 0
    for at, text in page.pointed:
        value = resolve(folder, at, read)
        if isinstance(value, dict):
            low, high = text.split(" to ")
            assert printed_as(low, value["low"]) and printed_as(high, value["high"]), (at, text)
        elif isinstance(value, bool):
            assert text == ("yes" if value else "no"), at
        elif isinstance(value, int | float):
            assert printed_as(text, value), (at, text, value)
        elif isinstance(value, str):
            assert text.replace("≥", ">=").lower() == value.lower(), at
        elif isinstance(value, list):
            assert numbers_in(text) == value[:8], at
        else:
            assert text == "–", at
        checked += 1
    assert checked > 1000
    assert set(read) == {"metrics.json", "metrics-by-image.json", "study.json"}


def test_no_number_of_a_table_stands_without_its_place(page: Page) -> None:
    names = "|".join(map(re.escape, (*NOISE, "thesis-1", "thesis-2", "thesis-3", "thesis-final")))
    known = re.compile(rf"{names}|95 %|18-output|(Whelan|Litrenta) 20\d\d|ICC\(\d,1\)|5 % of the bootstrap")
    in_cells = [text for tags, text in page.bare if "td" in tags or "dd" in tags]
    assert len(in_cells) > 50
    assert [text for text in in_cells if re.search(r"\d", known.sub("", text))] == []


def test_the_summary_names_numbers_only_with_their_place() -> None:
    material = a_material()
    text = "".join(str(block.text) for block in opening(material, a_ledger(material)).blocks if hasattr(block, "text"))
    loose = re.sub(r"<[^>]+>", "", re.sub(r"<span data-at=[^>]+>.*?</span>", "", text))
    names = "|".join(map(re.escape, (*NOISE, "thesis-1", "thesis-2", "thesis-3")))
    assert re.findall(r"\d+", re.sub(rf"{names}|95 %|18-output|±1", "", loose)) == []


def test_metrics_are_those_of_the_comparison(light: Path, folder: Path) -> None:
    assert (folder / "metrics.json").read_text(encoding="utf-8") == a_comparison().to_json()
    assert (folder / "metrics-by-image.json").exists()
    assert (light / "metrics.json").exists() and not (light / "metrics-by-image.json").exists()


def test_baselines_come_before_the_protocols() -> None:
    material = a_material()
    for section in study_sections(material, a_ledger(material)):
        for grid in grids_in(section.blocks):
            kinds = [line.kind for line in grid.lines if line.kind in ("blind", "model")]
            assert kinds == sorted(kinds)


def test_summary_says_what_the_best_beats_and_what_did_not_run() -> None:
    material = a_material()
    text = _words(material)
    assert "the best protocol in mean cortex kappa is pair: " in text
    assert "It beats every no-image baseline" in text
    assert "Not shown to beat every baseline in mean cortex kappa: lenet (5 epochs, not converged)" in text
    assert "thesis-3 did not run: needs RadImageNet" in text
    assert "thesis-2@Mixed_7a (a form of thesis-2)" in text
    assert "blind-view, which looks at no film, has 0." in text
    assert "simulated examinations" in text
    assert "simulated" not in _words(replace(material, simulated=False))


def test_summary_of_a_poor_protocol_says_that_it_is_not_shown_to_beat_the_blinds() -> None:
    text = _words(a_material(a_comparison({"noise": 9.0})))
    assert "It is not shown to beat every no-image baseline" in text
    assert "It beats every no-image baseline" not in text


def test_a_study_of_blinds_alone_says_so() -> None:
    material = a_light_material(a_comparison({}, n=60), coverage=(), worst=(), readers=())
    assert "Only no-image baselines ran" in _words(material)
    sections = study_sections(material, a_ledger(material))
    headings = {block.text for section in sections for block in section.blocks if isinstance(block, Heading)}
    assert "Worst cases" not in {section.title for section in sections}
    assert "Its endpoints" in headings
    assert headings.isdisjoint({"Readers beside the model", "Receiver operating curves", "Sets and intervals"})


def test_a_study_split_by_film_is_never_called_honest() -> None:
    material = a_material(unit="image")
    ledger = a_ledger(material)
    assert "split by film, on purpose" in _words(material)
    assert "split by film, on purpose" not in _words(a_material())
    headings = three_ways(ledger, None, unit="image").headings
    assert not any(one.startswith("Honest:") for one in headings)
    assert sum(one.startswith("Honest:") for one in three_ways(ledger, None, unit="patient").headings) == 2


def test_three_ways_stand_side_by_side(folder: Path) -> None:
    with (folder / "tables" / "three-ways.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    compared = a_comparison()
    assert [row[0] for row in rows[1:]] == list(compared.protocols)
    kappa = compared.find("pair", "kappa", "cortices", "mrust")
    assert kappa is not None and rows[0][1].startswith("Seed’s way") and "split by film" in rows[0][1]
    assert rows[-1][-3:] == [str(kappa.estimate), str(kappa.low), str(kappa.high)]


def test_questions_are_answered_beside_the_blind_or_not_run() -> None:
    material = a_material()
    lines = question_grid(material, a_ledger(material)).lines
    first, second, third = ([cell.plain for cell in line.cells] for line in lines)
    assert first[0] == "thesis-1 − lenet (5 epochs, not converged)" and first[2].startswith("yes")
    assert second[0] == "thesis-2@Mixed_7a − thesis-1"
    assert "thesis-1 beats blind-site" in second[3]
    assert "lenet (5 epochs, not converged) is not shown to beat blind-site" in first[3]
    assert third[0] == "thesis-3: not run" and third[1:] == ["not run"] * 3


def test_a_variant_stands_for_its_plain_protocol_only_where_that_did_not_run() -> None:
    material = a_material()
    ledger = a_ledger(material)
    assert run_of(material, ledger, "thesis-2") == "thesis-2@Mixed_7a"
    assert run_of(material, ledger, "thesis-1") == "thesis-1"
    assert run_of(material, ledger, "thesis-final") is None


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.76, 0.79, "above"), (0.70, 0.74, "below"), (0.72, 0.78, "not decided")]
)
def test_an_endpoint_is_judged_by_the_interval(low: float, high: float, said: str) -> None:
    compared = a_comparison()
    rows = [
        replace(row, estimate=(low + high) / 2, low=low, high=high)
        if (row.protocol, row.metric) == ("pair", "seed18-macro")
        else row
        for row in compared.rows
    ]
    material = a_material(replace(compared, rows=tuple(rows)))
    grid = endpoint_grid(material, a_ledger(material), None)
    line = next(one for one in grid.lines if one.head == "pair")
    assert line.cells[grid.headings.index("0.75")].text == said


def test_ledger_finds_what_a_comparison_finds_and_turns_differences_round() -> None:
    compared = a_comparison()
    ledger = ledger_of(compared, "metrics.json")
    for row in compared.rows[::7]:
        assert ledger.find(row.protocol, row.metric, row.scope, row.scale) == row
        assert compared.rows[int(ledger.at(row).rsplit("/", 1)[1])] == row
    assert ledger.find("pair", "nothing", "cortices", "mrust") is None
    forward = ledger.paired("pair", "thesis-1", "kappa", "cortices", "mrust")
    turned = ledger.paired("thesis-1", "pair", "kappa", "cortices", "mrust")
    assert forward is not None and turned is not None
    assert forward.row == turned.row and (forward.verdict, turned.verdict) == ("better", "worse")
    assert ledger.best_model() == "pair" and ledger.strongest_blind() in BLINDS


def test_csv_holds_exact_numbers_and_latex_the_printed_ones(folder: Path) -> None:
    with (folder / "tables" / "comparison-mrust.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kappa = a_comparison().find("pair", "kappa", "cortices", "mrust")
    assert kappa is not None
    assert float(rows[-1]["Cortex kappa"]) == kappa.estimate and float(rows[-1]["Cortex kappa, low"]) == kappa.low
    text = (folder / "tables" / "comparison-mrust.tex").read_text(encoding="utf-8")
    assert f"pair & {kappa.estimate:.2f} ({kappa.low:.2f} to {kappa.high:.2f})" in text
    assert r"thesis-2@Mixed\_7a" in text and r"within $\pm$1" in text and r"\toprule" in text


def test_latex_is_escaped_and_every_line_has_its_cells(folder: Path) -> None:
    assert tex("50 % of a_b & c ≥ {1} \\ −2 <x>") == (
        r"50 \% of a\_b \& c $\geq$ \{1\} \textbackslash{} $-$2 \textless{}x\textgreater{}"
    )
    every = (folder / "tables" / "all.tex").read_text(encoding="utf-8")
    files = sorted((folder / "tables").glob("*.tex"))
    assert len(files) > 25
    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.name == "all.tex":
            continue
        assert rf"\input{{{path.name}}}" in every
        rows = [line for line in text.splitlines() if line.endswith(r"\\")]
        assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1, path.name
        assert re.findall(r"(?<!\\)[#$%_]", re.sub(r"\$[^$ ]+\$|^%.*$", "", text, flags=re.M)) == [], path.name
        assert all(ord(letter) < 0x2000 for letter in text), path.name
    assert every.count(r"\begin{table}") == every.count(r"\end{table}") == len(files) - 1


def test_a_table_without_intervals_has_one_column_a_heading() -> None:
    grid = Grid("g", "c", "Who", ("One", "Two"), (Line("a", (Cell("1.0", value=1.04), Cell("–"))),))
    assert csv_text(grid) == "Who,One,Two\na,1.04,–\n"
    assert r"\begin{tabular}{lrr}" in tex_text(grid)
    assert r"\input{g.tex}" in tex_document([grid])


def test_every_figure_is_an_svg_and_a_table(folder: Path) -> None:
    names = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert names == {path.stem for path in (folder / "figures").glob("*.csv")}
    assert {"flow", "protocol", "endpoints", "kappa-cortices-mrust", "learning-loss-thesis-1", "altman-mrust"} <= names
    assert all(path.read_text(encoding="utf-8").startswith("<?xml") for path in (folder / "figures").glob("*.svg"))
    material = a_material()
    sections = study_sections(material, a_ledger(material))
    drawn = [figure.name for section in sections for figure in figures_in(section.blocks)]
    assert len(drawn) == len(set(drawn)) == len(names)


def test_learning_panel_draws_a_faint_line_a_fold_and_a_bold_mean() -> None:
    material = a_material()
    records = tuple(one for one in material.history if one.protocol == "thesis-1")
    lines = LearningPanel("x", "", "thesis-1", "loss", records).plot().axes[0].lines
    assert sorted(line.get_linewidth() for line in lines) == [0.7] * 6 + [2] * 2
    bold = next(line for line in lines if line.get_label() == "held out")
    last = [one.held_loss for one in records if one.epoch == 30]
    assert np.asarray(bold.get_ydata())[-1] == pytest.approx(np.mean([one for one in last if one is not None]))


def test_mean_curve_ends_where_the_shortest_fold_ends() -> None:
    records = tuple(
        one for one in a_material().history if one.protocol == "thesis-1" and (one.fold, one.epoch) < (3, 11)
    )
    lines = LearningPanel("x", "", "thesis-1", "loss", records).plot().axes[0].lines
    assert [len(np.asarray(line.get_xdata())) for line in lines if line.get_linewidth() == 2] == [10, 10]


def test_every_run_has_a_card_that_leaves_to_the_user_what_only_the_user_knows(folder: Path) -> None:
    names = card_names(a_material())
    assert len(set(names.values())) == len(NOISE) + len(BLINDS)
    assert {path.name for path in (folder / "cards").iterdir()} == set(names.values())
    text = (folder / "cards" / names["thesis-2@Mixed_7a"]).read_text(encoding="utf-8")
    assert "Simulated data" in text and "research use only, not a medical device" in text
    assert "form of `thesis-2`" in text
    assert f"- Funding: {TO_FILL}" in text and f"- Contact: {TO_FILL}" in text
    assert "- Ethics approval: Not needed: simulated." in text
    kappa = a_comparison().find("thesis-2@Mixed_7a", "kappa", "cortices", "mrust")
    assert kappa is not None and f"{kappa.estimate:.2f} (" in text


def test_two_runs_never_share_a_card() -> None:
    material = a_material()
    twins = (replace(material.runs[0], name="a b"), replace(material.runs[0], name="a-b"))
    assert card_names(replace(material, runs=twins)) == {"a b": "a-b.md", "a-b": "a-b-2.md"}
    assert slug("thesis-2@Mixed_7a (x)") == "thesis-2-mixed-7a-x"


def test_checklist_has_every_item_and_answers_from_the_run() -> None:
    material = a_material()
    assert [one.number for one in ITEMS] == list(range(1, 45))
    answers = {line.head: line.cells[1].plain for line in checklist_grid(material, a_ledger(material)).lines}
    assert answers["19"].startswith("3 folds, dealt out by patient, seed 7")
    assert answers["34"] == answers["44"] == TO_FILL
    assert "no patient" in answers["7"]
    real = replace(material, simulated=False, about={"funding": "None."}, readers=())
    answers = {line.head: line.cells[1].plain for line in checklist_grid(real, a_ledger(real)).lines}
    assert answers["7"] == TO_FILL and answers["44"] == "None." and answers["18"].startswith("Not measured")


def test_record_holds_no_picture_and_no_number_that_json_lacks() -> None:
    material = a_material()
    broken = replace(material.history[0], held_loss=float("nan"))
    record = study_record(replace(material, history=(broken,)))
    assert record["history"][0]["held_loss"] is None
    assert set(record["worst"][0]) == {"protocol", "line", "scale", "reference", "predicted", "cortices", "fixation"}
    assert record["gaps"][1]["gap"] == pytest.approx(0.1)
    assert len(record["seed_study"]["differences"]) == 10
    json.dumps(record, allow_nan=False)


def test_worst_cases_show_films_and_say_when_they_are_left_out() -> None:
    material = a_material()
    section = cases_section(material)
    assert section is not None
    first, _, third = section.blocks[0].cases  # type: ignore[union-attr]
    assert [alt for alt, _ in first.films] == [
        "AP film, examination at line 12",
        "Lateral film, examination at line 12",
    ]
    assert len(third.films) == 1
    heavy = a_picture() + b"0" * LARGEST
    section = cases_section(replace(material, worst=(replace(material.worst[0], ap=heavy), material.worst[1])))
    assert section is not None
    left_out, kept = section.blocks[0].cases  # type: ignore[union-attr]
    assert left_out.films == () and "left out" in left_out.without
    assert len(kept.films) == 2 and not kept.without
    bare = replace(material.worst[0], ap=None, lateral=None)
    section = cases_section(replace(material, worst=(bare,)))
    assert section is not None and section.blocks[0].cases[0].without == "No film is shown."  # type: ignore[union-attr]
    assert cases_section(replace(material, worst=())) is None


def test_a_film_that_is_no_png_is_refused() -> None:
    material = a_material()
    with pytest.raises(UsageError, match="small picture of a film must be PNG"):
        cases_section(replace(material, worst=(replace(material.worst[0], ap=b"GIF89a"),)))


def test_errors_stand_before_and_after_calibration(folder: Path) -> None:
    with (folder / "tables" / "calibration-mrust.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["Protocol"] for row in rows[-2:]] == ["pair", "pair, calibrated"]
    brier = a_comparison().find("pair, calibrated", "brier", "union", "mrust")
    assert brier is not None and float(rows[-1]["Brier score, union"]) == brier.estimate


def test_flow_puts_parts_side_by_side_and_knows_what_the_folds_are_made_of() -> None:
    material = a_material()
    boxes = FlowDiagram("flow", "", material.flow).plot().axes[0].patches
    tops = [round(box.get_y(), 3) for box in boxes if isinstance(box, Rectangle)]
    assert tops == sorted(tops) and len(tops) == 5 and len(set(tops)) == 4
    assert studied(material) == material.flow[2]
    assert studied(replace(material, flow=())) is None


def test_subgroups_have_tables_with_their_sizes(folder: Path) -> None:
    with (folder / "tables" / "by-arm-kappa-mrust.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    row = a_comparison().find("pair", "kappa", "cortices|arm=late", "mrust")
    assert row is not None
    assert float(rows[-1]["late"]) == row.estimate
    assert rows[0]["Protocol"] == "Examinations" and int(rows[0]["late"]) == row.exams


def test_a_metric_without_a_table_of_its_own_is_still_shown() -> None:
    compared = a_comparison({"pair": 0.5}, n=60)
    extra = Row("pair", "new-metric", "total", "mrust", 0.123, None, None, 5, 5)
    material = a_light_material(replace(compared, rows=(*compared.rows, extra)))
    grids = {grid.name: grid for one in study_sections(material, a_ledger(material)) for grid in grids_in(one.blocks)}
    assert "new metric, total" in grids["others-mrust"].headings


def test_readers_stand_beside_the_model_that_was_compared_with_them() -> None:
    material = a_material()
    levels, differences = reader_grids(material.readers, a_ledger(material), "pair")
    assert [line.head for line in levels.lines] == ["readers", "pair | readers"]
    assert [cell.mark for line in differences.lines for cell in line.cells] == ["better"]
    (alone,) = reader_grids(material.readers[:1], a_ledger(material), "pair")
    kappa = material.comparison.find("pair", "kappa", "cortices", "mrust")
    assert kappa is not None
    assert [(line.head, line.cells[0].value) for line in alone.lines] == [("readers", 0.71), ("pair", kappa.estimate)]


def test_simulated_data_are_called_simulated_and_real_data_are_not(light: Path, folder: Path) -> None:
    assert "<strong>Simulated data.</strong>" in (folder / "report.html").read_text(encoding="utf-8")
    text = (light / "report.html").read_text(encoding="utf-8")
    shown = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    assert "imulated" not in shown


def test_same_material_same_bytes(tmp_path: Path, light: Path) -> None:
    again = write_study_report(tmp_path, a_real_material())
    assert again.read_bytes() == (light / "report.html").read_bytes()


def test_a_bare_study_is_written(tmp_path: Path) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("flow", "findings", "folds", "runs", "skipped", "history", "gaps", "reliability", "coverage", "roc", "worst"),
        (),
    )
    material = a_material(
        a_comparison({"pair": 0.5}, n=60, rust=0), **nothing, readers=(), cohort={}, about={}, provenance={}
    )
    page = Page(write_study_report(tmp_path, material).read_text(encoding="utf-8"))
    assert not page.open


@pytest.mark.slow
def test_fourteen_protocols_are_written_in_half_a_minute_on_a_page_of_less_than_8_mb(tmp_path: Path) -> None:
    compared = a_comparison({f"protocol-{number}": 0.4 + 0.1 * number for number in range(11)}, n=400)
    material = _long(a_material(compared, by_image=compared))
    start = time.perf_counter()
    page = write_study_report(tmp_path, material)
    assert time.perf_counter() - start < 30
    assert page.stat().st_size < 8_000_000


def _long(material: StudyMaterial) -> StudyMaterial:
    """Repeat the history as ten folds of 30 epochs."""
    folds = tuple(replace(one, fold=fold) for fold in range(1, 11) for one in material.history if one.fold == 1)
    return replace(material, history=folds, k=10)


def _words(material: StudyMaterial) -> str:
    blocks = opening(material, a_ledger(material)).blocks
    return re.sub(r"<[^>]+>", "", " ".join(str(getattr(block, "text", "")) for block in blocks))
