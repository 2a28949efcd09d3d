"""The tables of a study: protocols by metrics, paired differences, groups, and the study's own records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from radunion.evaluation.compare import Row
from radunion.report.numbers import SCALE_NAMES, TITLES
from radunion.report.study.blocks import Cell, Grid, Kind, Line
from radunion.report.study.cells import found_cell, paired_cell, row_cell, study_at, value_cell
from radunion.report.study.ledger import Ledger
from radunion.report.tables import CORTEX_AUROC, CORTEX_KAPPA, HEADLINE, REST, SEED, Column

RecordColumn = tuple[str, str, int | None]
"""The field of a record, its heading, and digits after the point."""


def metric_grid(
    ledger: Ledger,
    name: str,
    columns: Sequence[Column],
    *,
    scale: str,
    caption: str,
) -> Grid:
    """Lay out protocols by metrics, blinds first; a column that no protocol has on this scale is left out."""
    taken = [one for one in columns if any(ledger.find(name, *one[:2], scale) for name in ledger.protocols)]
    lines = tuple(metric_line(ledger, protocol, taken, scale) for protocol in ledger.protocols)
    return Grid(f"{name}-{scale}", caption, "Protocol", tuple(heading for _, _, heading in taken), lines)


def metric_line(ledger: Ledger, protocol: str, columns: Sequence[Column], scale: str) -> Line:
    """Lay out one protocol by metrics."""
    cells = tuple(found_cell(ledger, protocol, metric, scope, scale) for metric, scope, _ in columns)
    return Line(protocol, cells, kind_of(ledger, protocol))


def kind_of(ledger: Ledger, protocol: str) -> Kind:
    """Say whether a protocol reads films."""
    return "blind" if protocol in ledger.baselines else "model"


def pair_grid(
    ledger: Ledger, name: str, pairs: Iterable[str], columns: Sequence[Column], *, scale: str, caption: str
) -> Grid:
    """Lay out paired differences by metrics."""
    lines = tuple(pair_line(ledger, pair, columns, scale) for pair in pairs)
    return Grid(f"{name}-{scale}", caption, "Difference", tuple(heading for _, _, heading in columns), lines)


def pair_line(ledger: Ledger, pair: str, columns: Sequence[Column], scale: str) -> Line:
    """Lay out one paired difference by metrics, as it stands in the file."""
    cells = tuple(found_cell(ledger, pair, f"difference:{metric}", scope, scale) for metric, scope, _ in columns)
    return Line(pair.replace(" - ", " − "), cells, "difference")


def best_grid(ledger: Ledger, model: str, columns: Sequence[Column], *, scale: str, caption: str) -> Grid:
    """Lay out what one protocol has over every other that reads films, in their order."""
    lines = tuple(
        Line(
            f"{model} − {other}",
            tuple(
                paired_cell(ledger, ledger.paired(model, other, metric, scope, scale)) for metric, scope, _ in columns
            ),
            "difference",
        )
        for other in ledger.models
        if other != model
    )
    return Grid(f"best-{scale}", caption, "Difference", tuple(heading for _, _, heading in columns), lines)


def blind_grid(ledger: Ledger, columns: Sequence[Column], *, scale: str, caption: str) -> Grid:
    """Lay out what each model has over each baseline: a line a model, a column a baseline and metric."""
    heads = [(blind, *column) for column in columns for blind in ledger.baselines]
    lines = tuple(
        Line(
            model,
            tuple(
                found_cell(ledger, f"{model} - {blind}", f"difference:{metric}", scope, scale)
                for blind, metric, scope, _ in heads
            ),
            "model",
        )
        for model in ledger.models
    )
    headings = tuple(f"{heading} − {blind}" for blind, _, _, heading in heads)
    return Grid(f"over-blinds-{scale}", caption, "Protocol", headings, lines)


def pairs_of(ledger: Ledger) -> tuple[str, ...]:
    """Return every pair of protocols that was compared, in order; calibrated ones are told elsewhere."""
    named = dict.fromkeys(row.protocol for row in ledger.rows if row.metric.startswith("difference:"))
    known = {f"{one} - {other}" for one in ledger.protocols for other in ledger.protocols}
    return tuple(name for name in named if name in known)


def other_columns(ledger: Ledger, scale: str) -> list[Column]:
    """Return what was measured on a scale and stands in no other table; subgroups have tables of their own."""
    shown = {column[:2] for column in (*HEADLINE, *CORTEX_KAPPA, *CORTEX_AUROC, *REST, *SEED)}
    taken = dict.fromkeys(
        (row.metric, row.scope)
        for row in ledger.rows
        if row.scale == scale and "|" not in row.scope and not row.metric.startswith("difference:")
    )
    return [(metric, scope, f"{title_of(metric)}, {scope}") for metric, scope in taken if (metric, scope) not in shown]


def title_of(metric: str) -> str:
    """Return the name of a metric; its key where it has none yet."""
    return TITLES.get(metric, metric.replace("-", " "))


def group_grids(ledger: Ledger, *, scale: str, columns: Sequence[Column]) -> list[Grid]:
    """Lay out protocols by the groups of each attribute, for each metric that was taken on subgroups."""
    grids = []
    for attribute, groups in _groups(ledger, scale).items():
        for metric, scope, heading in columns:
            scopes = [f"{scope}|{attribute}={group}" for group in groups]
            found = [any(ledger.find(name, metric, one, scale) for name in ledger.protocols) for one in scopes]
            kept = [(one, group) for one, group, there in zip(scopes, groups, found, strict=True) if there]
            if kept:
                grids.append(_group_grid(ledger, attribute, (metric, scope, heading), kept, scale))
    return grids


def _groups(ledger: Ledger, scale: str) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for row in ledger.rows:
        if row.scale == scale and "|" in row.scope:
            attribute, _, group = row.scope.split("|", 1)[1].partition("=")
            if group not in groups.setdefault(attribute, []):
                groups[attribute].append(group)
    return groups


def _group_grid(ledger: Ledger, attribute: str, column: Column, kept: Sequence[tuple[str, str]], scale: str) -> Grid:
    metric, _, heading = column
    lines = [
        Line(name, tuple(found_cell(ledger, name, metric, scope, scale) for scope, _ in kept), kind_of(ledger, name))
        for name in ledger.protocols
    ]
    first = [ledger.find(ledger.protocols[0], metric, scope, scale) for scope, _ in kept]
    sizes = tuple(
        Cell("–") if row is None else Cell(f"{row.exams:,}", f"{ledger.at(row)}/exams", row.exams) for row in first
    )
    return Grid(
        f"by-{attribute}-{metric}-{scale}",
        f"{heading} ({SCALE_NAMES[scale]}) by {attribute}.",
        "Protocol",
        tuple(group or "not given" for _, group in kept),
        (Line("Examinations", sizes), *lines),
    )


def record_grid(
    name: str,
    records: Sequence[Mapping[str, Any]],
    columns: Sequence[RecordColumn],
    *,
    table: str,
    head: tuple[str, str],
    caption: str,
    places: Sequence[int] | None = None,
) -> Grid:
    """Lay out records of study.json: `head` is the field and heading of the first column, `places` their indices."""
    where = range(len(records)) if places is None else places
    lines = tuple(
        Line(
            str(record[head[0]]),
            tuple(value_cell(record[key], study_at(table, place, key), digits=digits) for key, _, digits in columns),
        )
        for place, record in zip(where, records, strict=True)
    )
    return Grid(name, caption, head[1], tuple(heading for _, heading, _ in columns), lines)


def reader_grids(rows: Sequence[Row], ledger: Ledger, model: str | None) -> Iterator[Grid]:
    """Lay out readers beside models, and their differences; `model` joins where no row compares it with the readers."""
    placed = list(enumerate(rows))
    levels = [(place, row) for place, row in placed if not row.metric.startswith("difference:")]
    differences = [(place, row) for place, row in placed if row.metric.startswith("difference:")]
    told = model is not None and any(row.protocol.startswith(f"{model} |") for row in rows)
    if levels:
        yield _reader_grid(
            "readers", "Readers against readers, models against readers.", levels, ledger, None if told else model
        )
    if differences:
        caption = "What a model has over the readers; bold where the interval excludes zero."
        yield _reader_grid("readers-differences", caption, differences, ledger, None)


def _reader_grid(name: str, caption: str, placed: Sequence[tuple[int, Row]], ledger: Ledger, model: str | None) -> Grid:
    keys = list(dict.fromkeys((row.metric, row.scope, row.scale) for _, row in placed))
    known = {(row.protocol, row.metric, row.scope, row.scale): (place, row) for place, row in placed}
    lines = [
        Line(protocol.replace(" - ", " − "), tuple(_reader_cell(known.get((protocol, *key))) for key in keys))
        for protocol in dict.fromkeys(row.protocol for _, row in placed)
    ]
    if model is not None:
        lines.append(Line(model, tuple(found_cell(ledger, model, *key) for key in keys), "model"))
    headings = tuple(
        f"{title_of(metric.removeprefix('difference:'))}, {scope} ({SCALE_NAMES.get(scale, scale)})"
        for metric, scope, scale in keys
    )
    return Grid(name, caption, "Who", headings, tuple(lines))


def _reader_cell(found: tuple[int, Row] | None) -> Cell:
    return Cell("–") if found is None else row_cell(found[1], study_at("readers", found[0]))
