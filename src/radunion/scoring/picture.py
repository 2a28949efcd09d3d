"""A score as one picture: each film whole and close up where the model looked, its cortices below, the conclusion last.

It holds no file name and nothing of a film's tags; what is burned into the pixels stays in them. Which edge of the bone
is which is the model's own finding: the close-up letters what it took for each cortex.
"""

import textwrap
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from radunion.radiograph import FILM_WARNINGS, Radiograph
from radunion.scale import CORTICES_ON, LEVELS, Cortex, View
from radunion.scoring.close_up import LETTERS, draw_close_up, draw_whole, maps_on, small, window_of
from radunion.scoring.document import CortexScore, ScoreDocument
from radunion.scoring.evidence import EvidenceMap
from radunion.scoring.score import Scored
from radunion.scoring.views import PAIR
from radunion.scoring.warning import SCORE_WARNINGS, ScoreWarning
from radunion.scoring.words import (
    LEVEL_WORDS,
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
_FILM = (0.02, 0.41, 0.225, 0.535)
"""Left, foot, width and height of a film's place, as parts of the picture; the other film stands half a picture on."""
_CLOSE_UP = (0.258, 0.675, 0.228, 0.27)
_CORTEX = (0.256, 0.123)
"""Left of the first cortex's words, and how far the second stands to the right."""
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
        left = 0.495 * column
        _write(figure, left + _FILM[0] + _FILM[2] / 2, 0.957, _TITLES[view], size=17, weight="bold", align="center")
        _draw_film(figure, left, film, {cortex: scored.evidence.get(cortex) for cortex in CORTICES_ON[view]})
        for place, name in enumerate(CORTICES_ON[view]):
            start = left + _CORTEX[0] + _CORTEX[1] * place
            _draw_cortex(figure, start, name, document.cortices[name], document.coverage)
    _draw_words(figure, document)
    stream = BytesIO()
    canvas.print_figure(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


def _draw_film(
    figure: Any, left: float, film: Radiograph | None, evidence: Mapping[Cortex, EvidenceMap | None]
) -> None:
    whole, near = _place(figure, left, _FILM), _place(figure, left, _CLOSE_UP)
    if film is None:
        _say(whole, "not given")
        near.set_visible(False)
        return
    pixels = small(film.pixels)
    maps = maps_on(pixels, {cortex: one for cortex, one in evidence.items() if one is not None})
    aspect = _CLOSE_UP[2] * _WIDTH / (_CLOSE_UP[3] * _HEIGHT)
    window = window_of(maps, (pixels.shape[0], pixels.shape[1]), aspect=aspect)
    draw_whole(whole, pixels, window)
    if window is None:
        _say(near, "this model says no places")
    else:
        draw_close_up(near, pixels, maps, window)


def _place(figure: Any, left: float, where: tuple[float, float, float, float]) -> Any:
    axes = figure.add_axes((left + where[0], *where[1:]))
    axes.set(xticks=(), yticks=())
    axes.spines[:].set_color("0.7")
    return axes


def _say(axes: Any, words: str) -> None:
    axes.text(0.5, 0.5, words, ha="center", va="center", fontsize=14, color=_PALE, family=_FONT)


def _draw_cortex(figure: Any, left: float, name: Cortex, cortex: CortexScore, coverage: float) -> None:
    """Write a cortex's level and how sure, and draw the probability of each level as a bar with its number."""
    _write(figure, left, 0.640, f"{LETTERS[name]}: {name}", size=15, color=_PALE)
    if cortex.level is None:
        _write(figure, left, 0.606, level_in_words(cortex), size=16, weight="bold")
        _write(figure, left, 0.580, "no level:", size=13)
        _write(figure, left, 0.558, "it widens the totals", size=13)
    else:
        _write(figure, left, 0.600, str(cortex.level), size=26, weight="bold")
        _write(figure, left + 0.02, 0.603, LEVEL_WORDS[cortex.level], size=13, weight="bold")
        _write(figure, left, 0.573, certainty_in_words(cortex), size=13)
        _write(figure, left, 0.549, range_in_words(cortex, coverage), size=11)
    axes = figure.add_axes((left + 0.014, 0.412, 0.062, 0.125))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(len(LEVELS) + 0.5, 0.5))
    chosen = set(cortex.levels) if cortex.level is not None else set()
    for level, probability in zip(LEVELS, cortex.probabilities, strict=True):
        shade = "0.25" if level == cortex.level else "0.55" if level in chosen else "0.8"
        axes.barh(level, probability, height=0.62, color=shade)
        words: dict[str, Any] = {"va": "center", "fontsize": 13, "color": _INK, "family": _FONT}
        axes.text(-0.06, level, str(level), ha="right", **words)
        axes.text(probability + 0.05, level, percent(probability), ha="left", **words)


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
