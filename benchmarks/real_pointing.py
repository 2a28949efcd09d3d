"""Do heat-maps point at the radiologists' boxes on the tibia: the measurements of `heatmaps_real`, for the page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmarks.heatmaps_real import TOLERANCE, groups, measure
from benchmarks.real_measures import Numbers, said
from benchmarks.real_tables import RealExamination
from radunion.evaluation.compare import Row
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.explain.marked import MarkedExamination
from radunion.report.heatmaps.words import name_of, verdict_of
from radunion.report.study.blocks import Block, Cell, Grid, Line, Prose, Section
from radunion.scoring import Bundle

_HOW = (
    "Pointing game: a hit is a heat-map whose highest point lies in a radiologist’s box on the tibia, or within "
    f"{100 * TOLERANCE:.1f} % of the film’s height of it (the boxes are loose). Read the model’s line beside the ways "
    "that look at no healing: above all one fixed place on the shaft."
)
_SOURCE = (
    "Intervals of the shares are Wilson’s over films, so they take several films of one patient for independent and "
    "are somewhat too narrow; differences draw groups of patients. The tables tell by pair, not by box, which bone the "
    "boxes lie on: where both bones are boxed a hit in the fibula’s box counts too."
)


def pointing_section(bundle: Bundle, examinations: Sequence[RealExamination], numbers: Numbers) -> Section:
    """Report the pointing game on the tibial boxes, beside everything that points there without a model."""
    if bundle.card.heatmap != "evidence":
        return _nothing("This model has no heat-maps, so nothing is said of where it looks.")
    boxed = tuple(one for one in examinations if one.tibial and one.whole)
    found = {name: _measured(bundle, part) for name, part in groups(boxed).items()}
    named = {name: one for name, one in found.items() if one is not None}
    if not named:
        return _nothing("No film has a box on the tibia, so nothing is said of where the model looks.")
    empty = [name for name, one in found.items() if one is None]
    blocks: list[Block] = [
        Prose(_opening(named, numbers), "lead"),
        _pointing(named, numbers),
        _differences(named, numbers),
    ]
    if empty:
        blocks.append(Prose(f"No film with a box: {', '.join(empty)}.", "fine"))
    notes = " ".join(
        f"{note[0].upper()}{note[1:]}." for note in next(iter(named.values())).notes if "Wilson" not in note
    )
    return Section(
        "pointing", "Do heat-maps point at the fracture?", _HOW, (*blocks, Prose(f"{notes} {_SOURCE}", "fine"))
    )


def _nothing(words: str) -> Section:
    return Section("pointing", "Do heat-maps point at the fracture?", _HOW, (Prose(words, "lead"),))


def _measured(bundle: Bundle, part: tuple[MarkedExamination, ...]) -> HeatmapQuality | None:
    marked = any(film is not None and film.fracture for one in part for film in one.films)
    return measure(bundle, part, curves=False) if marked else None


def _named(one: HeatmapQuality, part: str, protocol: str, metric: str) -> Row | None:
    """Return a row of the fracture on a film, its scope naming the films that it was taken on."""
    row = one.find(protocol, metric, "film")
    return None if row is None else replace(row, scope=f"film, {part}")


def _pointing(named: Mapping[str, HeatmapQuality], numbers: Numbers) -> Grid:
    first = next(iter(named.values()))
    lines = [
        Line(
            name_of(way),
            tuple(_cell(_named(one, part, way, "pointing"), numbers) for part, one in named.items()),
            "model" if way == first.model else "blind",
        )
        for way in first.protocols
        if first.find(way, "pointing", "film")
    ]
    return Grid("pointing", "Share of heat-maps that point at the fracture.", "Way", _headings(named), tuple(lines))


def _differences(named: Mapping[str, HeatmapQuality], numbers: Numbers) -> Grid:
    first = next(iter(named.values()))
    lines = []
    for other in first.protocols[1:]:
        rows = [_named(one, part, f"{one.model} - {other}", "difference:pointing") for part, one in named.items()]
        if any(row is not None for row in rows):
            lines.append(
                Line(f"{first.model} − {name_of(other)}", tuple(_cell(row, numbers) for row in rows), "difference")
            )
    caption = "What the model has over each, film by film; bold where the 95 % interval excludes zero."
    return Grid("pointing-differences", caption, "Difference", _headings(named), tuple(lines))


def _headings(named: Mapping[str, HeatmapQuality]) -> tuple[str, ...]:
    return tuple(f"{name}: {one.films:,} films of {one.patients:,} patient groups" for name, one in named.items())


def _cell(row: Row | None, numbers: Numbers) -> Cell:
    if row is None:
        return Cell("–", why="not taken")
    return numbers.cell(row, mark=verdict_of(row) if row.metric.startswith("difference:") else "")


def _opening(named: Mapping[str, HeatmapQuality], numbers: Numbers) -> str:
    part, one = next(iter(named.items()))
    own = said(_cell(_named(one, part, one.model, "pointing"), numbers))
    told = []
    for other, where in (("fixed", "chosen on other groups"), ("fixed-tuned", "tuned on these very films")):
        row = _named(one, part, f"{one.model} - {other}", "difference:pointing")
        if row is not None and row.estimate is not None:
            above = {"better": "above", "worse": "BELOW", "unclear": "NOT shown to be above"}[verdict_of(row)]
            told.append(f"{above} one fixed place on the shaft {where}")
    return f"The heat-map points at the fracture on {own} of {one.films:,} boxed films; {', and '.join(told)}."
