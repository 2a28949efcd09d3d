"""A score as a table for people, in the terminal. Everything is said in words and numbers; colour adds nothing."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from radunion.scale import LEVELS
from radunion.scoring.document import ScoreDocument
from radunion.scoring.words import (
    LEVEL_WORDS,
    certainty_in_words,
    familiarity_in_words,
    level_in_words,
    missing_in_words,
    model_in_words,
    percent,
    sets_in_words,
    total_in_words,
    union_in_words,
)


def score_table(document: ScoreDocument) -> RenderableType:
    """Return the cortices as a table, with totals, union, the model, warnings and the notice as lines below it."""
    return Group(
        _cortices(document),
        *(Text(line) for line in _conclusion(document)),
        Text(),
        *(Text(line) for line in _provenance(document)),
        *_warnings(document),
        Text(),
        Text(document.notice, style="bold"),
    )


def _cortices(document: ScoreDocument) -> Table:
    table = Table(title="mRUST level of each cortex", title_justify="left", title_style="bold")
    table.add_column("Cortex")
    table.add_column("Level")
    table.add_column("Certainty")
    for level in LEVELS:
        table.add_column(f"{level}", justify="right", style="dim")
    table.add_column("Scorable", justify="right")
    for name, cortex in document.cortices.items():
        numbers = (percent(p) for p in cortex.probabilities)
        scorable = percent(cortex.scorable) if cortex.seen else "–"
        table.add_row(name, level_in_words(cortex), certainty_in_words(cortex) or "–", *numbers, scorable)
    table.caption = "Levels: " + ", ".join(f"{level} {words}" for level, words in LEVEL_WORDS.items())
    table.caption_justify = "left"
    return table


def _conclusion(document: ScoreDocument) -> list[str]:
    lines = [
        total_in_words(document.mrust, "mrust", document.coverage),
        f"{total_in_words(document.rust, 'rust', document.coverage)}, convention {document.convention}",
        union_in_words(document.union),
        missing_in_words(document),
    ]
    return [line for line in lines if line]


def _provenance(document: ScoreDocument) -> list[str]:
    films = [f"{film.path}: {film.view} view, by {film.view_source}" for film in document.inputs]
    return [*films, model_in_words(document), familiarity_in_words(document), sets_in_words(document)]


def _warnings(document: ScoreDocument) -> list[Text]:
    if not document.warnings:
        return []
    return [Text(), *(Text(f"{one.code} {one.message}") for one in document.warnings)]
