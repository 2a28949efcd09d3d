"""Does the expected total tell a freshly fractured tibia from an intact one, and more so than what needs no model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from benchmarks.real_controls import AREA
from benchmarks.real_looks import Looked
from benchmarks.real_measures import Groups, Numbers, auroc_of, counted, drawn_row, missing, said, undefined
from radunion.evaluation.compare import difference
from radunion.evaluation.readings import Measure
from radunion.report.figures import Intervals
from radunion.report.study.blocks import Block, Cell, Figures, Grid, Line, Prose, Section
from radunion.report.verdicts import verdict

ALL, BARE = "all pairs", "without metal or plaster"
HARDWARE, SHAFT_AREA, PLACE = "metal or plaster in sight", "area of the found shaft", "place of the found fracture"
CONTROLS = (HARDWARE, SHAFT_AREA, PLACE)
_CLASSES = ("intact pair", "pair with a fractured tibia")
_HOW = (
    "A bone that never broke should have a high total, a fresh fracture a low one. AUROC is how often a fractured "
    "tibia has the lower total of two pairs, one fractured and one intact: 1 is always, 0.5 is chance. On these films "
    "metal and plaster go with fractures, and plaster enlarges what is found as shaft: a model is worth something here "
    "only where it is above such controls, which know nothing of healing."
)
_TOLD = (
    f"Controls. {HARDWARE.capitalize()}: the table’s flag (any kind of metal, cast or splint). "
    f"{SHAFT_AREA.capitalize()}: {AREA}. {PLACE.capitalize()}: how far down the shaft the peak of the model’s own "
    "heat-map lies, mean of both films. Which direction of a control speaks for a fracture was chosen on these films "
    "(tuned on them), which flatters the controls, not the model. Where no film has metal or plaster, that control is "
    "0.5 by definition."
)


@dataclass(frozen=True)
class _Scope:
    """Hold one set of pairs: what is known of each, and the AUROC of the model and of every control in all draws."""

    name: str
    fractured: Bool[np.ndarray, " n"]
    groups: Groups
    scores: Mapping[str, Measure]


def fracture_section(model: str, looked: Sequence[Looked], numbers: Numbers, *, mapped: bool) -> Section:
    """Report intact against fractured by the expected total, beside the controls; `mapped` says that there are maps."""
    pairs = [one for one in looked if one.examination.paired and one.examination.state != "other or unclear"]
    scopes = [_scope(model, ALL, pairs), _scope(model, BARE, [one for one in pairs if not one.examination.hardware])]
    lines = tuple(
        Line(name, tuple(_cell(one, name, numbers, mapped) for one in scopes), "model" if name == model else "blind")
        for name in (model, *CONTROLS)
    )
    headings = tuple(_heading(one) for one in scopes)
    blocks: tuple[Block, ...] = (
        *_verdicts(model, scopes, numbers),
        Grid("fractured", "AUROC of a fractured tibia against an intact one.", "By", headings, lines),
        Grid(
            "fractured-differences",
            f"What {model} has over each control, pair by pair; bold where the 95 % interval excludes zero.",
            "Difference of AUROC",
            headings,
            tuple(_over(model, control, scopes, numbers, mapped) for control in CONTROLS),
        ),
        *_figure(model, scopes),
        Prose(_left_out(looked), "fine"),
        Prose(_TOLD, "fine"),
    )
    return Section("fractured", "Intact or freshly fractured", _HOW, blocks)


def _scope(model: str, name: str, pairs: Sequence[Looked]) -> _Scope:
    fractured = np.array([one.examination.state == "tibia fractured" for one in pairs], dtype=bool)
    groups = np.array([one.group for one in pairs], dtype=np.str_)
    values = {
        model: [-one.filed.total for one in pairs],
        HARDWARE: [float(one.examination.hardware) for one in pairs],
        SHAFT_AREA: [one.area for one in pairs],
        PLACE: [one.filed.place for one in pairs],
    }
    taken = {}
    for control, known in values.items():
        scores: Float[np.ndarray, " n"] = np.array(known, dtype=np.float64)
        taken[control] = auroc_of(scores, fractured, groups, scope=name)
        if control in CONTROLS and taken[control].values[0] < 0.5:
            taken[control] = auroc_of(-scores, fractured, groups, scope=name)
    return _Scope(name, fractured, groups, taken)


def _cell(one: _Scope, name: str, numbers: Numbers, mapped: bool) -> Cell:
    return numbers.cell(undefined(drawn_row(name, one.scores[name], one.groups), _why(one, name, mapped)))


def _why(one: _Scope, name: str, mapped: bool) -> str | None:
    if name == PLACE and not mapped:
        return "the model has no heat-maps"
    return missing(one.fractured, _CLASSES) or ("a map is empty" if name == PLACE else None)


def _over(model: str, control: str, scopes: Sequence[_Scope], numbers: Numbers, mapped: bool) -> Line:
    cells = []
    for one in scopes:
        gain = difference(one.scores[model], one.scores[control])
        row = undefined(drawn_row(f"{model} - {control}", gain, one.groups), _why(one, control, mapped))
        cells.append(numbers.cell(row, mark=verdict(row)))
    return Line(f"{model} − {control}", tuple(cells), "difference")


def _verdicts(model: str, scopes: Sequence[_Scope], numbers: Numbers) -> Iterator[Prose]:
    """Say aloud which controls the model is not above."""
    for one in scopes:
        own = drawn_row(model, one.scores[model], one.groups)
        if own.estimate is None:
            yield Prose(f"{one.name.capitalize()}: {missing(one.fractured, _CLASSES) or 'not defined'}.", "lead")
            continue
        not_above: list[str] = []
        above: list[str] = []
        for control in CONTROLS:
            row = drawn_row(f"{model} - {control}", difference(one.scores[model], one.scores[control]), one.groups)
            if row.estimate is not None:
                (above if verdict(row) == "better" else not_above).append(control)
        told = f"NOT shown to be above: {', '.join(not_above)}" if not_above else "above every control"
        also = f"; above: {', '.join(above)}" if above and not_above else ""
        yield Prose(f"{one.name.capitalize()}: AUROC {said(numbers.cell(own))}; {told}{also}.", "lead")


def _heading(one: _Scope) -> str:
    intact, broken = (
        counted(int(part.sum()), one.groups[part], kind)
        for part, kind in ((~one.fractured, "intact"), (one.fractured, "fractured"))
    )
    return f"{one.name}: {intact}, {broken}"


def _figure(model: str, scopes: Sequence[_Scope]) -> Iterator[Figures]:
    drawn = []
    for place, one in enumerate(scopes):
        rows = [drawn_row(name, measure, one.groups) for name, measure in one.scores.items()]
        known = tuple(row for row in rows if row.estimate is not None)
        caption = f"AUROC, {one.name}, with 95 % intervals; controls in grey. 0.5 is chance."
        drawn += [Intervals(f"fractured-{place}", caption, known, CONTROLS)] if known else []
    if drawn:
        yield Figures(tuple(drawn))


def _left_out(looked: Sequence[Looked]) -> str:
    others = [one for one in looked if one.examination.paired and one.examination.state == "other or unclear"]
    singles = sum(not one.examination.paired for one in looked)
    groups = [one.group for one in others]
    return (
        f"Left out: {counted(len(others), groups, 'pairs')} whose fracture is of another bone or of an unclear site, "
        f"and {singles:,} examinations that are no pair of two files: nearly all of those are fractured, so that a "
        "missing film would give the answer away."
    )
