"""Does the score stay when only the picture changes: borders, a turn, exposure, compression, a mirror, a negative."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from markupsafe import Markup

from benchmarks.real_failures import levels_grid
from benchmarks.real_looks import Looked
from benchmarks.real_measures import Numbers, counted, mean_row, said, share_row
from benchmarks.real_pictures import CAPTION, Shower
from benchmarks.real_transforms import AS_FILED, Act, Transform
from radunion.evaluation.compare import Row
from radunion.report.figures import Intervals
from radunion.report.study.blocks import Block, Case, Cases, Cell, Figures, Grid, Heading, Line, Prose, Section
from radunion.scoring.leg_gate import gate_card

AIM = 0.5
"""Points of the total that a harmless change may move it by, on average."""
EVERY, BUT_NEGATIVE = "all changes", "all but the negative"
_MOST = 6
_GATED: Mapping[Transform, str] = {"negative": "of the negatives", AS_FILED: "of the films as they are"}
_HOW = (
    "Each film was changed as a hospital, a viewer or an export may change it, and scored again; both films of a pair "
    "in the same way. Nothing about the bone changes, so the total should not: the mean absolute change of the "
    f"expected total, in points of mRUST (4 to 16), should be at most {AIM:g}. Turned films have black corners; the "
    "narrower window shows 10 to 90 % of the range; exposure is a gamma of 0.7 (lighter) and 1.4 (darker)."
)
_NEGATIVE = (
    "Black and white exchanged: a DICOM film that says so (MONOCHROME1, or a presentation LUT shape INVERSE) is turned "
    "round when it is read and its score is the same. A PNG or JPEG, and most TIFF files, cannot say so: a film that "
    "does not look like a leg, and whose negative does, is turned round before it is scored (warning RS314). Turned "
    "were"
)


def stability_section(
    model: str, looked: Sequence[Looked], acts: Mapping[Transform, Act], numbers: Numbers, show: Shower
) -> Section:
    """Report how far the expected total moves under each change, and show what moved most."""
    whole = [one for one in looked if one.examination.whole]
    rows = {name: _row(model, name, [name], whole) for name in acts}
    over: dict[str, list[Transform]] = {EVERY: list(acts), BUT_NEGATIVE: [name for name in acts if name != "negative"]}
    together = {name: _row(model, name, names, whole) for name, names in over.items()}
    lines = [_line(model, name, row, [name], whole, numbers) for name, row in rows.items()]
    lines += [_line(model, name, row, over[name], whole, numbers) for name, row in together.items()]
    caption = f"Mean absolute change of the expected total, in points, with 95 % intervals; the aim is {AIM:g} at most."
    told = "; ".join(f"{name}: {said(numbers.cell(row))}" for name, row in together.items())
    blocks: tuple[Block, ...] = (
        Prose(
            f"Mean absolute change over {counted(len(whole), [one.group for one in whole])}, in points – {told}.",
            "lead",
        ),
        Grid(
            "stability",
            caption,
            "Change of the picture",
            ("mean change", "largest", "moved by more than 1 point"),
            tuple(lines),
        ),
        Figures((_figure(caption, rows.values()),)),
        *_negative(whole, numbers),
        *_worst(whole, acts, show),
    )
    return Section("stability", "Does the score stay when only the picture changes?", _HOW, blocks)


def _figure(caption: str, rows: Iterable[Row]) -> Intervals:
    return Intervals("stability-changes", caption, tuple(replace(row, protocol=row.scope) for row in rows), ())


def changes(looked: Sequence[Looked], names: Sequence[Transform]) -> np.ndarray:
    """Return the absolute change of the expected total of each examination, mean of some changes of the picture."""
    each = [[_moved(one, name) for name in names] for one in looked]
    return np.array([np.mean(one) for one in each], dtype=np.float64)


def _row(model: str, scope: str, names: Sequence[Transform], looked: Sequence[Looked]) -> Row:
    groups = np.array([one.group for one in looked], dtype=np.str_)
    return mean_row(model, changes(looked, names), groups, metric="change of the total", scope=scope, scale="mrust")


def _line(
    model: str, name: str, row: Row, names: Sequence[Transform], looked: Sequence[Looked], numbers: Numbers
) -> Line:
    moved = np.array([[_moved(one, way) for way in names] for one in looked]).reshape(len(looked), len(names))
    groups = np.array([one.group for one in looked], dtype=np.str_)
    share = share_row(model, (moved > 1).mean(axis=1), groups, metric="moved by more than 1 point", scope=name)
    most = Cell(f"{moved.max():.2f}" if moved.size else "–")
    return Line(name, (numbers.cell(row), most, numbers.cell(share)), "plain" if len(names) == 1 else "model")


def _negative(looked: Sequence[Looked], numbers: Numbers) -> Iterator[Prose]:
    """Say what is done about a negative, and how often it is seen."""
    told = []
    for version, words in _GATED.items():
        known = [one for one in looked if version in one.turned]
        flags = np.array([one.turned[version] > 0 for one in known], dtype=np.bool_)
        groups = np.array([one.group for one in known], dtype=np.str_)
        row = share_row("leg gate", flags, groups, metric="turned", scope=version)
        told.append(f"{said(numbers.cell(row))} {words}")
    yield Prose(
        f"{_NEGATIVE} {' and '.join(told)} (an examination counts when either film is turned; the limit was tuned on "
        f"{gate_card().tuned_on}).",
    )


def _worst(looked: Sequence[Looked], acts: Mapping[Transform, Act], show: Shower) -> Iterator[Block]:
    """Show the examinations whose total moved most, each once, with its worst change."""
    worst = [max(((_moved(one, name), name, one) for name in acts), key=lambda found: found[0]) for one in looked]
    worst.sort(key=lambda found: -found[0])
    if worst:
        yield Heading("The totals that moved most")
        yield Prose(f"Films are shown as changed. {CAPTION}", "fine")
        yield Cases(tuple(_case(one, name, acts[name], show) for _, name, one in worst[:_MOST]))


def _moved(one: Looked, name: Transform) -> float:
    return abs(one.said[name].total - one.filed.total)


def _case(one: Looked, name: Transform, act: Act, show: Shower) -> Case:
    words = Markup("Expected total {:.1f} as filed, {:.1f} {}. {}; {}.").format(
        one.filed.total, one.said[name].total, name, one.examination.state.capitalize(), one.examination.kind_in_words
    )
    title, versions = f"{one.examination.name}: {name}", {"As filed": one.filed, name.capitalize(): one.said[name]}
    return Case(title, show(one, act=act), "", words, levels_grid(f"moved-{one.examination.name}", versions))
