"""Deletion and insertion as a picture: lines told apart by their strokes, so that a grey print shows them too."""

from dataclasses import dataclass
from typing import Any

import polars as pl
from matplotlib.figure import Figure

from radunion.evaluation.heatmaps.quality import CurveKind, MeanCurve
from radunion.report.figures import FAINT, INK
from radunion.report.heatmaps.words import name_of

_TITLES: dict[CurveKind, str] = {
    "deletion": "Taken away: higher is better",
    "insertion": "Brought back: lower is better",
}
_STROKES: dict[str, dict[str, Any]] = {
    "random-order": {"color": FAINT, "linestyle": "--", "linewidth": 1.4},
    "centre-order": {"color": FAINT, "linestyle": ":", "linewidth": 1.8},
    "random-weights": {"color": INK, "linestyle": "-.", "linewidth": 1.2},
}
_OWN: dict[str, Any] = {"color": INK, "linestyle": "-", "linewidth": 2.4}


@dataclass(frozen=True)
class RemovalFigure:
    """Draw how far the score moved as the film was taken away, and brought back, in several orders."""

    name: str
    caption: str
    curves: tuple[MeanCurve, ...]

    def frame(self) -> pl.DataFrame:
        columns: dict[str, list[Any]] = {"kind": [], "order": [], "maps": [], "share": [], "change": []}
        for one in self.curves:
            for share, change in zip(one.shares.tolist(), one.change.tolist(), strict=True):
                for key, value in zip(columns, (one.kind, one.order, one.maps, share, change), strict=True):
                    columns[key].append(value)
        return pl.DataFrame(columns)

    def plot(self) -> Figure:
        figure = Figure(figsize=(6.6, 3.4), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for axes, (kind, title) in zip(panels, _TITLES.items(), strict=True):
            for one in (curve for curve in self.curves if curve.kind == kind):
                axes.plot(one.shares, one.change, label=name_of(one.order), **_STROKES.get(one.order, _OWN))
            axes.set(xlim=(0, 1), xlabel="Share of the film", title=title)
            axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "¼", "½", "¾", "1"])
            axes.set_ylim(bottom=0)
        panels[0].set_ylabel("Change of the expected level")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
        return figure
