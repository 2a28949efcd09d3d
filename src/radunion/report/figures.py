"""The figures of a report. Each draws itself with `plot()` and gives the same numbers as a table with `frame()`."""

import html
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

import matplotlib
import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radunion.evaluation.compare import Comparison, Row
from radunion.evaluation.counts import PairCount, UnionBin
from radunion.report.numbers import SCALE_NAMES
from radunion.report.words import caption_of
from radunion.scale import TOP_SCORE, Scale

INK, FAINT, GRID = "#1d2733", "#6b7684", "#dfe3e8"
MODEL, BLIND, WARN = "#1f5a94", "#9aa3ad", "#b4531f"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
}


@runtime_checkable
class ReportFigure(Protocol):
    """Whatever a report can draw: a name for its identifiers, words below it, a picture and the same as a table."""

    @property
    def name(self) -> str: ...
    @property
    def caption(self) -> str: ...
    def plot(self) -> Figure: ...
    def frame(self) -> pl.DataFrame: ...


@dataclass(frozen=True)
class Intervals:
    """Draw one metric of every protocol with its interval, blinds in grey."""

    name: str
    caption: str
    rows: tuple[Row, ...]
    baselines: tuple[str, ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(row) for row in self.rows], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = canvas(width=5.0, height=0.55 + 0.28 * len(self.rows))
        for place, row in enumerate(self.rows):
            color = BLIND if row.protocol in self.baselines else MODEL
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [place, place], color=color, linewidth=2, solid_capstyle="round")
            if row.estimate is not None:
                axes.plot([row.estimate], [place], "o", color=color, markersize=6)
        axes.set_yticks(range(len(self.rows)), [row.protocol for row in self.rows])
        axes.set_ylim(len(self.rows) - 0.4, -0.6)
        axes.grid(axis="x", color=GRID, linewidth=0.8)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        return figure


@dataclass(frozen=True)
class Agreement:
    """Draw predicted against reference totals; the area of a mark is the number of examinations."""

    name: str
    caption: str
    counts: tuple[PairCount, ...]
    scale: Scale

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(one) for one in self.counts], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = canvas(width=3.5, height=3.3)
        low, high = 4, 4 * TOP_SCORE[self.scale]
        axes.plot([low, high], [low, high], color=FAINT, linewidth=0.8, linestyle="--")
        reference = [one.reference for one in self.counts]
        axes.scatter(reference, [one.predicted for one in self.counts], s=_areas(self.counts), **_BUBBLE)
        axes.set(xlim=(low - 1, high + 1), ylim=(low - 1, high + 1), aspect="equal")
        axes.set(xlabel=f"Reference {SCALE_NAMES[self.scale]}", ylabel=f"Predicted {SCALE_NAMES[self.scale]}")
        axes.set_xticks(range(low, high + 1, 2))
        axes.set_yticks(range(low, high + 1, 2))
        return figure


@dataclass(frozen=True)
class BlandAltman:
    """Draw the difference of the totals against their mean, with the bias and the limits of agreement (1986)."""

    name: str
    caption: str
    counts: tuple[PairCount, ...]
    lines: tuple[Row, ...]
    scale: Scale

    def frame(self) -> pl.DataFrame:
        columns = {"mean": [(one.reference + one.predicted) / 2 for one in self.counts]}
        return (
            Agreement(self.name, self.caption, self.counts, self.scale)
            .frame()
            .with_columns(
                pl.Series("mean", columns["mean"], dtype=pl.Float64),
                pl.Series("difference", [one.predicted - one.reference for one in self.counts], dtype=pl.Int64),
            )
        )

    def plot(self) -> Figure:
        figure, axes = canvas(width=3.5, height=3.3)
        table = self.frame()
        axes.axhline(0, color=GRID, linewidth=0.8)
        axes.scatter(table["mean"].to_list(), table["difference"].to_list(), s=_areas(self.counts), **_BUBBLE)
        for row in self.lines:
            if row.estimate is not None:
                style = "-" if row.metric == "bias" else "--"
                axes.axhline(row.estimate, color=WARN, linewidth=1, linestyle=style)
        reach = max([3.0, *(abs(one.predicted - one.reference) + 1.0 for one in self.counts)])
        axes.set(xlim=(3, 4 * TOP_SCORE[self.scale] + 1), ylim=(-reach, reach))
        axes.set(xlabel="Mean of both totals", ylabel="Predicted − reference")
        return figure


