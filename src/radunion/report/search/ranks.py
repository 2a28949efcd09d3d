"""Trials in a line: all by rank, one searched field at a time, importance, and what fresh seeds made of the first."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from radunion.report.figures import FAINT, GRID, INK, MODEL, WARN, canvas
from radunion.report.search.landscape import RING, note
from radunion.report.search.material import Axis, Trial
from radunion.report.search.points import is_numeric, places_of, set_axis, trial_frame
from radunion.report.search.standing import Again, spread
from radunion.report.search.words import axis_title

_BAR: dict[str, Any] = {"fmt": "none", "ecolor": "#b9c3ce", "elinewidth": 1}


@dataclass(frozen=True)
class TrialRanks:
    """Draw every complete trial by its rank, the mean with one standard deviation over folds to either side."""

    name: str
    caption: str
    trials: tuple[Trial, ...]
    median: int
    measure: str
    blind: float | None = None

    def frame(self) -> pl.DataFrame:
        return trial_frame(self.trials, ()).with_row_index("rank", offset=1)

    def plot(self) -> Figure:
        figure, axes = canvas(width=6.3, height=2.8)
        ranks = list(range(1, len(self.trials) + 1))
        scores = [trial.score or 0.0 for trial in self.trials]
        axes.errorbar(ranks, scores, yerr=[spread(trial.folds) or 0.0 for trial in self.trials], **_BAR)
        axes.scatter(ranks, scores, s=16, color=MODEL, zorder=3, linewidths=0)
        axes.grid(axis="y", color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set(xlabel="Rank of the trial", ylabel=self.measure)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.margins(x=0.02)
        if self.blind is not None:
            _level(axes, self.blind, "view alone")
        middle = next((place for place, trial in enumerate(self.trials) if trial.number == self.median), 0)
        for place, word in {0: "best", middle: "median"}.items():
            axes.scatter(ranks[place], scores[place], s=80, **RING)
            note(axes, (float(ranks[place]), scores[place]), f"{word}, trial {self.trials[place].number}")
        return figure


@dataclass(frozen=True)
class Slice:
    """Draw the score of every complete trial against one searched field; a ring marks the best."""

    name: str
    caption: str
    axis: Axis
    trials: tuple[Trial, ...]
    measure: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pl.DataFrame:
        return trial_frame(self.trials, (self.axis.name,))

    def plot(self) -> Figure:
        figure, axes = canvas(width=2.9, height=2.4)
        across = np.array(places_of(self.axis, self.trials))
        scores = np.array([trial.score or 0.0 for trial in self.trials])
        if not is_numeric(self.axis):
            self._medians(axes, across, scores)
            across = across + 0.36 * (np.arange(len(across)) * 0.618 % 1 - 0.5)
            axes.set_xlim(-0.6, len(self.axis.choices) - 0.4)
        axes.scatter(across, scores, s=18, color=MODEL, alpha=0.6, linewidths=0)
        axes.scatter(across[:1], scores[:1], s=80, **RING)
        axes.grid(axis="y", color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        set_axis(axes, "x", self.axis, self.settings)
        axes.set_ylabel(self.measure)
        return figure

    def _medians(self, axes: Axes, across: np.ndarray, scores: np.ndarray) -> None:
        """Draw a bar at the median of each choice; points of a choice are only moved aside to be seen."""
        for choice in range(len(self.axis.choices)):
            if (here := across == choice).any():
                axes.hlines(np.median(scores[here]), choice - 0.3, choice + 0.3, color=WARN, linewidth=1.8, zorder=4)


@dataclass(frozen=True)
class ImportanceBars:
    """Draw what share of the variance of the scores each searched field explains alone."""

    name: str
    caption: str
    shares: Mapping[str, float]
    axes: tuple[Axis, ...]

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([{"field": name, "share": share} for name, share in self._ordered()])

    def plot(self) -> Figure:
        ordered = self._ordered()
        figure, axes = canvas(width=5.0, height=0.75 + 0.3 * len(ordered))
        titles = {axis.name: axis_title(axis) for axis in self.axes}
        for place, (_, share) in enumerate(ordered):
            axes.barh(place, share, color=MODEL, height=0.62)
            axes.text(share + 0.012, place, f"{share:.2f}", va="center")
        axes.set_yticks(range(len(ordered)), [titles.get(name, name) for name, _ in ordered])
        axes.set(xlim=(0, 1.1), ylim=(len(ordered) - 0.4, -0.6), xlabel="Share of the variance explained alone")
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
        axes.tick_params(axis="y", length=0)
        return figure

    def _ordered(self) -> list[tuple[str, float]]:
        return sorted(self.shares.items(), key=lambda one: -one[1])


@dataclass(frozen=True)
class FreshSeeds:
    """Draw each repeated trial as the search saw it (hollow) and on fresh seeds (filled, with its 95 % interval)."""

    name: str
    caption: str
    again: tuple[Again, ...]
    measure: str
    median: int | None = None
    blind: float | None = None

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame([asdict(one) | {"fall": one.fall} for one in self.again], infer_schema_length=None)

    def plot(self) -> Figure:
        figure, axes = canvas(width=5.4, height=1.15 + 0.3 * len(self.again))
        for place, one in enumerate(self.again):
            axes.plot([one.low, one.high], [place, place], color=MODEL, linewidth=2, solid_capstyle="round")
            axes.plot(one.mean, place, "o", color=MODEL, markersize=6, label="fresh seeds" if not place else "_")
            if one.searched is not None:
                style: dict[str, Any] = {"color": INK, "markerfacecolor": "white", "markersize": 6, "zorder": 4}
                axes.plot(one.searched, place, "D", label="as searched" if not place else "_", **style)
        axes.set_yticks(range(len(self.again)), [self._title(one) for one in self.again])
        axes.set(ylim=(len(self.again) - 0.4, -0.6), xlabel=self.measure)
        if self.blind is not None:
            axes.axvline(self.blind, color=FAINT, linewidth=1, linestyle="--", label="view alone")
        axes.grid(axis="x", color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=3, frameon=False, handlelength=1.4)
        return figure

    def _title(self, one: Again) -> str:
        rank = "median" if one.number == self.median else f"rank {one.rank}" if one.rank else "unranked"
        return f"Trial {one.number} ({rank})"


def _level(axes: Axes, level: float, words: str) -> None:
    axes.axhline(level, color=FAINT, linewidth=1, linestyle="--", zorder=1)
    axes.text(0.995, level, words, transform=axes.get_yaxis_transform(), ha="right", va="bottom", fontsize=8)
