import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from radunion.errors import UsageError
from radunion.evaluation.blinds import BLINDS, fit_blind
from radunion.evaluation.compare import Comparison, Row, compare
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.report.figures import Agreement, BlandAltman, Confusion, Intervals, LearningCurve, Reliability, svg
from radunion.report.numbers import TITLES, estimate, interval
from radunion.report.verdicts import findings, verdict
from radunion.report.words import summary
from radunion.report.write import write_report

NOTICE = "Research use only. Not a medical device."
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
HISTORY = [{"epoch": float(epoch), "train_loss": 4 / epoch, "validation_loss": 5 / epoch} for epoch in (1, 2, 3)]


def comparison(*, noise: float = 0.6, n: int = 120, rust: bool = True) -> Comparison:
    """Compare a noisy model with the blinds on a made-up cohort."""
    random = np.random.default_rng(0)
    visit = random.integers(0, 3, n)
    levels = np.clip(np.round(random.normal(1.6 + 0.7 * visit, 0.9)), 1, 4).astype(np.int64)[:, None].repeat(4, axis=1)
    on_rust = np.full(n, rust) & (random.random(n) < 0.4)
    labels = Reference(
        np.arange(n),
        np.array([f"p{row}" for row in random.integers(0, n, n)]),
        np.where(on_rust, "north", "south"),
        visit.astype(np.str_),
        np.where(on_rust, "rust", "mrust"),
        np.where(on_rust[:, None], np.minimum(levels, 3), levels),
        np.ones((n, 4), dtype=np.int64),
        np.ones((n, 4), dtype=bool),
        "metrc",
    )
    seen = levels + random.normal(0, noise, levels.shape)
    shares = np.exp(-((seen[..., None] - np.arange(1, 5)) ** 2))
    pair = JointLevels(np.ones((n, 1)), (shares / shares.sum(axis=-1, keepdims=True))[:, None], np.ones((n, 4)))
    blinds: dict[str, JointLevels] = {
        kind: fit_blind(kind, labels).predict(sites=labels.sites, visits=labels.visits) for kind in BLINDS
    }
    return compare(labels, {**blinds, "pair": pair}, seed=0, replicates=60)


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return comparison()


def write(folder: Path, compared: Comparison, **changes: Any) -> str:
    plain: dict[str, Any] = {
        "title": "A <first> report",
        "comparison": compared,
        "cohort_summary": {"Patients": 7, "Levels": [{"Visit": "3m", "Score 1": 4, "Score 4": None}]},
        "history": HISTORY,
        "pictures": [("One pair", PNG)],
        "provenance": {"seed": 3, "versions": {"radunion": "0.1.0"}},
        "notice": NOTICE,
        "simulated": True,
    }
    return write_report(folder / "out", **{**plain, **changes}).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, compared: Comparison) -> Path:
    """Write one report for the tests that only read it."""
    place = tmp_path_factory.mktemp("report")
    write(place, compared)
    return place / "out"


@pytest.fixture
def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Collect the tags left open, the identifiers, and what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img"):
            self.open.append(tag)
        for key, value in attrs:
            self.ids += [value or ""] if key == "id" else []
            self.fetched += [value or ""] if key in ("src", "href", "xlink:href") else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "img"):
            assert self.open.pop() == tag


def test_page_is_whole_and_needs_no_other_file(page: str) -> None:
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    assert len(tags.ids) == len(set(tags.ids)) > 0
    assert all(one.startswith(("#", "data:image/")) for one in tags.fetched)
    assert "url(http" not in page and "@import" not in page
    assert page.count(NOTICE) == 2
    assert "A &lt;first&gt; report" in page


def test_every_printed_number_is_a_row_of_metrics_json(folder: Path, page: str) -> None:
    rows = json.loads((folder / "metrics.json").read_text())["rows"]
    known = {row["estimate"] for row in rows}
    printed = [float(value) for value in re.findall(r'data-value="([^"]+)"', page)]
    assert len(printed) > 100
    assert set(printed) <= known
    cells = re.findall(r'data-value="([^"]+)"[^>]*>([^<%p]+)', page)
    for exact, text in cells:
        value = float(text.replace("−", "-"))
        assert abs(value - float(exact)) <= 0.0051 or abs(value - 100 * float(exact)) <= 0.51


def test_baselines_come_before_the_model(page: str) -> None:
    places = [page.index(f'<th scope="row">{name}</th>') for name in (*BLINDS, "pair")]
    assert places == sorted(places)


def test_simulated_data_are_called_simulated_and_real_data_are_not(
    tmp_path: Path, page: str, compared: Comparison
) -> None:
    assert "Simulated data." in page
    real = write(tmp_path, compared, simulated=False)
    assert "Simulated data." not in real and "simulated examinations" not in real


def test_seed_metric_is_marked_inflated(page: str) -> None:
    assert '<span class="tag">inflated</span>' in page


def test_same_comparison_same_bytes(tmp_path: Path, page: str, compared: Comparison) -> None:
    assert write(tmp_path, compared) == page


def test_report_without_model_history_or_pictures_is_written(tmp_path: Path, page: str, compared: Comparison) -> None:
    blinds = Comparison(**{**vars(compared), "protocols": BLINDS})
    bare = write(tmp_path, blinds, history=[], pictures=[])
    assert "Only no-image baselines were evaluated" in bare
    assert "<h2>Training</h2>" not in bare and "<h2>Films</h2>" not in bare
    assert "<h2>Training</h2>" in page and "<h2>Films</h2>" in page


