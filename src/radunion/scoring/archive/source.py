"""Where the films of an archive come from: a folder or a DICOM tree, of which every file is looked at, or a table."""

import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from radunion.cohort.pattern import compiled
from radunion.errors import UsageError
from radunion.scoring.archive.look import Looking, looker
from radunion.scoring.archive.place import Place
from radunion.scoring.archive.pool import Lost, Pool
from radunion.scoring.archive.seen import SeenFile
from radunion.scoring.archive.settings import ArchiveSettings, Tell
from radunion.scoring.archive.walk import walk

_TABLES = (".csv", ".parquet")
_STAGE = "look at files"
_WORKER_FILES = 500
"""Fewer are looked at sooner than another process starts."""
_AHEAD = 8


def is_table(source: Path) -> bool:
    """Say whether a source is a label table and not a folder."""
    return source.suffix.lower() in _TABLES and not source.is_dir()


def must_be_source(source: Path, *, pattern: str | None) -> None:
    """Raise UsageError where there is no such source, or a pattern that cannot serve it."""
    if not source.exists():
        raise UsageError(f"{source}: an archive is a folder or a label table; there is nothing here, check the path")
    if not source.is_dir() and not is_table(source):
        raise UsageError(f"{source}: an archive is a folder or a table that ends in .csv or .parquet; this is neither")
    if pattern is not None:
        if is_table(source):
            raise UsageError("--pattern reads the names in a folder; a table says itself whose its films are")
        compiled(pattern)


def see(source: Path, place: Place, settings: ArchiveSettings, *, workers: int, tell: Tell) -> Iterator[SeenFile]:
    """Yield every file of a source with what is known of it. The key of the pseudonyms is never written.

    Raises UsageError when there is no file.
    """
    key = secrets.token_bytes(32)
    if is_table(source):
        from radunion.scoring.archive.table import table_films

        yield from table_films(source, key=key)
        return
    total = sum(1 for _ in walk(source, leave_out=_ours(place)))
    if not total:
        raise UsageError(f"{source}: an archive has at least one file, and this folder has none; check the path")
    looking = Looking(source.absolute(), key, settings.pattern)
    workers = min(workers, 1 + total // _WORKER_FILES)
    for done, seen in enumerate(_look(source, place, looking, workers, settings.seconds), start=1):
        yield seen
        tell(_STAGE, done, max(done, total), "")


def _look(source: Path, place: Place, looking: Looking, workers: int, seconds: float) -> Iterator[SeenFile]:
    """Look at files in processes: a header may be made to harm."""
    known: list[SeenFile] = []

    def names() -> Iterator[str]:
        for name, code in walk(source, leave_out=_ours(place)):
            if code is None:
                yield name
            else:
                known.append(SeenFile(name=name, code=code))

    with Pool(partial(looker, looking), workers=workers, seconds=lambda _: seconds, ahead=_AHEAD) as pool:
        for name, seen in pool.run(names()):
            yield _given_up(name, seen) if isinstance(seen, Lost) else seen
            while known:
                yield known.pop()
    yield from known


def _given_up(name: str, lost: Lost) -> SeenFile:
    return SeenFile(name=name, code="RA404" if lost.why == "late" else "RA403")


def _ours(place: Place) -> tuple[Path, Path]:
    return place.out, place.folder