@dataclass(frozen=True)
class Confusion:
    """Draw how often each reader's level met each predicted level; shade is the share of the reader's level."""

    name: str
    caption: str
    counts: tuple[PairCount, ...]
    scale: Scale

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(one) for one in self.counts], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = canvas(width=2.5, height=2.4)
        top = TOP_SCORE[self.scale]
        grid = np.zeros((top, top), dtype=np.int64)
        for one in self.counts:
            grid[one.reference - 1, one.predicted - 1] += one.exams
        share = grid / np.maximum(grid.sum(axis=1, keepdims=True), 1)
        axes.imshow(share, cmap="Blues", vmin=0, vmax=1.15)
        for (row, column), exams in np.ndenumerate(grid):
            color = "white" if share[row, column] > 0.6 else INK
            axes.text(column, row, str(exams), ha="center", va="center", color=color)
        axes.set_xticks(range(top), [str(level + 1) for level in range(top)])
        axes.set_yticks(range(top), [str(level + 1) for level in range(top)])
        axes.set(xlabel="Predicted", ylabel="Reader")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        return figure


@dataclass(frozen=True)
class Reliability:
    """Draw how often union was seen against how probable it was said to be, by tenths."""

    name: str
    caption: str
    bins: tuple[UnionBin, ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(one) for one in self.bins], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = canvas(width=3.5, height=3.3)
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8, linestyle="--")
        most = max((one.exams for one in self.bins), default=1)
        sizes = [12 + 160 * one.exams / most for one in self.bins]
        axes.scatter([one.predicted for one in self.bins], [one.observed for one in self.bins], s=sizes, **_BUBBLE)
        axes.set(xlim=(-0.06, 1.06), ylim=(-0.06, 1.06), aspect="equal")
        axes.set(xlabel="Probability of union", ylabel="Share united by the reader's total")
        return figure


@dataclass(frozen=True)
class LearningCurve:
    """Draw the loss by epoch; several folds are several thin lines."""

    name: str
    caption: str
    history: tuple[Mapping[str, float], ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([dict(one) for one in self.history], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = canvas(width=3.5, height=3.3)
        parts = {"train_loss": ("Training", FAINT), "validation_loss": ("Validation", MODEL)}
        for fold in dict.fromkeys(one.get("fold") for one in self.history):
            rows = [one for one in self.history if one.get("fold") == fold]
            for key, (label, color) in parts.items():
                points = [(one["epoch"], one[key]) for one in rows if one.get(key) is not None]
                shown = label if label not in axes.get_legend_handles_labels()[1] else "_"
                axes.plot(*zip(*points, strict=True), color=color, linewidth=1.4, label=shown) if points else None
        axes.set(xlabel="Epoch", ylabel="Loss (nats an examination)")
        axes.legend(frameon=False)
        return figure


_BUBBLE: dict[str, Any] = {"color": MODEL, "alpha": 0.55, "linewidths": 0}


def svg(figure: ReportFigure) -> str:
    """Return a figure as one inline SVG element, its identifiers prefixed by its name; same figure, same text."""
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": figure.name}):
        stream = io.StringIO()
        figure.plot().savefig(stream, format="svg", metadata={"Date": None}, transparent=True)
    text = stream.getvalue()
    text = re.sub(r"(\bid=\"|href=\"#|url\(#)", rf"\g<1>{figure.name}-", text[text.index("<svg") :])
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return text.replace("<svg ", f'<svg role="img" aria-label="{html.escape(figure.caption)}" ', 1)


def intervals(comparison: Comparison, metric: str, scope: str, *, scale: str, note: str = "") -> Intervals:
    """Make the figure of one metric over all protocols."""
    found = [comparison.find(name, metric, scope, scale) for name in comparison.protocols]
    rows = tuple(row for row in found if row is not None)
    caption = f"{caption_of(metric, scale)} ({scope}), with 95 % intervals; no-image baselines in grey.{note}"
    return Intervals(f"{metric}-{scope}-{scale}", caption, rows, comparison.baselines)


def pair_counts(comparison: Comparison, *, protocol: str, scale: str, scope: str) -> tuple[PairCount, ...]:
    """Return the counts of one protocol, scale and scope."""
    wanted = (protocol, scale, scope)
    return tuple(one for one in comparison.counts.pairs if (one.protocol, one.scale, one.scope) == wanted)


def canvas(*, width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty figure of a size in inches, without any global plotting state."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _areas(counts: Sequence[PairCount]) -> list[float]:
    most = max((one.exams for one in counts), default=1)
    return [8 + 150 * one.exams / most for one in counts]
