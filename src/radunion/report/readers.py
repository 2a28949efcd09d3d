"""The section of a report on readers: how far they agree with each other, and the models with them."""

from collections.abc import Iterator, Sequence

from radunion.evaluation.compare import Comparison, Row
from radunion.evaluation.readers import READERS, REPEATS
from radunion.report.numbers import SCALE_NAMES
from radunion.report.study.blocks import Block, Grid, Kind, Line, Prose, Section
from radunion.report.study.cells import row_cell
from radunion.report.tables import Column
from radunion.report.words import PlainVoice

_COLUMNS: tuple[Column, ...] = (
    ("kappa", "cortices", "Cortex kappa"),
    ("alpha", "cortices", "Cortex alpha"),
    ("icc-2-1", "total", "Total ICC(2,1)"),
    ("alpha", "total", "Total alpha"),
    ("mae", "total", "Total MAE"),
    ("within-1", "total", "Total within ±1"),
)
_HOW = (
    "Readers differ, so a model that knew the truth would still disagree with them: read how far it agrees with the "
    "readers beside how far they agree with each other. All of it is of cortices and totals that at least two readers "
    "scored. Readers are told by their place in the order of names."
)
Placed = tuple[int, Row]
"""A row with its place in metrics.json."""


def readers_section(rows: Sequence[Row], comparison: Comparison) -> Section:
    """Show the rows of `compare_readers`, which follow those of the comparison in metrics.json."""
    placed = list(enumerate(rows, start=len(comparison.rows)))
    said = (Prose(sentence, "lead") for sentence in reader_sentences(rows, comparison))
    return Section(READERS, "Readers beside the models", _HOW, (*said, *_blocks(placed, comparison)))


def reader_sentences(rows: Sequence[Row], comparison: Comparison) -> Iterator[str]:
    """Say on each scale how far readers agree on the total, and each model with them."""
    icc = [row for row in rows if row.metric.endswith("icc-2-1") and row.estimate is not None]
    known, voice = {(row.protocol, row.scale): row for row in icc}, PlainVoice()
    for scale in (one for one in comparison.scales if (READERS, one) in known):
        agreed = voice.said(known[READERS, scale])
        yield f"{SCALE_NAMES[scale]}: readers agree with each other on the total at an ICC(2,1) of {agreed}."
        for model in (name for name in comparison.protocols if name not in comparison.baselines):
            ours, apart = (
                voice.said(known.get((protocol, scale)))
                for protocol in (f"{model} | {READERS}", f"{model} | {READERS} - {READERS}")
            )
            yield f"{SCALE_NAMES[scale]}: {model} agrees with the readers at {ours}, paired difference {apart}."


def _blocks(placed: Sequence[Placed], comparison: Comparison) -> Iterator[Block]:
    alone = {f"{blind} | reader " for blind in comparison.baselines}
    kept = [one for one in placed if not any(one[1].protocol.startswith(name) for name in alone)]
    for scale in comparison.scales:
        here = [one for one in kept if one[1].scale == scale]
        agreed = [one for one in here if not one[1].metric.startswith("difference:")]
        apart = [one for one in here if one[1].metric.startswith("difference:")]
        name = SCALE_NAMES[scale]
        yield from _grid(f"{READERS}-{scale}", f"{name}: readers with each other, models with readers.", agreed)
        caption = f"{name}: what a model has over the readers; bold where the interval excludes zero."
        yield from _grid(f"{READERS}-differences-{scale}", caption, apart)


def _grid(name: str, caption: str, placed: Sequence[Placed]) -> Iterator[Grid]:
    """Yield one table, without the columns that nothing was taken of."""
    known = {(row.protocol, row.metric.removeprefix("difference:"), row.scope): (place, row) for place, row in placed}
    taken = [one for one in _COLUMNS if any(key[1:] == one[:2] for key in known)]
    lines = []
    for protocol in dict.fromkeys(row.protocol for _, row in placed):
        found = [known.get((protocol, metric, scope)) for metric, scope, _ in taken]
        cells = tuple(
            row_cell(None, None) if one is None else row_cell(one[1], f"metrics.json#/rows/{one[0]}") for one in found
        )
        kind: Kind = "plain" if protocol in (READERS, REPEATS) or protocol.startswith("reader ") else "model"
        lines.append(Line(protocol.replace(" - ", " − "), cells, kind))
    if lines:
        yield Grid(name, caption, "Who", tuple(heading for _, _, heading in taken), tuple(lines))
