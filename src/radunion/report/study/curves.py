"""Small panels, one a protocol: learning curves, receiver operating curves, reliability."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radunion.report.figures import BLIND, FAINT, GRID, MODEL, WARN
from radunion.report.study.material import EpochRecord, ReliabilityBin, RocPoint

What = Literal["loss", "auroc18"]
_LABELS: dict[What, str] = {"loss": "Loss", "auroc18": "18-output AUROC"}


@dataclass(frozen=True)
class LearningPanel:
    """Draw one figure of one protocol by epoch: a faint line a fold, bold the mean of all folds."""

    name: str
    caption: str
    title: str
    what: What
    records: tuple[EpochRecord, ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(one) for one in self.records], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = _panel(self.title)
        folds = _by_fold(self.records)
        for part, color, style, label in (("train", WARN, "--", "learned from"), ("held", MODEL, "-", "held out")):
            lines = [list(_points(records, f"{part}_{self.what}")) for records in folds.values()]
            lines = [line for line in lines if line]
            for line in lines:
                axes.plot(*zip(*line, strict=True), color=color, linewidth=0.7, alpha=0.45, linestyle=style)
            if mean := _mean(lines):
                axes.plot(*zip(*mean, strict=True), color=color, linewidth=2, linestyle=style, label=label)
        if self.what == "auroc18":
            axes.axhline(0.5, color=GRID, linewidth=0.8, zorder=0)
            axes.set_ylim(0.4, 1.02)
        axes.set(xlabel="Epoch", ylabel=_LABELS[self.what])
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False, fontsize=8, handlelength=2.2)
        return figure


@dataclass(frozen=True)
class RocPanel:
    """Draw the curve of one protocol in front of the strongest no-image baseline's."""

    name: str
    caption: str
    title: str
    points: tuple[RocPoint, ...]
    behind: tuple[RocPoint, ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(one) for one in self.points], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = _panel(self.title)
        axes.plot([0, 1], [0, 1], color=GRID, linewidth=0.8)
        for points, color, width, style in ((self.behind, BLIND, 1.4, "--"), (self.points, MODEL, 2.0, "-")):
            ordered = sorted((one.false_positive, one.true_positive) for one in points)
            if ordered:
                axes.plot(*zip(*ordered, strict=True), color=color, linewidth=width, linestyle=style)
        _square(axes, xlabel="1 − specificity", ylabel="Sensitivity")
        return figure


@dataclass(frozen=True)
class ReliabilityPanel:
    """Draw what was seen against what was said, before calibration (hollow, dashed) and after (filled)."""

    name: str
    caption: str
    title: str
    bins: tuple[ReliabilityBin, ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(one) for one in self.bins], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = _panel(self.title)
        axes.plot([0, 1], [0, 1], color=GRID, linewidth=0.8)
        most = max((one.cases for one in self.bins), default=1)
        for calibrated, color, style, label in ((False, WARN, "--", "before"), (True, MODEL, "-", "after")):
            part = sorted((one for one in self.bins if one.calibrated is calibrated), key=lambda one: one.predicted)
            said, seen = [one.predicted for one in part], [one.observed for one in part]
            sizes = [8 + 50 * one.cases / most for one in part]
            fill = color if calibrated else "white"
            if part:
                axes.plot(said, seen, color=color, linewidth=1, linestyle=style, label=f"{label} calibration")
                axes.scatter(said, seen, s=sizes, facecolors=fill, edgecolors=color, linewidths=1, zorder=3)
        _square(axes, xlabel="Said", ylabel="Seen")
        if self.bins:
            axes.legend(frameon=False, fontsize=7.5, loc="lower right", handlelength=2)
        return figure


def _by_fold(records: Sequence[EpochRecord]) -> dict[int, list[EpochRecord]]:
    folds: dict[int, list[EpochRecord]] = {}
    for one in records:
        folds.setdefault(one.fold, []).append(one)
    return folds


def _points(records: Sequence[EpochRecord], what: str) -> Iterator[tuple[int, float]]:
    """Yield the place and the value of every epoch; the stages of a training follow one another."""
    for place, one in enumerate(records, start=1):
        value = getattr(one, what)
        if value is not None and value == value:
            yield place, value


def _mean(lines: Sequence[Sequence[tuple[int, float]]]) -> list[tuple[int, float]]:
    """Average over folds at the epochs that every fold reached."""
    tables = [dict(line) for line in lines]
    shared = sorted(set.intersection(*(set(table) for table in tables))) if tables else []
    return [(place, sum(table[place] for table in tables) / len(tables)) for place in shared]


def _panel(title: str) -> tuple[Figure, Axes]:
    """Return an empty panel; all have the same frame, so that they can be read along a line."""
    figure = Figure(figsize=(2.75, 2.35))
    figure.text(0.01, 0.985, "\n".join(textwrap.wrap(title, 44)), va="top", fontsize=8.5, weight="bold")
    return figure, figure.add_axes((0.19, 0.19, 0.79, 0.68))


def _square(axes: Axes, *, xlabel: str, ylabel: str) -> None:
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel=xlabel, ylabel=ylabel)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.spines[:].set_color(FAINT)
