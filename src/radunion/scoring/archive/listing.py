"""The examinations of an archive and its unused files, frozen once in a file of their own; none is held in memory.

SQLite sorts and groups beyond memory. The file is written under another name and renamed when it is whole; then it is
only read. It holds names of files and pseudonyms.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from radunion.errors import RadunionError
from radunion.scoring.archive.pairing import pair
from radunion.scoring.archive.seen import Listed, ListedFilm, SeenFile

_CHUNKS, _LEAST, _MOST = 32, 8, 256
_SCHEMA = """
create table seen (day text, name blob, packed text);
create table listed (name blob, films integer, packed text);
create table unused (name blob, packed text);
"""
_ALONE = "alone"


class Listing:
    """A frozen listing; read as often as wanted, always in the order of the names."""

    def __init__(self, file: Path) -> None:
        self.file = file
        with _opened(file) as database:
            found = database.execute("select count(*), coalesce(sum(films), 0) from listed").fetchone()
            self.examinations, self.films = map(int, found)
            self.unused_files = int(database.execute("select count(*) from unused").fetchone()[0])

    @property
    def chunk(self) -> int:
        """How many examinations have their rows in one part file."""
        return min(max(self.examinations // _CHUNKS, _LEAST), _MOST)

    def listed(self) -> Iterator[Listed]:
        """Yield the examinations, numbered from 0."""
        with _opened(self.file) as database:
            for number, (packed,) in enumerate(database.execute("select packed from listed order by name")):
                yield replace(unpack_listed(packed), number=number)

    def unused(self) -> Iterator[SeenFile]:
        """Yield the files that are in no examination, each with its code."""
        with _opened(self.file) as database:
            for (packed,) in database.execute("select packed from unused order by name"):
                yield _unpack_seen(packed)


def freeze(seen: Iterable[SeenFile], file: Path) -> Listing:
    """Pair what was seen and write the listing, whole or not at all."""
    fresh = file.with_name(f"{file.name}.fresh")
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as database:
        # Killed, it is begun anew: it needs no journal, nor locks, which a network's file system may lack.
        database.executescript(
            f"pragma locking_mode=exclusive; pragma journal_mode=off; pragma synchronous=off; {_SCHEMA}"
        )
        database.executemany("insert into seen values (?, ?, ?)", map(_seen_row, seen))
        database.execute("create index by_day on seen (day, name)")
        _pair_all(database)
        database.commit()
        database.executescript("drop table seen; create index by_name on listed (name)")
    fresh.replace(file)
    return Listing(file)


def pack_listed(listed: Listed) -> str:
    """Return an examination as one line of JSON."""
    return json.dumps(asdict(listed))


def unpack_listed(packed: str) -> Listed:
    """Return what `pack_listed` packed."""
    content: dict[str, Any] = json.loads(packed)
    films = tuple(ListedFilm(**film) for film in content.pop("films"))
    return Listed(**{**content, "films": films, "notes": tuple(content["notes"])})


def _pair_all(database: sqlite3.Connection) -> None:
    rows = database.execute("select day, name, packed from seen order by day, name")
    for (day, _), group in groupby(rows, key=lambda row: (row[0], row[1] if row[0] in (None, _ALONE) else b"")):
        files = [_unpack_seen(packed) for _, _, packed in group]
        for one in files if day is None else pair(files):
            if isinstance(one, Listed):
                row = (os.fsencode(one.films[0].name), len(one.films), pack_listed(one))
                database.execute("insert into listed values (?, ?, ?)", row)
            else:
                database.execute("insert into unused values (?, ?)", (os.fsencode(one.name), _pack_seen(one)))


def _seen_row(seen: SeenFile) -> tuple[str | None, bytes, str]:
    """Return the row of a file; those that are in no examination have no day."""
    return None if seen.code else seen.day or _ALONE, os.fsencode(seen.name), _pack_seen(seen)


def _pack_seen(seen: SeenFile) -> str:
    return json.dumps(asdict(seen))


def _unpack_seen(packed: str) -> SeenFile:
    content = json.loads(packed)
    return SeenFile(**{**content, "order": tuple(content["order"]), "notes": tuple(content["notes"])})


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            yield database
    except sqlite3.DatabaseError:
        raise RadunionError(
            f"{file}: this listing cannot be read; remove its folder, then the archive begins anew"
        ) from None
