"""The part files of an archive: the rows of so many examinations each, there whole or not at all."""

import os
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any

import polars as pl

from radunion.scoring.archive.columns import COLUMNS, Values
from radunion.scoring.archive.listing import Listing
from radunion.scoring.archive.rows import Row, file_row

_UNUSED_ROWS = 10_000
_KINDS: dict[Values, Any] = {
    "text": pl.String, "number": pl.Float64, "score": pl.Int8, "flag": pl.Boolean, "codes": pl.List(pl.String),
}  # fmt: skip
_SCHEMA = {name: _KINDS[column.values] for name, column in COLUMNS.items()}


class Parts:
    """The part files of a listing in their folder; `done` are the numbers of those that are there."""

    def __init__(self, folder: Path, listing: Listing) -> None:
        self.folder, self.listing = folder, listing
        self.done = {int(file.stem.partition("-")[2]) for file in folder.glob("scores-*.parquet")}
        self._rows: dict[int, dict[int, list[Row]]] = {}

    @property
    def examinations_done(self) -> int:
        """How many examinations have their rows in a part file."""
        return sum(map(self._size, self.done))

    def lacks(self, number: int) -> bool:
        """Say whether the rows of an examination, by its number, are in no part file yet."""
        return number // self.listing.chunk not in self.done

    def add(self, number: int, rows: list[Row]) -> None:
        """Take the rows of an examination; those of a part wait until it is whole. What is there already stays."""
        part = number // self.listing.chunk
        if part in self.done:
            return
        waiting = self._rows.setdefault(part, {})
        waiting[number] = rows
        if len(waiting) == self._size(part):
            _write(
                self.folder / f"scores-{part:08}.parquet", [row for _, rows in sorted(waiting.items()) for row in rows]
            )
            self.done.add(part)
            del self._rows[part]

    def files(self) -> list[Path]:
        """Return every part in its order, after writing those of the unused files."""
        unused = (file_row(seen) for seen in self.listing.unused())
        last = [
            _write(self.folder / f"unused-{part:08}.parquet", rows)
            for part, rows in zip(count(), _by(_UNUSED_ROWS, unused), strict=False)
        ]
        return [*sorted(self.folder.glob("scores-*.parquet")), *last]

    def _size(self, part: int) -> int:
        return min(self.listing.chunk, self.listing.examinations - part * self.listing.chunk)


def join(parts: Sequence[Path], out: Path, *, metadata: dict[str, str]) -> None:
    """Write all parts as one file, in their order and in bounded memory."""
    fresh = out.with_name(f"{out.name}.fresh")
    pl.scan_parquet(list(parts)).sink_parquet(fresh, metadata=metadata, maintain_order=True, engine="streaming")
    _keep(fresh, out)


def _write(file: Path, rows: Sequence[Row]) -> Path:
    fresh = file.with_name(f"{file.name}.fresh")
    pl.from_dicts(rows, schema=_SCHEMA).write_parquet(fresh)
    return _keep(fresh, file)


def _keep(fresh: Path, file: Path) -> Path:
    """Give a whole file its name, after its bytes are on the disk."""
    with fresh.open("rb") as stream:
        os.fsync(stream.fileno())
    return fresh.replace(file)


def _by(size: int, rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, size)):
        yield some
