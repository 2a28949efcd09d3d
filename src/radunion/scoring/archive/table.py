"""The films of a label table as files of an archive; labels are not needed and not looked at."""

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from radunion.cohort import REQUIRED_COLUMNS, Examination, examinations_from_rows
from radunion.cohort.faults import refuse
from radunion.cohort.table import read_table
from radunion.scoring.archive.look import side_of
from radunion.scoring.archive.seen import Pseudonyms, SeenFile

_NEEDED = ("patient", "visit", "view", "image")


def table_examinations(table: Path) -> tuple[Examination, ...]:
    """Read who, when, which view and side, and the films.

    Raises CohortError that lists every fault of these columns.
    """
    found = read_table(table)
    refuse(table, [*found.faults, *found.missing(_NEEDED)])
    rest = [pl.lit("").alias(name) for name in REQUIRED_COLUMNS if name not in _NEEDED]
    side = [pl.col("side")] if "side" in found.frame.columns else []
    return examinations_from_rows(found.frame.select(*_NEEDED, *side, *rest), base=table.parent)


def table_films(table: Path, *, key: bytes) -> Iterator[SeenFile]:
    """Yield the films of a table, named relative to its folder; the view is the user's word.

    Raises CohortError as `table_examinations` does.
    """
    pseudonyms = Pseudonyms(key)
    named: set[Path] = set()
    for examination in table_examinations(table):
        for film in examination.films:
            yield SeenFile(
                name=_name(film.path, table.parent),
                code="RA423" if film.path in named else None,
                patient=pseudonyms.of("patient", examination.patient),
                day=pseudonyms.of("visit", *examination.key),
                side=side_of(examination.side),
                view=film.view,
                view_said=True,
                order=(0, -film.line),
            )
            named.add(film.path)


def _name(path: Path, folder: Path) -> str:
    """Return a path relative to the table's folder where it is below it, else as it is."""
    absolute = Path(os.path.abspath(folder))  # noqa: PTH100 (resolve() would follow links)
    return path.relative_to(absolute).as_posix() if path.is_relative_to(absolute) else str(path)
