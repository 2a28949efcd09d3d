"""The seed study's endpoints as a picture: its own measure of every protocol against the lines that it drew."""

from dataclasses import dataclass

import polars as pl
from matplotlib.figure import Figure

from radunion.evaluation.compare import Row
from radunion.report.figures import BLIND, FAINT, INK, WARN, Intervals


@dataclass(frozen=True)
class EndpointFigure:
    """Draw the 18-output macro AUROC of every protocol with the endpoints and the blind that knows only the view.

    `daggers` are the protocols that are given their view and scale there.
    """

    name: str
    caption: str
    rows: tuple[Row, ...]
    baselines: tuple[str, ...]
    lines: tuple[float, ...]
    shallow: float | None
    blind: float | None
    daggers: tuple[str, ...] = ()

    def frame(self) -> pl.DataFrame:
        return Intervals(self.name, self.caption, self.rows, self.baselines).frame()

    def plot(self) -> Figure:
        figure = Intervals(self.name, self.caption, self.rows, self.baselines).plot()
        axes = figure.axes[0]
        figure.set_size_inches(5.0, 1.2 + 0.28 * len(self.rows))
        for number, value in enumerate(self.lines):
            label = "endpoints " + ", ".join(f"{one:.2f}" for one in self.lines) if not number else "_"
            axes.axvline(value, color=INK, linewidth=1, linestyle="-", label=label, zorder=1.5)
        for known, color, style, label in (
            (self.shallow, WARN, ":", "shallow net"),
            (self.blind, BLIND, "--", "blind-view: the zero of this measure"),
        ):
            if known is not None:
                axes.axvline(known, color=color, linewidth=1.6, linestyle=style, label=label, zorder=1.5)
        names = [f"{row.protocol} †" if row.protocol in self.daggers else row.protocol for row in self.rows]
        axes.set_yticks(range(len(names)), names)
        axes.set_xlabel("18-output macro AUROC", color=FAINT)
        figure.legend(loc="outside lower left", ncols=1, frameon=False, fontsize=8)
        return figure
