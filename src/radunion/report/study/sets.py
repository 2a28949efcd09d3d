"""Sets and intervals: what they promise, and how often they held the reader's score."""

from collections.abc import Iterator, Sequence

from radunion.evaluation.coverage import MAPPED
from radunion.report.numbers import SCALE_NAMES
from radunion.report.study.blocks import Block, Cell, Grid, Heading, Line, Prose
from radunion.report.study.cells import study_at, value_cell
from radunion.report.study.ledger import Ledger
from radunion.report.study.material import CoverageRow, StudyMaterial

_PROMISE = (
    "What is promised: of examinations of this population, at least the nominal share is covered, on average over all "
    "of them (marginal coverage). Nothing is promised for a single examination or subgroup, and nothing for films of "
    "another population. Sets are whole scores as they are given out, and so hold more than promised; with ties "
    "broken at random they would hold just as much."
)


def sets_blocks(material: StudyMaterial, ledger: Ledger, model: str | None) -> Iterator[Block]:
    """Show the coverage of every protocol, and by group that of one."""
    if not material.coverage:
        return
    yield Heading("Sets and intervals")
    yield Prose(_PROMISE)
    everyone = [place for place, one in enumerate(material.coverage) if one.group == "all"]
    yield _coverage_grid(material, "coverage", everyone, "How often a set or interval held the reader’s score.")
    groups = [place for place, one in enumerate(material.coverage) if one.group != "all" and one.protocol == model]
    if groups:
        yield _coverage_grid(
            material, "coverage-groups", groups, f"{model}: the same by group; not promised, only seen."
        )
    if any(one.group == MAPPED for one in material.coverage):
        yield Prose(
            "A label counts on the scale that it was given on, in the first table and in every group but one: "
            f"{MAPPED} are labels given on mRUST and mapped to RUST by the convention {ledger.convention}, to which "
            "the sets on RUST are fitted too.",
            "fine",
        )


def _coverage_grid(material: StudyMaterial, name: str, places: Sequence[int], caption: str) -> Grid:
    rows = [(material.coverage[place], place) for place in places]
    grouped = any(one.group != "all" for one, _ in rows)
    group = ("Group",) if grouped else ()
    headings = ("Set of", "Scale", "As", *group, "Promised", "Covered", "Mean size", "Examinations")
    lines = tuple(_coverage_line(one, place, grouped=grouped) for one, place in rows)
    return Grid(name, caption, "Protocol", headings, lines)


def _coverage_line(one: CoverageRow, place: int, *, grouped: bool) -> Line:
    def at(key: str) -> str:
        return study_at("coverage", place, key)

    shown = "" if one.low is None or one.high is None else f"{one.low * 100:.0f} to {one.high * 100:.0f}"
    short = "worse" if one.high is not None and one.high < one.nominal else ""
    covered = Cell(
        f"{one.covered * 100:.0f} %",
        at("covered"),
        one.covered,
        shown,
        study_at("coverage", place) if shown else None,
        (one.low, one.high) if shown else None,
        mark=short,
    )
    cells = (
        value_cell(one.target, at("target")),
        value_cell(SCALE_NAMES.get(one.scale, one.scale), at("scale")),
        Cell("whole scores" if not one.randomised else "ties at random", mark="text"),
        *((value_cell(one.group, at("group")),) if grouped else ()),
        Cell(f"{one.nominal * 100:.0f} %", at("nominal"), one.nominal),
        covered,
        value_cell(one.size, at("size"), digits=2),
        value_cell(one.examinations, at("examinations")),
    )
    return Line(one.protocol, cells)
