"""A sheet of films under the view that the table names, so that a person can see whether views are swapped."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from jaxtyping import Float32

from radunion.cohort.examination import Cohort
from radunion.errors import FilmError
from radunion.scale import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN: tuple[tuple[View, str], ...] = (("ap", "named AP"), ("lateral", "named lateral"))
_CELL_INCHES = 2.2
_CELL_PIXELS = 400

Films = list[tuple[int, Path]]
"""Lines of the table and the files of their films."""


def contact_sheet(source: Cohort | pl.DataFrame, out: Path, *, rows: int = 12) -> Path:
    """Draw up to `rows` films of each view, spread over the table, as a PNG; return its path.

    Each film bears its line in the table, never a patient. Of a frame, image paths are relative to the working folder
    and its first row is line 2. A film that cannot be read says so in its place.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = {view: _spread(_films(source, view), rows) for view, _ in _SHOWN}
    height = max([1, *(len(films) for films in columns.values())])
    figure = Figure(figsize=(_CELL_INCHES * len(_SHOWN), _CELL_INCHES * height + 0.5), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(height, len(_SHOWN), squeeze=False)
    for place, (view, title) in enumerate(_SHOWN):
        grid[0, place].set_title(title)
        for row, axes in enumerate(grid[:, place]):
            axes.set_axis_off()
            if row < len(columns[view]):
                _draw(axes, *columns[view][row])
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, format="png", dpi=100)
    return out


def _films(source: Cohort | pl.DataFrame, view: View) -> Films:
    if isinstance(source, Cohort):
        return [(film.line, film.path) for item in source.examinations for film in item.films if film.view == view]
    pairs = zip(source["view"].to_list(), source["image"].to_list(), strict=True)
    return [(line, Path(image)) for line, (word, image) in enumerate(pairs, start=2) if word == view and image]


def _spread(films: Films, count: int) -> Films:
    """Choose films evenly over the table."""
    places = np.unique(np.linspace(0, len(films) - 1, num=min(count, len(films))).round().astype(int))
    return [films[place] for place in places]


def _draw(axes: "Axes", line: int, path: Path) -> None:
    from radunion.radiograph import read_radiograph

    axes.text(
        0.0, 1.0, f"line {line}", transform=axes.transAxes, va="top", fontsize=7, color="black", backgroundcolor="white"
    )
    try:
        pixels = read_radiograph(path).pixels
    except FilmError as error:
        axes.text(0.5, 0.5, error.problem, transform=axes.transAxes, ha="center", va="center", fontsize=6, wrap=True)
        return
    axes.imshow(_thumbnail(pixels), cmap="gray", vmin=0.0, vmax=1.0)


def _thumbnail(pixels: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "small_h small_w"]:
    step = max(1, max(pixels.shape) // _CELL_PIXELS)
    return pixels[::step, ::step]
