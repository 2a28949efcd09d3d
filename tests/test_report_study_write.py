"""A written report: a page that needs no other file, its numbers, and the files beside it."""

import csv
import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.test_report_study_samples import NOISE, a_comparison, a_ledger, a_light_material, a_material

from radunion.evaluation.blinds import BLINDS
from radunion.report.study.blocks import figures_in
from radunion.report.study.cards import card_names
from radunion.report.study.checklist import TO_FILL
from radunion.report.study.export import tex
from radunion.report.study.material import StudyMaterial
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
        self.turned: list[bool] = []
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
                self.turned.append("data-turned" in said)

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


def must_equal(page: Page, folder: Path) -> set[str]:
    """Compare every number and word that has a pointer with what it points to; return the files."""
    read: dict[str, Any] = {}
    for (at, text), turned in zip(page.pointed, page.turned, strict=True):
        value = resolve(folder, at, read)
        if turned:
            value = {"low": -value["high"], "high": -value["low"]} if isinstance(value, dict) else -value
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
    return set(read)


def test_every_pointed_number_equals_the_file_that_it_points_to(page: Page, folder: Path) -> None:
    assert len(page.pointed) > 1000
    assert must_equal(page, folder) == {"metrics.json", "metrics-by-image.json", "study.json"}


def test_a_number_that_is_turned_round_is_the_opposite_of_the_file(tmp_path: Path) -> None:
    compared = a_comparison({"pair": 0.5, "thesis-1": 1.6}, n=60, rust=0)
    page = Page(write_study_report(tmp_path, a_light_material(compared)).read_text(encoding="utf-8"))
    must_equal(page, tmp_path)
    assert sum(page.turned) > 8


def test_no_number_of_a_table_stands_without_its_place(page: Page) -> None:
    names = "|".join(map(re.escape, (*NOISE, "thesis-1", "thesis-2", "thesis-3", "thesis-final")))
    known = re.compile(rf"{names}|95 %|18-output|(Whelan|Litrenta) 20\d\d|ICC\(\d,1\)|5 % of the bootstrap")
    in_cells = [text for tags, text in page.bare if "td" in tags or "dd" in tags]
    assert len(in_cells) > 50
    assert [text for text in in_cells if re.search(r"\d", known.sub("", text))] == []


def test_metrics_are_those_of_the_comparison(light: Path, folder: Path) -> None:
    assert (folder / "metrics.json").read_text(encoding="utf-8") == a_comparison().to_json()
    assert (folder / "metrics-by-image.json").exists()
    assert (light / "metrics.json").exists() and not (light / "metrics-by-image.json").exists()


def test_three_ways_stand_side_by_side(folder: Path) -> None:
    with (folder / "tables" / "three-ways.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    compared = a_comparison()
    assert [row[0] for row in rows[1:]] == list(compared.protocols)
    kappa = compared.find("pair", "kappa", "cortices", "mrust")
    assert kappa is not None and rows[0][1].startswith("Seed’s way") and "split by film" in rows[0][1]
    assert rows[-1][-4:-1] == [str(kappa.estimate), str(kappa.low), str(kappa.high)]


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


def test_every_figure_is_an_svg_and_a_table(folder: Path) -> None:
    names = {path.stem for path in (folder / "figures").glob("*.svg")}
    assert names == {path.stem for path in (folder / "figures").glob("*.csv")}
    assert {"flow", "protocol", "endpoints", "kappa-cortices-mrust", "learning-loss-thesis-1", "altman-mrust"} <= names
    assert all(path.read_text(encoding="utf-8").startswith("<?xml") for path in (folder / "figures").glob("*.svg"))
    material = a_material()
    sections = study_sections(material, a_ledger(material))
    drawn = [figure.name for section in sections for figure in figures_in(section.blocks)]
    assert len(drawn) == len(set(drawn)) == len(names)


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


def test_errors_stand_before_and_after_calibration(folder: Path) -> None:
    with (folder / "tables" / "calibration-mrust.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["Protocol"] for row in rows[-2:]] == ["pair", "pair, calibrated"]
    brier = a_comparison().find("pair, calibrated", "brier", "union", "mrust")
    assert brier is not None and float(rows[-1]["Brier score, union"]) == brier.estimate


def test_subgroups_have_tables_with_their_sizes(folder: Path) -> None:
    with (folder / "tables" / "by-arm-kappa-mrust.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    row = a_comparison().find("pair", "kappa", "cortices|arm=late", "mrust")
    assert row is not None
    assert float(rows[-1]["late"]) == row.estimate
    assert rows[0]["Protocol"] == "Examinations" and int(rows[0]["late"]) == row.exams


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
