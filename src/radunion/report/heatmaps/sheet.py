"""Films with their maps: the best, the usual and the worst, drawn as lines so that a grey print shows them too."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from radunion.evaluation.heatmaps.quality import Example, Rank

_RANKS: dict[Rank, str] = {"best": "Best", "median": "Median", "worst": "Worst"}
_VIEWS = {"ap": "AP", "lateral": "Lateral"}
_LEVELS = (0.25, 0.75)
_EDGE: Any = [withStroke(linewidth=2.6, foreground="black")]


@dataclass(frozen=True)
class ContactSheet:
    """Draw films with the contours of their maps at a quarter and three quarters of the peak, and the marked boxes."""

    name: str
    caption: str
    examples: tuple[Example, ...]

    def frame(self) -> pl.DataFrame:
        fields = ("rank", "view", "energy", "hit")
        return pl.DataFrame({field: [getattr(one, field) for one in self.examples] for field in fields})

    def plot(self) -> Figure:
        lines = {rank: [one for one in self.examples if one.rank == rank] for rank in _RANKS}
        lines = {rank: films for rank, films in lines.items() if films}
        columns = max((len(films) for films in lines.values()), default=1)
        figure = Figure(figsize=(0.3 + 1.75 * columns, 2.5 * max(len(lines), 1)), layout="constrained")
        grid = figure.subplots(max(len(lines), 1), columns, squeeze=False)
        for axes in grid.flat:
            axes.set_axis_off()
        for row, (rank, films) in zip(grid, lines.items(), strict=False):
            row[0].text(-0.05, 0.5, _RANKS[rank], rotation=90, va="center", ha="right", transform=row[0].transAxes)
            for axes, one in zip(row, films, strict=False):
                _draw(axes, one)
        return figure


def _draw(axes: Axes, one: Example) -> None:
    axes.imshow(one.film, cmap="gray", vmin=0, vmax=1, interpolation="antialiased")
    for left, top, right, bottom in one.boxes:
        axes.add_patch(_box(left, top, right - left, bottom - top))
    peak = float(one.values.max(initial=0.0))
    if peak > 0:
        lines = axes.contour(one.values, levels=[level * peak for level in _LEVELS], colors="white", linewidths=1.2)
        lines.set_path_effects(_EDGE)
        row, column = np.unravel_index(int(one.values.argmax()), one.values.shape)
        axes.plot([column], [row], "x", color="white", markersize=5, path_effects=_EDGE)
    said = f"{_VIEWS[one.view]}, {100 * one.energy:.0f} % inside"
    axes.set_title(f"{said}, {'hit' if one.hit else 'MISS'}", fontsize=7.5)


def _box(left: float, top: float, width: float, height: float) -> Rectangle:
    return Rectangle(
        (left, top), width, height, fill=False, edgecolor="white", linewidth=1.1, linestyle=(0, (3, 2)),
        path_effects=_EDGE,
    )  # fmt: skip
