"""A score as one picture: the films side by side, their cortices beside them, the conclusion below.

It holds no file name and nothing of a film's tags; what is burned into the pixels stays in them. Which edge of the bone
is medial is not known, so cortices stand in a list and not on the film.
"""

import textwrap
from io import BytesIO
from typing import Any

import numpy as np
from jaxtyping import Float32
from PIL import Image

from radunion.radiograph import FILM_WARNINGS
from radunion.scale import CORTICES_ON, LEVELS, Cortex, View
from radunion.scoring.document import CortexScore, ScoreDocument
from radunion.scoring.score import Scored
from radunion.scoring.views import PAIR
from radunion.scoring.warning import SCORE_WARNINGS, ScoreWarning
from radunion.scoring.words import (
    certainty_in_words,
    familiarity_in_words,
    level_in_words,
    missing_in_words,
    model_in_words,
    percent,
    range_in_words,
    sets_in_words,
    total_in_words,
    union_in_words,
)

_TITLES: dict[View, str] = {"ap": "AP", "lateral": "Lateral"}
_SENTENCES = dict[str, str]((*SCORE_WARNINGS.items(), *FILM_WARNINGS.items()))
_WIDTH, _HEIGHT, _DPI = 1600, 1180, 100
_FILM_PIXELS = 1200
"""Longer side of a film before it is drawn: a film of 60 megapixels needs no more here."""
_FILM_BOX = (0.28, 0.535)
"""Width and height of a film's place, as parts of the picture."""
_FILM_FOOT = 0.41
_FONT = "DejaVu Sans"
_INK, _PALE = "0.05", "0.35"
_LINE = 122
"""Letters a line."""
_MOST_WARNINGS = 4
_MOST_LINES = 9


def score_picture(scored: Scored) -> bytes:
    """Return the score as a PNG, 1600 pixels wide."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH / _DPI, _HEIGHT / _DPI), dpi=_DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    document = scored.document
    for column, (view, film) in enumerate(zip(PAIR, scored.films, strict=True)):
        left = 0.02 + 0.495 * column
        _draw_film(figure, left, _TITLES[view], None if film is None else film.pixels)
        for row, name in enumerate(CORTICES_ON[view]):
            place = (left + _FILM_BOX[0] + 0.02, 0.705 - 0.285 * row)
            _draw_cortex(figure, place, name, document.cortices[name], document.coverage)
    _draw_words(figure, document)
    stream = BytesIO()
    canvas.print_figure(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


def _draw_film(figure: Any, left: float, title: str, pixels: Float32[np.ndarray, "h w"] | None) -> None:
    axes = figure.add_axes((left, _FILM_FOOT, *_FILM_BOX))
    axes.set(xticks=(), yticks=())
    axes.spines[:].set_color("0.7")
    _write(figure, left + _FILM_BOX[0] / 2, 0.957, title, size=17, weight="bold", align="center")
    if pixels is None:
        axes.text(0.5, 0.5, "not given", ha="center", va="center", fontsize=15, color=_PALE, family=_FONT)
        return
    axes.imshow(_small(pixels), cmap="gray", vmin=0, vmax=1, aspect="equal")
    axes.set_anchor("N")


def _draw_cortex(figure: Any, place: tuple[float, float], name: Cortex, cortex: CortexScore, coverage: float) -> None:
    """Write a cortex's level and how sure, and draw the probability of each level as a bar with its number."""
    left, foot = place
    _write(figure, left, foot + 0.222, f"{name.capitalize()} cortex", size=15, color=_PALE)
    _write(figure, left, foot + 0.186, level_in_words(cortex), size=19, weight="bold")
    _write(figure, left, foot + 0.159, certainty_in_words(cortex) or "no level: it widens the totals", size=14)
    _write(figure, left, foot + 0.135, range_in_words(cortex, coverage), size=14)
    axes = figure.add_axes((left + 0.015, foot, 0.14, 0.122))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(len(LEVELS) + 0.5, 0.5))
    chosen = set(cortex.levels) if cortex.level is not None else set()
    for level, probability in zip(LEVELS, cortex.probabilities, strict=True):
        shade = "0.25" if level == cortex.level else "0.55" if level in chosen else "0.8"
        axes.barh(level, probability, height=0.62, color=shade)
        axes.text(-0.03, level, str(level), ha="right", va="center", fontsize=13, color=_INK, family=_FONT)
        axes.text(
            probability + 0.03,
            level,
            percent(probability),
            ha="left",
            va="center",
            fontsize=13,
            color=_INK,
            family=_FONT,
        )


def _draw_words(figure: Any, document: ScoreDocument) -> None:
    mrust, rust = (
        total_in_words(document.mrust, "mrust", document.coverage),
        total_in_words(document.rust, "rust", document.coverage),
    )
    _write(figure, 0.02, 0.362, mrust, size=23, weight="bold")
    _write(figure, 0.02, 0.321, union_in_words(document.union), size=23, weight="bold")
    small = [f"{rust}, convention {document.convention}. {missing_in_words(document)}".strip()]
    small += [f"{model_in_words(document)}. {familiarity_in_words(document)}.", sets_in_words(document)]
    small += _told_warnings(document)
    lines = [line for paragraph in small for line in textwrap.wrap(paragraph, _LINE, subsequent_indent="    ")]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], "… the rest stands in the document"]
    for row, line in enumerate(lines):
        _write(figure, 0.02, 0.277 - 0.0255 * row, line, size=15)
    _write(figure, 0.02, 0.017, document.notice, size=17, weight="bold")


def _told_warnings(document: ScoreDocument) -> list[str]:
    """Return the first warnings, films named by their view: a file's name may be a patient's."""
    told = [_told(one, document) for one in document.warnings[:_MOST_WARNINGS]]
    more = len(document.warnings) - len(told)
    return [*told, *([f"and {more} more in the document"] if more else [])]


def _told(one: ScoreWarning, document: ScoreDocument) -> str:
    sentence = _SENTENCES[one.code]
    named = one.message.removesuffix(f": {sentence}").split(" and ")
    films = [_TITLES[film.view] for film in document.inputs if film.path in named]
    return f"{one.code} {' and '.join(films)}{': ' if films else ''}{sentence}"


def _write(
    figure: Any,
    x: float,
    y: float,
    text: str,
    *,
    size: int,
    weight: str = "normal",
    color: str = _INK,
    align: str = "left",
) -> None:
    figure.text(
        x,
        y,
        text,
        fontsize=size,
        fontweight=weight,
        color=color,
        ha=align,
        va="baseline",
        family=_FONT,
        parse_math=False,
    )


def _small(pixels: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "height width"]:
    shrink = max(pixels.shape) / _FILM_PIXELS
    if shrink <= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] / shrink)), max(1, round(pixels.shape[0] / shrink)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX), dtype=np.float32)
