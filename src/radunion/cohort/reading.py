"""From rows to examinations: cells are read, rows of one label are merged, every fault is collected."""

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from radunion.cohort.examination import Cohort, Examination, Film, Label
from radunion.cohort.faults import Fault, quoted, refuse
from radunion.cohort.table import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, Table, read_table
from radunion.scale import CORTICES, DEFAULT_CONVENTION, SCALES, VIEWS, Convention, Cortex, Scale, cortex_label

Row = tuple[int, Mapping[str, str]]
"""A line of the table and its known cells by column."""


def read_cohort(path: Path | str, *, convention: Convention = DEFAULT_CONVENTION) -> Cohort:
    """Read a label table (`.csv`, `.parquet`); image paths are relative to it.

    Raises CohortError that lists every fault with file, line, column, what was found and what is allowed.
    """
    path = Path(path)
    table = read_table(path)
    faults = [*table.faults, *table.missing(REQUIRED_COLUMNS)]
    if not table.lines and not faults:
        faults = [Fault("RU001", 1, "", "a header and no rows", "a cohort has at least one row")]
    examinations, more = _assemble(table, base=path.parent, convention=convention)
    refuse(path, [*faults, *more])
    return Cohort(path, table.frame, convention, examinations, table.lines)


def examinations_from_rows(
    frame: pl.DataFrame, *, base: Path, convention: Convention = DEFAULT_CONVENTION
) -> tuple[Examination, ...]:
    """Return the examinations of a table in memory, all columns text; image paths are relative to `base`.

    Raises CohortError that lists every fault; the first row is line 2, as if the table were written.
    """
    text = frame.select(pl.all().cast(pl.String).str.strip_chars().fill_null(""))
    table = Table(text, tuple(range(2, frame.height + 2)))
    examinations, faults = _assemble(table, base=base, convention=convention)
    refuse(base, [*table.missing(REQUIRED_COLUMNS), *faults])
    return examinations


def _assemble(table: Table, *, base: Path, convention: Convention) -> tuple[tuple[Examination, ...], list[Fault]]:
    """Group rows by examination, in the order of the table."""
    faults: list[Fault] = []
    groups: dict[tuple[str, str, str, int], list[Row]] = {}
    for line, cells in _rows(table):
        faults += _word_faults(line, cells)
        nameless = 0 if cells["patient"] and cells["visit"] else line
        groups.setdefault((cells["patient"], cells["visit"], cells["side"], nameless), []).append((line, cells))
    examinations = tuple(_read_examination(rows, base, convention, faults) for rows in groups.values())
    return examinations, [fault for fault in faults if fault.column in table.frame.columns]


def _rows(table: Table) -> Iterator[Row]:
    known = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
    columns = {column: table.frame[column].to_list() for column in known if column in table.frame.columns}
    blank = dict.fromkeys(known, "")
    for row, line in enumerate(table.lines):
        cells = {**blank, **{column: values[row] for column, values in columns.items()}}
        cells["view"], cells["scale"] = cells["view"].lower(), cells["scale"].lower()
        yield line, cells


def _word_faults(line: int, cells: Mapping[str, str]) -> list[Fault]:
    faults = [
        Fault("RU003", line, column, "an empty cell", f"every row must name its {column}")
        for column in ("patient", "visit")
        if not cells[column]
    ]
    if cells["view"] not in VIEWS:
        faults.append(Fault("RU004", line, "view", quoted(cells["view"]), f"a view is {_any_of(VIEWS)}"))
    if cells["scale"] not in ("", *SCALES):
        faults.append(Fault("RU004", line, "scale", quoted(cells["scale"]), f"a scale is {_any_of(SCALES)}"))
    return faults


def _read_examination(rows: Sequence[Row], base: Path, convention: Convention, faults: list[Fault]) -> Examination:
    common = {column: _Merged(column, "examination") for column in ("site", "fixation", "days_since_injury")}
    for line, cells in rows:
        for column, merged in common.items():
            merged.add(line, cells[column], faults)
    first = rows[0][1]
    return Examination(
        patient=first["patient"],
        visit=first["visit"],
        side=first["side"],
        films=_films(rows, base),
        labels=_labels(rows, convention, faults),
        site=common["site"].cell,
        fixation=common["fixation"].cell,
        days_since_injury=_days(common["days_since_injury"], faults),
        lines=tuple(line for line, _ in rows),
    )


