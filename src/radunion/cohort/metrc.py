"""Import the one-hot label table of the METRC thesis (2023): one row an image, 2 view and 16 level columns."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import polars as pl

from radunion.cohort.faults import Fault, quoted, refuse
from radunion.cohort.table import Table, read_table
from radunion.errors import CohortError
from radunion.scale import CORTICES, CORTICES_ON, LEVELS, TOP_SCORE, Cortex, Scale, View

ViewNames = Literal["as-named", "swapped"]

VIEW_COLUMNS: dict[str, View] = {"view_antpr": "ap", "view_later": "lateral"}
KEY_COLUMNS: tuple[str, ...] = ("index", "study_id", "record_id", "event_arm")
LEVEL_COLUMNS: dict[Cortex, tuple[str, ...]] = {
    cortex: tuple(f"{cortex}_cortex_{level}" for level in LEVELS) for cortex in CORTICES
}
ONE_HOT_COLUMNS: tuple[str, ...] = (*VIEW_COLUMNS, *(name for names in LEVEL_COLUMNS.values() for name in names))
"""The 18 outputs of the thesis, in its order."""

_FORM = "the one-hot table of the METRC thesis, one row an image"
_RUST_STUDIES = frozenset({"retrodefect"})
_OTHER = {"ap": "lateral", "lateral": "ap"}
_HOT = {"1": True, "0": False, "": False, "true": True, "false": False}


def import_metrc(table: Path, *, images: Path | None, views: ViewNames | None) -> pl.DataFrame:
    """Return the cohort table of a one-hot table: patient = study-record, visit = event, site = study.

    An all-zero cortex is not scored. `retrodefect` is on RUST, every other study on mRUST. With `images` the image
    paths are absolute, else bare file names. `views` must be given where views and cortices conflict.
    Raises CohortError for every fault at once, and for a conflict that `views` does not settle.
    """
    source = read_table(table)
    missing = source.missing((*KEY_COLUMNS, *ONE_HOT_COLUMNS))
    refuse(table, [*source.faults, *missing] if missing else [], form=_FORM)
    faults = list(source.faults)
    rows = [
        _read_row(line, row, faults) for line, row in zip(source.lines, source.frame.iter_rows(named=True), strict=True)
    ]
    refuse(table, faults, form=_FORM)
    if views is None:
        _refuse_conflict(table, source, rows)
    return _frame(source, rows, images, swap=views == "swapped")


def _read_row(line: int, row: Mapping[str, str], faults: list[Fault]) -> dict[str, str]:
    """Return the cohort cells of one row, image and view by their own names."""
    cells = {column: row[column] for column in KEY_COLUMNS}
    for column, value in cells.items():
        if not value:
            faults.append(Fault("RU003", line, column, "an empty cell", f"every row must name its {column}"))
    scale: Scale = "rust" if cells["study_id"].lower() in _RUST_STUDIES else "mrust"
    cells["view"] = _read_view(line, row, faults)
    for cortex, names in LEVEL_COLUMNS.items():
        cells[cortex] = _read_level(line, row, names, scale, faults)
    cells["scale"] = scale
    return cells


def _read_view(line: int, row: Mapping[str, str], faults: list[Fault]) -> str:
    hot = [column for column in VIEW_COLUMNS if _hot(line, column, row[column], faults)]
    if len(hot) == 1:
        return VIEW_COLUMNS[hot[0]]
    found = "neither view" if not hot else "both views"
    faults.append(Fault("RU004", line, "view_antpr", found, "an image has one view: set view_antpr or view_later"))
    return ""


def _read_level(line: int, row: Mapping[str, str], names: Sequence[str], scale: Scale, faults: list[Fault]) -> str:
    hot = [level for level, name in zip(LEVELS, names, strict=True) if _hot(line, name, row[name], faults)]
    if len(hot) > 1:
        found = "levels " + " and ".join(str(level) for level in hot)
        faults.append(Fault("RU006", line, names[hot[0] - 1], found, "one cortex has one level, or none"))
        return ""
    if hot and hot[0] > TOP_SCORE[scale]:
        allowed = f"this study is on the {scale} scale, 1 to {TOP_SCORE[scale]}"
        faults.append(Fault("RU005", line, names[hot[0] - 1], f"level {hot[0]}", allowed))
        return ""
    return str(hot[0]) if hot else ""


def _hot(line: int, column: str, cell: str, faults: list[Fault]) -> bool:
    value = _HOT.get(re.sub(r"^([01])\.0+$", r"\1", cell.lower()))
    if value is None:
        faults.append(Fault("RU007", line, column, quoted(cell), "a one-hot cell is 0 or 1"))
    return bool(value)


def _refuse_conflict(table: Path, source: Table, rows: Sequence[Mapping[str, str]]) -> None:
    lines = [line for line, cells in zip(source.lines, rows, strict=True) if _conflicts(cells)]
    if not lines:
        return
    scored = sum(any(cells[cortex] for cortex in CORTICES) for cells in rows)
    raise CohortError(
        f"{table}: an AP film must carry medial and lateral scores and a lateral film anterior and posterior ones; "
        f"found only those of the other view in {len(lines):,} of {scored:,} scored rows, the first on line "
        f"{lines[0]}. Only the pixels can decide which name is wrong: look at a contact sheet of the films, then give "
        "--views as-named (keep the names of the views) or --views swapped (exchange them)"
    )


def _conflicts(cells: Mapping[str, str]) -> bool:
    """Say whether a row carries scores, and only of cortices that its view does not show."""
    scored = {cortex for cortex in CORTICES if cells[cortex]}
    shown = CORTICES_ON["ap" if cells["view"] == "ap" else "lateral"]
    return bool(scored) and scored.isdisjoint(shown)


def _frame(source: Table, rows: Sequence[Mapping[str, str]], images: Path | None, *, swap: bool) -> pl.DataFrame:
    """Put the rows into the columns of the cohort table; columns that the format does not know are kept."""
    names = [_image_name(cells) for cells in rows]
    columns: dict[str, list[str]] = {
        "patient": [f"{cells['study_id']}-{cells['record_id']}" for cells in rows],
        "visit": [cells["event_arm"] for cells in rows],
        "view": [_OTHER[cells["view"]] if swap else cells["view"] for cells in rows],
        "image": names if images is None else [str(images.absolute() / name) for name in names],
        **{column: [cells[column] for cells in rows] for column in (*CORTICES, "scale")},
        "site": [cells["study_id"] for cells in rows],
    }
    known = {*columns, *KEY_COLUMNS, *ONE_HOT_COLUMNS}
    columns |= {column: source.frame[column].to_list() for column in source.frame.columns if column not in known}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _image_name(cells: Mapping[str, str]) -> str:
    """Return the file name of an image, which keeps the view's name of the table whatever the view is."""
    view = "antpr" if cells["view"] == "ap" else "later"
    return f"{'-'.join(cells[column] for column in KEY_COLUMNS)}-{view}.jpg"
