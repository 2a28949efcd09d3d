"""The cohort as the study found it: who entered, what was scored where, what is missing, what the checks say."""

from collections.abc import Iterator

from radunion.report.study.bars import LevelBars, has_levels
from radunion.report.study.blocks import Block, Cell, Facts, Figures, Grid, Heading, Line, Prose, Section, slug
from radunion.report.study.cells import study_at, value_cell
from radunion.report.study.diagrams import FlowDiagram
from radunion.report.study.material import StudyMaterial

_UNSEEN = (
    "No check can see that two cortices of one view were swapped, medial with lateral or anterior with posterior; the "
    "kappa of each cortex, in the detail, is the place to look."
)
_SEVERITY = {"error": "worse", "warning": "", "note": ""}


def cohort_section(material: StudyMaterial) -> Section:
    """Show the cohort."""
    how = (
        "Read the diagram from the top: each box is what remained, the words beside an arrow say who left on the "
        "way and why. A blank cell was not recorded; unscorable was recorded as such. Neither is a zero."
    )
    return Section("cohort", "The cohort", how, tuple(_blocks(material)))


def _blocks(material: StudyMaterial) -> Iterator[Block]:
    figures = (
        [FlowDiagram("flow", "From the label table to what was measured.", material.flow)] if material.flow else []
    )
    tables = {key: rows for key, rows in material.cohort.items() if isinstance(rows, list) and rows}
    bars = [
        LevelBars(f"levels-{slug(key)}", f"{key}: share of each score; the darker, the more healed.", tuple(rows))
        for key, rows in tables.items()
        if has_levels(rows)
    ]
    yield Figures((*figures, *bars))
    facts = [(key, value_cell(value, study_at("cohort", key))) for key, value in _single(material)]
    yield Facts(tuple(facts))
    for key, rows in tables.items():
        yield _grid(key, rows)
    yield Heading("The checks of the label table")
    yield from _findings(material)


def _single(material: StudyMaterial) -> Iterator[tuple[str, object]]:
    for key, value in material.cohort.items():
        if not isinstance(value, list):
            yield key, value


def _grid(key: str, rows: list[dict[str, object]]) -> Grid:
    first, *others = rows[0]
    lines = tuple(
        Line(str(row[first]), tuple(value_cell(row[name], study_at("cohort", key, place, name)) for name in others))
        for place, row in enumerate(rows)
    )
    return Grid(f"cohort-{slug(key)}", f"{key}.", first, tuple(others), lines)


def _findings(material: StudyMaterial) -> Iterator[Block]:
    yield from _table_of_findings(material) if material.findings else (Prose("No check found anything."),)
    yield Prose(_UNSEEN, "fine")


def _table_of_findings(material: StudyMaterial) -> Iterator[Grid]:
    lines = tuple(
        Line(
            one.code,
            (
                Cell(
                    one.severity,
                    study_at("findings", place, "severity"),
                    mark=f"text {_SEVERITY[one.severity]}".strip(),
                ),
                Cell(one.message, study_at("findings", place, "message"), mark="text"),
                Cell(_lines(one.lines), study_at("findings", place, "lines"), mark="text list"),
            ),
        )
        for place, one in enumerate(material.findings)
    )
    caption = "What the coded checks found; lines are those of the label table."
    yield Grid("checks", caption, "Check", ("Severity", "What was found", "Lines"), lines)


def _lines(lines: tuple[int, ...]) -> str:
    return ", ".join(str(line) for line in lines[:8]) + (", …" if len(lines) > 8 else "") or "–"
