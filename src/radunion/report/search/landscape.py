"""Where scores are high: two searched fields against each other, as a scatter or as a grid with a number a cell."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from radunion.report.figures import FAINT, GRID, INK, canvas
from radunion.report.search.material import Axis, Trial, Value
from radunion.report.search.points import color_limits, is_numeric, places_of, set_axis, trial_frame
from radunion.report.search.standing import spread
from radunion.report.search.words import axis_label, score_text, value_text

COLORS = "viridis"
"""Even to the eye, and in grey print brighter means higher."""
RING: dict[str, Any] = {"facecolors": "none", "edgecolors": INK, "linewidths": 1.6, "zorder": 4}


@dataclass(frozen=True)
class PairScatter:
    """Draw each trial where two of its values put it; colour is the score, a ring marks the best, a square the median.

    `trials` are in the order of their scores, best first.
    """

    name: str
    caption: str
    across: Axis
    up: Axis
    trials: tuple[Trial, ...]
    median: int
    measure: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pl.DataFrame:
        return trial_frame(self.trials, (self.across.name, self.up.name))

    def plot(self) -> Figure:
        figure, axes = canvas(width=5.6, height=4.1)
        across, up = places_of(self.across, self.trials), places_of(self.up, self.trials)
        scores = [trial.score or 0.0 for trial in self.trials]
        low, high, below = color_limits(scores)
        norm = Normalize(low, high)
        axes.scatter(
            across[::-1], up[::-1], c=scores[::-1], cmap=COLORS, norm=norm, s=42, edgecolors=FAINT, linewidths=0.5
        )
        set_axis(axes, "x", self.across, self.settings)
        set_axis(axes, "y", self.up, self.settings)
        axes.margins(0.06)
        axes.grid(color=GRID, linewidth=0.6, zorder=0)
        axes.set_axisbelow(True)
        self._mark(axes, across, up)
        color_bar(figure, axes, norm, self.measure, below=below)
        return figure

    def _mark(self, axes: Axes, across: list[float], up: list[float]) -> None:
        middle = next((place for place, trial in enumerate(self.trials) if trial.number == self.median), 0)
        axes.scatter(across[:1], up[:1], s=150, **RING)
        note(axes, (across[0], up[0]), f"best, trial {self.trials[0].number}")
        if middle:
            axes.scatter(across[middle : middle + 1], up[middle : middle + 1], s=130, marker="s", **RING)
            note(axes, (across[middle], up[middle]), f"median, trial {self.median}")


@dataclass(frozen=True)
class HeatMap:
    """Draw one cell for each pair of values with its mean and standard deviation over folds; a frame marks the best.

    `trials` are in the order of their scores, best first; the few values of `up` stand in lines, those of `across` in
    columns.
    """

    name: str
    caption: str
    across: Axis
    up: Axis
    trials: tuple[Trial, ...]
    measure: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pl.DataFrame:
        return trial_frame(self.trials, (self.across.name, self.up.name))

    def plot(self) -> Figure:
        columns, lines = levels(self.across, self.trials), levels(self.up, self.trials)
        figure, axes = canvas(width=1.7 + 0.68 * len(columns), height=1.0 + 0.52 * len(lines))
        low, high, below = color_limits([trial.score or 0.0 for trial in self.trials])
        norm = Normalize(low, high)
        cells = self._cells()
        means = np.full((len(lines), len(columns)), np.nan)
        for (column, line), trials in cells.items():
            means[lines.index(line), columns.index(column)] = statistics.fmean(one.score or 0.0 for one in trials)
        axes.pcolormesh(np.ma.masked_invalid(means), cmap=COLORS, norm=norm, edgecolors="white", linewidth=1.5)
        for (line, column), mean in np.ndenumerate(means):
            trials = cells.get((columns[column], lines[line]), [])
            _number(axes, (column + 0.5, line + 0.5), mean, trials, norm)
        self._frame_best(axes, columns, lines)
        axes.set_xticks(np.arange(len(columns)) + 0.5, [value_text(one) for one in columns])
        axes.set_yticks(np.arange(len(lines)) + 0.5, [value_text(one) for one in lines])
        axes.set(xlabel=axis_label(self.across, self.settings), ylabel=axis_label(self.up, self.settings))
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        color_bar(figure, axes, norm, self.measure, below=below)
        return figure

    def _cells(self) -> dict[tuple[Value, Value], list[Trial]]:
        cells: dict[tuple[Value, Value], list[Trial]] = {}
        for trial in self.trials:
            cells.setdefault((trial.values[self.across.name], trial.values[self.up.name]), []).append(trial)
        return cells

    def _frame_best(self, axes: Axes, columns: list[Value], lines: list[Value]) -> None:
        best = self.trials[0].values
        column, line = columns.index(best[self.across.name]), lines.index(best[self.up.name])
        square = ([column, column + 1, column + 1, column, column], [line, line, line + 1, line + 1, line])
        axes.plot(*square, color="white", linewidth=4.5, clip_on=False, solid_joinstyle="miter")
        axes.plot(*square, color=INK, linewidth=2.2, clip_on=False, solid_joinstyle="miter")


def levels(axis: Axis, trials: tuple[Trial, ...]) -> list[Value]:
    """Return the values that trials have on an axis: numbers in their order, choices as they were given."""
    found = {trial.values[axis.name] for trial in trials}
    if is_numeric(axis):
        return sorted(found, key=float)
    return [one for one in axis.choices if one in found]


def color_bar(figure: Figure, axes: Axes, norm: Normalize, measure: str, *, below: bool) -> None:
    """Draw the scale of the colours; an arrow at its foot says that some scores lie below it."""
    bar = figure.colorbar(
        ScalarMappable(norm, COLORS), ax=axes, extend="min" if below else "neither", pad=0.02, aspect=28
    )
    bar.set_label(f"{measure}, mean over folds")
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=2)


def note(axes: Axes, at: tuple[float, float], words: str) -> None:
    """Write words beside a mark, on the side where there is room, with a light ground below them."""
    across, up = axes.transAxes.inverted().transform(axes.transData.transform(at))
    left, low = across > 0.62, up > 0.85
    axes.annotate(
        words, at, xytext=(-10 if left else 10, -10 if low else 8), textcoords="offset points",
        ha="right" if left else "left", va="top" if low else "bottom", fontsize=8.5, zorder=5,
        bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _number(axes: Axes, at: tuple[float, float], mean: float, trials: list[Trial], norm: Normalize) -> None:
    if not trials:
        axes.text(*at, "–", ha="center", va="center", color=FAINT)
        return
    red, green, blue, _ = colormaps[COLORS](norm(mean))
    color = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.52 else INK
    sd = spread(trials[0].folds) if len(trials) == 1 else None
    across, up = at
    axes.text(across, up + (0.13 if sd is not None else 0), score_text(mean), ha="center", va="center", color=color)
    if sd is not None:
        axes.text(across, up - 0.22, f"±{sd:.3f}", ha="center", va="center", color=color, fontsize=7)