def _films(rows: Sequence[Row], base: Path) -> tuple[Film, ...]:
    """Return the films of an examination; one image repeated for several readers is one film."""
    films: dict[tuple[str, Path], Film] = {}
    for line, cells in rows:
        if cells["image"] and cells["view"] in VIEWS:
            path = Path(os.path.abspath(base / cells["image"]))  # noqa: PTH100 (resolve() would follow links)
            films.setdefault((cells["view"], path), Film(line, cells["view"], path))
    return tuple(films.values())


def _labels(rows: Sequence[Row], convention: Convention, faults: list[Fault]) -> tuple[Label, ...]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for line, cells in rows:
        groups.setdefault((cells["reader"], cells["reading"]), []).append((line, cells))
    labels = (_read_label(key, group, convention, faults) for key, group in groups.items())
    return tuple(label for label in labels if label is not None)


def _read_label(key: tuple[str, str], rows: Sequence[Row], convention: Convention, faults: list[Fault]) -> Label | None:
    """Merge the rows of one label; None when they record nothing or cannot be read."""
    merged: dict[Cortex, _Merged] = {cortex: _Merged(cortex, "label") for cortex in CORTICES}
    scales = _Merged("scale", "label")
    for line, cells in rows:
        scales.add(line, cells["scale"], faults)
        for cortex, cell in merged.items():
            cell.add(line, _level_cell(cells[cortex]), faults)
    recorded = [cell for cell in merged.values() if cell.cell]
    if not recorded:
        return None
    scale = next((scale for scale in SCALES if scale == scales.cell), None)
    if scale is None:
        if not scales.cell:
            allowed = f"a row with levels must name its scale: {_any_of(SCALES)}"
            faults.append(Fault("RU003", recorded[0].line, "scale", "an empty cell", allowed))
        return None
    return _make_label(key, scale, merged, convention, faults)


def _make_label(
    key: tuple[str, str],
    scale: Scale,
    merged: "Mapping[Cortex, _Merged]",
    convention: Convention,
    faults: list[Fault],
) -> Label | None:
    cortices, scores = {}, {}
    for cortex, cell in merged.items():
        for line, text in cell.seen.items():
            try:
                label = cortex_label(text, scale, convention)
            except ValueError:
                faults.append(Fault("RU005", line, cortex, quoted(text), _allowed_levels(scale)))
                continue
            if text == cell.cell:
                cortices[cortex], scores[cortex] = label, int(text) if label.scorable else None
        if not cell.cell:
            cortices[cortex], scores[cortex] = cortex_label("", scale, convention), None
    return Label(*key, scale, cortices, scores) if len(cortices) == len(CORTICES) else None


@dataclass
class _Merged:
    """A cell that several rows may carry: blank and a value give the value, two values contradict each other."""

    column: str
    unit: str
    cell: str = ""
    line: int = 0
    seen: dict[int, str] = field(default_factory=dict)

    def add(self, line: int, cell: str, faults: list[Fault]) -> None:
        if not cell:
            return
        self.seen[line] = cell
        if not self.cell:
            self.cell, self.line = cell, line
        elif cell != self.cell:
            found = f"{quoted(cell)} where line {self.line} has {quoted(self.cell)}"
            allowed = f"the rows of one {self.unit} must agree; correct one"
            faults.append(Fault("RU006", line, self.column, found, allowed))


def _level_cell(cell: str) -> str:
    """Return a level as a whole number where a spreadsheet wrote `3.0`, and `U` in one spelling."""
    whole = re.fullmatch(r"(\d+)\.0+", cell)
    return whole[1] if whole else cell.upper()


def _allowed_levels(scale: Scale) -> str:
    top = 3 if scale == "rust" else 4
    return f"a level on the {scale} scale is 1 to {top}, U (unscorable) or empty"


def _days(merged: _Merged, faults: list[Fault]) -> float | None:
    if not merged.cell:
        return None
    try:
        days = float(merged.cell)
    except ValueError:
        days = math.nan
    if math.isfinite(days):
        return days
    faults.append(Fault("RU007", merged.line, merged.column, quoted(merged.cell), "days are a number, or empty"))
    return None


def _any_of(words: Sequence[str]) -> str:
    return " or ".join(words)