def test_report_refuses_an_unknown_model_and_a_file_that_is_no_picture(tmp_path: Path, compared: Comparison) -> None:
    with pytest.raises(UsageError, match=r"the report is about one of blind-view.*found 'mole'"):
        write(tmp_path, compared, model="mole")
    with pytest.raises(UsageError, match="PNG or JPEG, found bytes"):
        write(tmp_path, compared, pictures=[("x", b"GIF89a")])


def test_words_say_that_a_good_model_beats_every_baseline(compared: Comparison) -> None:
    text = " ".join(summary(compared, model="pair", simulated=True))
    kappa = compared.find("pair", "kappa", "cortices", "mrust")
    assert "It beats every no-image baseline" in text
    assert f"mean cortex kappa of {estimate(kappa)} (95 % interval {interval(kappa)})" in text
    assert "simulated examinations" in text
    assert "simulated" not in " ".join(summary(compared, model="pair", simulated=False))


def test_words_say_that_a_poor_model_does_not() -> None:
    poor = comparison(noise=6.0, rust=False)
    text = " ".join(summary(poor, model="pair", simulated=True))
    assert "It is not shown to beat every no-image baseline" in text
    assert {one.verdict for one in findings(poor, model="pair", scale="mrust")} >= {"worse"}


@pytest.mark.parametrize(
    ("metric", "low", "high", "expected"),
    [
        ("difference:kappa", 0.1, 0.2, "better"),
        ("difference:kappa", -0.2, -0.1, "worse"),
        ("difference:kappa", -0.1, 0.1, "unclear"),
        ("difference:mae", -0.2, -0.1, "better"),
        ("difference:mae", 0.1, 0.2, "worse"),
        ("difference:bias", 0.1, 0.2, "unclear"),
        ("difference:mae", None, None, "unclear"),
    ],
)
def test_verdict_knows_which_way_is_better(metric: str, low: float | None, high: float | None, expected: str) -> None:
    assert verdict(Row("a - b", metric, "total", "mrust", 0.0, low, high, 5, 5)) == expected


def test_numbers_are_written_with_signs_units_and_gaps() -> None:
    def row(metric: str, value: float | None, low: float | None = None, high: float | None = None) -> Row:
        return Row("a", metric, "total", "mrust", value, low, high, 5, 5)

    assert estimate(row("mae", 1.234)) == "1.23"
    assert estimate(row("within-1", 0.456)) == "46 %"
    assert estimate(row("difference:within-1", -0.05)) == "−5 points"
    assert estimate(row("difference:kappa", 0.1)) == "+0.10"
    assert interval(row("difference:kappa", 0.1, -0.1, 0.3)) == "−0.10 to +0.30"
    assert estimate(row("mae", None)) == interval(row("mae", None)) == "–"
    assert estimate(row("bias", -0.001)) == "0.00"


def test_every_metric_has_a_title(compared: Comparison) -> None:
    assert set(TITLES) == {row.metric.removeprefix("difference:") for row in compared.rows}


def test_figures_draw_what_their_tables_hold(compared: Comparison) -> None:
    counts = tuple(one for one in compared.counts.pairs if (one.protocol, one.scale) == ("pair", "mrust"))
    totals = tuple(one for one in counts if one.scope == "total")
    medial = tuple(one for one in counts if one.scope == "medial")
    bins = tuple(one for one in compared.counts.union if (one.protocol, one.scale) == ("pair", "mrust"))
    rows = tuple(row for row in compared.rows if (row.metric, row.scope, row.scale) == ("kappa", "medial", "mrust"))
    for figure in (
        Agreement("one", "", totals, "mrust"),
        BlandAltman("two", "", totals, (), "mrust"),
        Reliability("three", "", bins),
    ):
        drawn = figure.plot().axes[0].collections[0].get_offsets()
        assert len(np.asarray(drawn)) == len(figure.frame()) > 3
    matrix = Confusion("four", "", medial, "mrust")
    assert sum(int(text.get_text()) for text in matrix.plot().axes[0].texts) == matrix.frame()["exams"].sum()
    forest = Intervals("five", "", rows, BLINDS)
    labels = [label.get_text() for label in forest.plot().axes[0].get_yticklabels()]
    assert labels == forest.frame()["protocol"].to_list() == list(compared.protocols)
    folds = tuple({**one, "fold": float(fold)} for fold in (0, 1) for one in HISTORY)
    curve = LearningCurve("six", "", folds)
    assert len(curve.plot().axes[0].lines) == 4
    assert len(curve.frame()) == 6


def test_svg_identifiers_carry_the_name_of_the_figure() -> None:
    text = svg(LearningCurve("mine", "", tuple(HISTORY)))
    found = re.findall(r'id="([^"]+)"', text)
    assert found and all(one.startswith("mine-") for one in found)
    targets = {one for pair in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text) for one in pair if one}
    assert targets <= set(found)
    assert "<metadata>" not in text
    assert text == svg(LearningCurve("mine", "", tuple(HISTORY)))
    assert "Epoch" in html.unescape(text)
