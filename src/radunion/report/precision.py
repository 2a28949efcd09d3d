"""The section of a report on scores in fewer bits: what changes, what may change, and how much quicker it is."""

from collections.abc import Iterator, Sequence

from radunion.evaluation.precision import PARTS, FewerBits, Part, Share
from radunion.report.study.blocks import Cell, Grid, Line, Prose, Section

_HEADINGS: dict[Part, str] = {
    "level": "Levels that change",
    "total": "Totals (RUST, mRUST)",
    "set": "Sets of levels",
    "interval": "Intervals of totals",
    "union": "Union, more likely than not",
}
_HOW = (
    "The same graph on the same films, in float32 as it ships and in fewer bits. A score changes where anything that "
    "is printed as a whole number or a verdict does; probabilities always move a little."
)
_NOTE = (
    "The bound is that of Clopper and Pearson, one-sided, with a patient as the unit, for patients like these. "
    "Films a second are of the network alone, on {cores} of this machine’s cores. Scores are made in float32 whatever "
    "stands here: reading and preparing a film takes several times as long as its network, so fewer bits save little."
)


def precision_section(agreements: Sequence[FewerBits]) -> Section:
    """Show a line a precision, and say in a sentence each what it proves."""
    headings = ("Examinations", "Largest change of a probability", *_HEADINGS.values(), "Any change, examinations")
    lines = tuple(Line(f"{one.model} in {one.precision}", tuple(_cells(one)), "model") for one in agreements)
    grid = Grid(
        "precision", "Scores in fewer bits beside those in float32.", "Model", (*headings, "Films/s (float32)"), lines
    )
    said = tuple(Prose(in_a_line(one), "lead") for one in agreements)
    note = Prose(_NOTE.format(cores=agreements[0].cores), "fine")
    return Section("precision", "Scores in fewer bits", _HOW, (*said, grid, note))


def in_a_line(agreement: FewerBits) -> str:
    """Say whether scores changed, and what is proved by it."""
    changed, patients = agreement.examinations, agreement.patients
    on = f"{changed.of:,} examinations of {patients.of:,} patients"
    bound = f"at most {100 * agreement.bound:.2g} % of such patients may have a score that changes (95 % upper bound)"
    what = f"{agreement.model} in {agreement.precision} ({agreement.runtime})"
    if not changed.changed:
        return f"{what}: no score changed on {on}; {bound}."
    return f"{what}: scores of {changed.changed:,} of {on} changed; {bound}."


def _cells(one: FewerBits) -> Iterator[Cell]:
    yield Cell(f"{one.examinations.of:,}")
    yield Cell(f"{one.largest:.2g}")
    for part in PARTS:
        yield _share(one.parts[part])
    yield _share(one.examinations)
    yield Cell(f"{one.rates[0]:,.0f} ({one.rates[1]:,.0f})")


def _share(share: Share) -> Cell:
    return Cell(f"{share.changed:,} of {share.of:,}")
