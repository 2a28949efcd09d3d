"""Are films with metal or plaster pushed to either end of the scale."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from matplotlib.figure import Figure

from benchmarks.real_looks import Looked
from benchmarks.real_measures import Numbers, counted, mean_row, said, share_row
from benchmarks.real_tables import State
from radunion.report.figures import FAINT, GRID, INK, MODEL, WARN, canvas
from radunion.report.study.blocks import Block, Cell, Figures, Grid, Line, Prose, Section

LOW, HIGH = 5.0, 15.0
"""An expected total beyond these is at an end of the scale, 4 to 16."""
_KINDS = ("none", "cast/splint", "nail", "plate", "external fixator")
_STATES: tuple[State, ...] = ("intact", "tibia fractured", "other or unclear")
_MARKS: dict[State, tuple[str, str]] = {
    "intact": ("o", MODEL),
    "tibia fractured": ("^", WARN),
    "other or unclear": ("s", FAINT),
}
_HOW = (
    "Metal and plaster stand beside every degree of healing in life, so they alone must not decide the score. An "
    f"expected total below {LOW:g} says that nothing heals, one above {HIGH:g} that all is healed. The files that hold "
    "two views are cut into their two panels here. On these films nearly every one with metal or plaster is freshly "
    "fractured, so a low total may be right for it; a total at the same end whatever the bone would not be."
)


@dataclass(frozen=True)
class TotalsFigure:
    """Draw the expected total of every examination, by metal or plaster and by fracture."""

    name: str
    caption: str
    looked: tuple[Looked, ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "kind": [one.examination.kind for one in self.looked],
                "state": [one.examination.state for one in self.looked],
                "total": [one.filed.total for one in self.looked],
                "level": [one.filed.level for one in self.looked],
            }
        )

    def plot(self) -> Figure:
        kinds = _kinds(self.looked)
        figure, axes = canvas(width=6.6, height=1.1 + 0.55 * len(kinds))
        for end in (LOW, HIGH):
            axes.axvline(end, color=INK, linewidth=0.8, linestyle="--")
        for place, kind in enumerate(kinds):
            for row, state in enumerate(_STATES):
                totals = sorted(one.filed.total for one in self.looked if _is(one, kind, state))
                offsets = 0.24 * (row - 1) + 0.07 * (np.arange(len(totals)) % 3 - 1)
                marker, color = _MARKS[state]
                axes.scatter(totals, place + offsets, s=17, marker=marker, color=color, alpha=0.7, linewidths=0)
        for state, (marker, color) in _MARKS.items():
            axes.scatter([], [], s=22, marker=marker, color=color, label=state)
        axes.set_yticks(range(len(kinds)), [_words(kind) for kind in kinds])
        axes.set(xlim=(3.6, 16.4), ylim=(len(kinds) - 0.4, -0.6), xlabel="Expected mRUST total")
        axes.set_xticks(range(4, 17, 2))
        axes.grid(axis="x", color=GRID, linewidth=0.8)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
        return figure


def hardware_section(model: str, looked: Sequence[Looked], numbers: Numbers) -> Section:
    """Report the totals by metal or plaster and by fracture, and how many stand at either end."""
    caption = (
        "Expected mRUST total of every examination; dashed lines at 5 and 15. The height within a row has no meaning."
    )
    blocks: tuple[Block, ...] = (
        *_ends(model, looked, numbers),
        Figures((TotalsFigure("hardware-totals", caption, tuple(looked)),)),
        Grid(
            "hardware",
            "Totals by metal or plaster and by fracture; levels are means over cortices that are seen and scorable.",
            "Films with",
            (
                "examinations",
                "median total",
                "range",
                "mean level",
                f"total below {LOW:g}",
                f"total above {HIGH:g}",
                "cortices not scorable",
            ),
            tuple(_lines(model, looked, numbers)),
        ),
    )
    return Section("hardware", "Metal and plaster", _HOW, blocks)


def _ends(model: str, looked: Sequence[Looked], numbers: Numbers) -> Iterator[Prose]:
    held = [one for one in looked if one.examination.hardware]
    bare = [one for one in looked if not one.examination.hardware]
    for name, part in (("With metal or plaster", held), ("Without", bare)):
        if not part:
            yield Prose(f"{name}: there is no such examination.", "lead")
            continue
        low, high = (said(cell) for cell in _shares(model, name.lower(), part, numbers))
        yield Prose(
            f"{name}: of {counted(len(part), _groups(part))} {low} have an expected total below {LOW:g}, {high} above "
            f"{HIGH:g}.",
            "lead",
        )


def _lines(model: str, looked: Sequence[Looked], numbers: Numbers) -> Iterator[Line]:
    for kind in _kinds(looked):
        for state in _STATES:
            part = [one for one in looked if _is(one, kind, state)]
            if part:
                yield Line(f"{_words(kind)}, {state}", tuple(_cells(model, f"{kind}, {state}", part, numbers)))


def _cells(model: str, scope: str, part: Sequence[Looked], numbers: Numbers) -> Iterator[Cell]:
    totals = np.array([one.filed.total for one in part])
    known = [one for one in part if one.filed.used.any()]
    levels, groups = np.array([one.filed.level for one in known]), _groups(known)
    yield Cell(f"{len(part):,} (groups: {len(set(_groups(part))):,})")
    yield Cell(f"{np.median(totals):.1f}")
    yield Cell(f"{totals.min():.1f} to {totals.max():.1f}")
    yield numbers.cell(mean_row(model, levels, groups, metric="mean level", scope=scope, scale="mrust"))
    yield from _shares(model, scope, part, numbers)
    yield Cell(f"{100 * np.mean([_unscorable(one) for one in part]):.0f} %")


def _shares(model: str, scope: str, part: Sequence[Looked], numbers: Numbers) -> tuple[Cell, Cell]:
    totals, groups = np.array([one.filed.total for one in part]), _groups(part)
    low = share_row(model, totals < LOW, groups, metric=f"total below {LOW:g}", scope=scope)
    high = share_row(model, totals > HIGH, groups, metric=f"total above {HIGH:g}", scope=scope)
    return numbers.cell(low), numbers.cell(high)


def _unscorable(one: Looked) -> float:
    """Return the share of the cortices in view that are not scorable."""
    seen = np.repeat([film is not None for film in one.examination.marked.films], 2)
    return float(np.mean(~one.filed.used[seen]))


def _groups(part: Sequence[Looked]) -> np.ndarray:
    return np.array([one.group for one in part], dtype=np.str_)


def _kinds(looked: Sequence[Looked]) -> list[str]:
    """Return the kinds that are there, the usual ones first."""
    there = {one.examination.kind for one in looked}
    return [kind for kind in _KINDS if kind in there] + sorted(there - set(_KINDS))


def _is(one: Looked, kind: str, state: State) -> bool:
    return one.examination.kind == kind and one.examination.state == state


def _words(kind: str) -> str:
    return {"none": "no metal, no plaster", "mixed": "several kinds"}.get(kind, kind)
