"""Learning curves of trials: by epoch, faint lines the folds and bold ones their mean, all panels in one frame."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from radunion.report.figures import FAINT, GRID, MODEL, WARN
from radunion.report.search.material import Trial

What = Literal["auroc18", "loss"]
_LABELS: dict[What, str] = {"auroc18": "18-output AUROC", "loss": "Loss"}
HELD_OUT = "held out"
_PARTS = (("train", WARN, "--"), ("validation", MODEL, "-"))
_DIVERGED = 2
"""A loss so many times what nearly all have has diverged."""
_Line = list[tuple[float, float]]


@dataclass(frozen=True)
class TrialCurves:
    """Draw one measure of some trials by epoch, a panel a trial with its title; all share one vertical axis.

    `watched` says what the films are that a fold did not learn from.
    """

    name: str
    caption: str
    what: What
    trials: tuple[Trial, ...]
    titles: tuple[str, ...]
    columns: int = 3
    size: tuple[float, float] = (2.1, 1.8)
    blind: float | None = None
    watched: str = HELD_OUT

    def frame(self) -> pl.DataFrame:
        """Return the epochs of the trials: trial, fold, epoch and both values."""
        keys = ("fold", "epoch", *(f"{part}_{self.what}" for part, *_ in _PARTS))
        rows = [
            {"trial": trial.number} | {key: one.get(key) for key in keys}
            for trial in self.trials
            for one in trial.history
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def plot(self) -> Figure:
        columns = min(self.columns, len(self.trials))
        lines = math.ceil(len(self.trials) / columns)
        width, height = self.size
        figure = Figure(figsize=(columns * width, lines * height + 0.35), layout="constrained")
        figure.subplots(lines, columns, sharex=True, sharey=True)
        panels = figure.axes
        for axes, trial, title in zip(panels, self.trials, self.titles, strict=False):
            axes.set_title(title, fontsize=8.5, loc="left", weight="bold")
            self._draw(axes, trial)
        for axes in panels[len(self.trials) :]:
            axes.set_axis_off()
        for axes in panels[::columns]:
            axes.set_ylabel(_LABELS[self.what])
        for axes in panels[-columns:]:
            axes.set_xlabel("Epoch")
        panels[0].xaxis.set_major_locator(MaxNLocator(5, integer=True))
        panels[0].set_ylim(*self._limits())
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, handlelength=2.4)
        return figure

    def _draw(self, axes: Axes, trial: Trial) -> None:
        axes.grid(axis="y", color=GRID, linewidth=0.7)
        for part, color, style in _PARTS:
            folds = lines_of(trial.history, f"{part}_{self.what}")
            label = "learned from" if part == "train" else self.watched
            for line in folds:
                axes.plot(*zip(*line, strict=True), color=color, linewidth=0.7, alpha=0.45, linestyle=style)
            if mean := mean_line(folds):
                axes.plot(*zip(*mean, strict=True), color=color, linewidth=2, linestyle=style, label=label)
        if self.blind is not None and self.what == "auroc18":
            axes.axhline(self.blind, color=FAINT, linewidth=1, linestyle=":", label="view alone")

    def _limits(self) -> tuple[float, float]:
        """Return the ends of the vertical axis; of a loss that diverged the highest fiftieth leaves the frame."""
        values = sorted(
            value
            for trial in self.trials
            for part, *_ in _PARTS
            for line in lines_of(trial.history, f"{part}_{self.what}")
            for _, value in line
        )
        if not values:
            return 0.0, 1.0
        most = values[int(0.98 * (len(values) - 1))]
        low, high = values[0], most if self.what == "loss" and values[-1] > _DIVERGED * most else values[-1]
        room = 0.05 * (high - low) or 0.01
        return low - room, high + room


def lines_of(history: Sequence[Mapping[str, float]], key: str) -> list[_Line]:
    """Return one line of (epoch, value) a fold, where the value exists and is finite; stages follow one another."""
    folds: dict[float, _Line] = {}
    for fold, epoch, value in _known(history, key):
        folds.setdefault(fold, []).append((epoch, value))
    return list(folds.values())


def mean_line(lines: Sequence[_Line]) -> _Line:
    """Average over folds at the epochs that every fold has."""
    tables = [dict(line) for line in lines]
    shared = sorted(set.intersection(*(set(table) for table in tables))) if tables else []
    return [(epoch, sum(table[epoch] for table in tables) / len(tables)) for epoch in shared]


def has_curve(trial: Trial, what: What) -> bool:
    """Say whether a trial tells a measure by epoch."""
    return any(lines_of(trial.history, f"{part}_{what}") for part, *_ in _PARTS)


def spread_by_rank(trials: Sequence[Trial], count: int) -> tuple[int, ...]:
    """Return `count` places from the first to the last trial, evenly spread; all where there are fewer."""
    if len(trials) <= count:
        return tuple(range(len(trials)))
    return tuple(round(step * (len(trials) - 1) / (count - 1)) for step in range(count))


def _known(history: Sequence[Mapping[str, float]], key: str) -> Iterator[tuple[float, float, float]]:
    """Yield fold, epoch and value; a stage that counts its epochs anew goes on where the one before it ended."""
    before: dict[float, float] = {}
    last: dict[float, float] = {}
    for one in history:
        fold, epoch, value = one.get("fold", 0.0), one["epoch"], one.get(key)
        if epoch <= last.get(fold, 0.0):
            before[fold] = before.get(fold, 0.0) + last[fold]
        last[fold] = epoch
        if value is not None and math.isfinite(value):
            yield fold, before.get(fold, 0.0) + epoch, value
