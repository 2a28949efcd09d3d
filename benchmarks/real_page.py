"""The page on real films, one HTML file that needs no other, and its numbers beside it as metrics.json."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.heatmaps_real import BOXED
from benchmarks.real_failures import failures_section
from benchmarks.real_fractures import ALL, BARE, CONTROLS, fracture_section
from benchmarks.real_hardware import hardware_section
from benchmarks.real_looks import Looked
from benchmarks.real_measures import SEED, Numbers, counted
from benchmarks.real_pictures import shower
from benchmarks.real_pointing import pointing_section
from benchmarks.real_stability import AIM, BUT_NEGATIVE, EVERY, stability_section
from benchmarks.real_transforms import HARMLESS, Act, Transform
from benchmarks.real_views import side_section, view_section
from radunion import NOTICE
from radunion.evaluation.bootstrap import REPLICATES
from radunion.evaluation.compare import Row
from radunion.report.figures import svg
from radunion.report.study.blocks import Block, Cell, Facts, Grid, Line, Prose, Section, figures_in
from radunion.report.write import environment
from radunion.scoring import Bundle

DEVELOPMENT, OTHER = "development films", "films of another folder"
PAGE, NUMBERS = "real-films.html", "metrics.json"
_WARNINGS = {
    DEVELOPMENT: "The project was built while looking at these films, and choices were made on them: a number here is "
    "no estimate of how the model does on other films.",
    OTHER: "Whether choices were made while looking at these films is not known here.",
}
_ABOVE = 1e-9
"""What a difference is at least that is above 0."""
_UNLABELLED = (
    "No healing label is used: that the score of a healing fracture is right cannot be seen here, only that some "
    "things are not wrong."
)


@dataclass(frozen=True)
class _Page:
    title: str
    notice: str
    simulated: bool = False


@dataclass(frozen=True)
class _Aim:
    """Hold one thing that is hoped for: the row that shows it, and the value it should have at least, or at most."""

    name: str
    row: Row | None
    value: float
    least: bool
    words: str

    def reached(self) -> str:
        """Say whether the estimate reaches the aim, and whether its whole interval does."""
        if self.row is None or self.row.estimate is None:
            return "not measured"
        worst = self.row.low if self.least else self.row.high
        if not self._meets(self.row.estimate):
            return "no"
        return "yes" if worst is not None and self._meets(worst) else "yes, but not for certain"

    def _meets(self, value: float) -> bool:
        return value >= self.value if self.least else value <= self.value


def write_page(
    out: Path,
    bundle: Bundle,
    looked: Sequence[Looked],
    *,
    acts: Mapping[Transform, Act] = HARMLESS,
    films: str = DEVELOPMENT,
) -> Path:
    """Write real-films.html and metrics.json into the folder `out`; return the path of the page.

    `looked` was looked at with `acts`; `films` is what the films are called, DEVELOPMENT or OTHER. The page shows small
    pictures of films, so `out` lies outside of the repository.
    """
    numbers, show, name = Numbers(), shower(bundle), bundle.card.name
    found = (
        view_section(bundle, looked, numbers, show),
        side_section(bundle, looked, numbers),
        fracture_section(name, looked, numbers, mapped=bundle.card.heatmap == "evidence"),
        pointing_section(bundle, [one.examination for one in looked], numbers),
        hardware_section(name, looked, numbers),
        stability_section(name, looked, acts, numbers, show),
        failures_section(looked, show),
    )
    sections = (_opening(bundle, looked, numbers, films), *found)
    drawn = {figure.name: svg(figure) for section in sections for figure in figures_in(section.blocks)}
    page = _Page(f"{name} on real {films}", f"{films.capitalize()}. For {NOTICE}.")
    text = environment().get_template("study.html").render(material=page, sections=sections, drawn=drawn)
    out.mkdir(parents=True, exist_ok=True)
    (out / NUMBERS).write_text(json.dumps(record(bundle, looked, numbers, films), indent=1, allow_nan=False) + "\n")
    (out / PAGE).write_text(text, encoding="utf-8")
    return out / PAGE


def record(bundle: Bundle, looked: Sequence[Looked], numbers: Numbers, films: str) -> dict[str, object]:
    """Return what metrics.json holds: every row that the page shows, of which model and on which films."""
    return {
        "schema": 1,
        "notice": f"{films}; {NOTICE}",
        "films": films,
        "model": {"name": bundle.card.name, "version": bundle.card.version, "sha256": bundle.sha256},
        "examinations": len(looked),
        "groups": len({one.group for one in looked}),
        "bootstrap": {"unit": "group of patients", "replicates": REPLICATES, "seed": SEED, "coverage": 0.95},
        "rows": [asdict(row) for row in numbers.rows],
    }


def _opening(bundle: Bundle, looked: Sequence[Looked], numbers: Numbers, films: str) -> Section:
    name, card = bundle.card.name, bundle.card
    lines = tuple(
        Line(aim.name, (_found(aim, numbers), Cell(aim.words, mark="text"), Cell(aim.reached(), mark="text"), _on(aim)))
        for aim in _aims(name, numbers)
    )
    blocks: tuple[Block, ...] = (
        Prose(f"{films.capitalize()}. {_WARNINGS[films]} {_UNLABELLED}", "simulated"),
        Prose(f"{name} on {counted(len(looked), [one.group for one in looked])}.", "lead"),
        Grid(
            "aims",
            f"What is hoped for on {films}, and what was found (95 % intervals).",
            "Measure",
            ("found", "aim", "reached", "cases (groups)"),
            lines,
        ),
        Facts(
            (
                ("Model", Cell(f"{card.name} {card.version}")),
                ("SHA-256", Cell(bundle.sha256[:16])),
                ("Learned from", Cell(card.trained_on.description)),
                ("Calibrated", Cell("yes" if card.calibration is not None else "no")),
            )
        ),
    )
    how = (
        "Cases are films (view, heat-maps) or examinations; groups are of patients. Reached for certain means that "
        f"the whole interval reaches it. Intervals are 95 %, by {REPLICATES:,} draws of whole groups of patients "
        "(films that may be of one patient, as the tables guess) with the model fixed; shares that are 0 or 100 % have "
        "Wilson’s interval over groups. Totals are expected mRUST totals (4 to 16) over the model’s joint distribution "
        "of all four cortices."
    )
    return Section("short", "In short", how, blocks)


def _found(aim: _Aim, numbers: Numbers) -> Cell:
    return Cell("–", why="not measured") if aim.row is None else numbers.cell(aim.row)


def _on(aim: _Aim) -> Cell:
    return Cell("–") if aim.row is None else Cell(f"{aim.row.exams:,} ({aim.row.patients:,})")


def _aims(model: str, numbers: Numbers) -> Iterator[_Aim]:
    def row(protocol: str, metric: str, scope: str) -> Row | None:
        wanted = (protocol, metric, scope)
        return next((one for one in numbers.rows if (one.protocol, one.metric, one.scope) == wanted), None)

    yield _Aim("View, AUROC", row(model, "auroc", "view"), 0.98, True, "at least 0.98")
    for scope in (ALL, BARE):
        yield _Aim(f"Fractured or intact, AUROC, {scope}", row(model, "auroc", scope), 0.8, True, "at least 0.80")
        for control in CONTROLS:
            gain = row(f"{model} - {control}", "difference:auroc", scope)
            yield _Aim(f"… above {control}", gain, _ABOVE, True, "above 0")
    for where, words in (("fixed", "chosen on other groups"), ("fixed-tuned", "tuned on these films")):
        gain = row(f"{model} - {where}", "difference:pointing", f"film, {BOXED}")
        yield _Aim(f"Heat-maps above one place on the shaft, {words}", gain, _ABOVE, True, "above 0")
    for scope in (EVERY, BUT_NEGATIVE):
        yield _Aim(
            f"Change of the total, {scope}", row(model, "change of the total", scope), AIM, False, f"at most {AIM:g}"
        )
