"""From rows to examinations: cells are read, rows of one label are merged, every fault is collected."""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from radunion.cohort.examination import Box, Cohort, Examination, Film
from radunion.cohort.faults import Fault, any_of, quoted, refuse
from radunion.cohort.labels import MergedCell, Row, read_labels
from radunion.cohort.table import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, Table, as_text, read_table
from radunion.scale import CORTICES, CORTICES_ON, DEFAULT_CONVENTION, SCALES, VIEWS, Convention, Cortex, view_of

INTACT = "intact"
"""In place of the box of a fracture: the film was read, and shows none."""


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
    """Return the examinations of a table in memory; image paths are relative to `base`.

    Raises CohortError that lists every fault; the first row is line 2, as if the table were written.
    """
    table = Table(as_text(frame), tuple(range(2, frame.height + 2)))
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
        faults.append(Fault("RU004", line, "view", quoted(cells["view"]), f"a view is {any_of(VIEWS)}"))
    if cells["scale"] not in ("", *SCALES):
        faults.append(Fault("RU004", line, "scale", quoted(cells["scale"]), f"a scale is {any_of(SCALES)}"))
    return faults


def _read_examination(rows: Sequence[Row], base: Path, convention: Convention, faults: list[Fault]) -> Examination:
    common = {column: MergedCell(column, "examination") for column in ("site", "fixation", "days_since_injury")}
    for line, cells in rows:
        for column, merged in common.items():
            merged.add(line, cells[column], faults)
    first = rows[0][1]
    return Examination(
        patient=first["patient"],
        visit=first["visit"],
        side=first["side"],
        films=_films(rows, base, faults),
        labels=read_labels(rows, convention, faults),
        site=common["site"].text,
        fixation=common["fixation"].text,
        days_since_injury=_days(common["days_since_injury"], faults),
        lines=tuple(line for line, _ in rows),
    )


def _films(rows: Sequence[Row], base: Path, faults: list[Fault]) -> tuple[Film, ...]:
    """Return the films of an examination; one image repeated for several readers is one film."""
    films: dict[tuple[str, Path], Film] = {}
    for line, cells in rows:
        intact = cells["fracture_box"].lower() == INTACT
        box = None if intact else _box(line, "fracture_box", cells, faults, or_else=f", `{INTACT}`")
        cortices = _cortex_boxes(line, cells, faults)
        if cells["image"] and cells["view"] in VIEWS:
            path = Path(os.path.abspath(base / cells["image"]))  # noqa: PTH100 (resolve() would follow links)
            first = films.setdefault((cells["view"], path), Film(line, cells["view"], path))
            films[cells["view"], path] = replace(
                first,
                fracture_box=first.fracture_box or box,
                intact=first.intact or intact,
                cortex_boxes={**cortices, **first.cortex_boxes},
            )
    for film in films.values():
        if film.intact and film.fracture_box is not None:
            allowed = "a film has a fracture or has none: say the same on all its rows"
            faults.append(Fault("RU007", film.line, "fracture_box", f"a box and `{INTACT}`", allowed))
    return tuple(films.values())


def _cortex_boxes(line: int, cells: Mapping[str, str], faults: list[Fault]) -> dict[Cortex, Box]:
    """Return the boxes of a row's cortices; a cortex that its view does not show can have none."""
    boxes: dict[Cortex, Box] = {}
    for cortex in CORTICES:
        column = f"{cortex}_box"
        box = _box(line, column, cells, faults)
        if box is not None and cells["view"] in VIEWS and cortex not in CORTICES_ON[cells["view"]]:
            allowed = f"the {cortex} cortex is seen on the {view_of(cortex)} view; put its box on that film's row"
            faults.append(Fault("RU007", line, column, f"a box on the view {quoted(cells['view'])}", allowed))
        elif box is not None:
            boxes[cortex] = box
    return boxes


def _box(line: int, column: str, cells: Mapping[str, str], faults: list[Fault], *, or_else: str = "") -> Box | None:
    cell = cells[column]
    if not cell:
        return None
    try:
        numbers = [float(part) for part in cell.split()]
    except ValueError:
        numbers = []
    if len(numbers) == 4 and all(map(math.isfinite, numbers)):
        left, top, right, bottom = numbers
        if left < right and top < bottom:
            return left, top, right, bottom
    allowed = f"a box is `x0 y0 x1 y1` in pixels, parted by spaces, with x0 < x1 and y0 < y1{or_else}, or empty"
    faults.append(Fault("RU007", line, column, quoted(cell), allowed))
    return None


def _days(merged: MergedCell, faults: list[Fault]) -> float | None:
    if not merged.text:
        return None
    try:
        days = float(merged.text)
    except ValueError:
        days = math.nan
    if math.isfinite(days) and days >= 0:
        return days
    allowed = "days are a number, 0 or more, or empty"
    faults.append(Fault("RU007", merged.line, merged.column, quoted(merged.text), allowed))
    return None
