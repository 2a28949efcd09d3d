"""Where the trials are kept: a file of SQLite, a journal, or a database that several machines reach."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from filelock import FileLock
from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from platformdirs import user_cache_path

from radunion.errors import RadunionError, UsageError
from radunion.search.silence import quieten

_PATIENCE_S = 60.0
_OUTAGE_S = 300.0
"""How long a storage that does not answer is tried again."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 20.0
_KINDS = "a file (SQLite), a file ending in .journal, sqlite:///FILE, journal://FILE, or a database's postgresql://…"
_BEGINNING = b'{"op_code":'
"""How every line of Optuna's journal begins."""
_PACKAGES = {"psycopg": "'psycopg[binary]'", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
"""What to install for a driver whose package is not called as its module."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Store:
    """Hold an open storage; `told` is its address without a password, `locks` a folder for locks between processes.

    `sole` says that whoever works on this storage, on any machine, uses the locks of this folder. An outage is waited
    for `outage_s`.
    """

    storage: BaseStorage
    told: str
    locks: Path
    sole: bool
    outage_s: float = _OUTAGE_S

    @contextmanager
    def gate(self) -> Iterator[None]:
        """Let one process at a time take up, finish or give up trials; SQLite itself would let two take up one."""
        with FileLock(self.locks / "gate"):
            yield

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Return what is asked of the storage, asking again after ever longer pauses while it is out of reach.

        What is asked must bear to be done twice: it may have been done before the answer was lost. Raises RadunionError
        after `outage_s` without an answer.
        """
        pause, end = _FIRST_PAUSE_S, time.monotonic() + self.outage_s
        while True:
            try:
                return ask()
            except outages() as error:
                if time.monotonic() >= end:
                    raise RadunionError(
                        f"{self.told}: the storage of trials has been out of reach for {self.outage_s:.0f} s "
                        f"({_reason(error)}); what it holds is not lost: run the same command again when it answers"
                    ) from error
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)


def outages() -> tuple[type[Exception], ...]:
    """Return what is raised while a storage is out of reach: a network or a disk may answer again later."""
    from sqlalchemy.exc import SQLAlchemyError

    return (StorageInternalError, SQLAlchemyError, OSError)


def open_store(address: str | Path, *, locks: Path | None = None) -> Store:
    """Open a storage, a new one where there is none.

    Raises UsageError that says what is wrong with the address, or which driver it needs.
    """
    quieten()
    told, file = _place(address)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        locks = locks or file.with_name(f"{file.name}.locks")
    else:
        locks = locks or user_cache_path("radunion") / "search" / hashlib.sha256(told.encode()).hexdigest()[:16]
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / "gate"), _explained(told):  # two processes that make the tables at once would collide
        if file is None:
            storage: BaseStorage = _database(str(address))
        elif _is_journal(address):
            _must_be_journal(file)
            lock = _AppendLock(file, locks / "append")
            storage = JournalStorage(JournalFileBackend(str(file), lock_obj=lock))
        else:
            storage = _sqlite(file)
    return Store(storage, told, locks, sole=file is not None)


def _database(address: str) -> BaseStorage:
    """Open a database; where another machine makes its tables at the same moment, wait until it has."""
    from sqlalchemy.exc import IntegrityError, ProgrammingError

    for pause in (0.2, 0.5, 1.0, 2.0):
        try:
            return RDBStorage(address, engine_kwargs={"pool_pre_ping": True})
        except (IntegrityError, ProgrammingError):
            time.sleep(pause)
    return RDBStorage(address, engine_kwargs={"pool_pre_ping": True})


def _sqlite(file: Path) -> BaseStorage:
    """Open a file of SQLite; a new one appears with all its tables, for a kill halfway would leave it unsound."""
    if not file.exists() or not file.stat().st_size:
        new = file.with_name(f"{file.name}.new")
        for part in (new, file.with_name(f"{new.name}-journal")):
            part.unlink(missing_ok=True)
        RDBStorage(f"sqlite:///{new}").engine.dispose()
        new.replace(file)
    return RDBStorage(f"sqlite:///{file}", engine_kwargs={"connect_args": {"timeout": _PATIENCE_S}})


class _AppendLock(JournalFileOpenLock):
    """A lock that a killed process cannot keep: the operating system holds it. Optuna's own are files left behind.

    A process killed while it writes may leave half a line, which would spoil the next one: it is cut off.
    """

    def __init__(self, journal: Path, lock: Path) -> None:
        super().__init__(str(journal))
        self._journal = journal
        self._held = FileLock(lock)

    def acquire(self) -> bool:
        """Wait for the lock."""
        self._held.acquire()
        try:
            _cut_half_a_line(self._journal)
        except BaseException:  # nobody releases what could not be acquired
            self._held.release()
            raise
        return True

    def release(self) -> None:
        """Let the lock go."""
        self._held.release()


def _must_be_journal(path: Path) -> None:
    """Refuse a file of something else: the lock would cut what it takes for half a line."""
    beginning = b""
    if path.exists():
        with path.open("rb") as file:
            beginning = file.read(len(_BEGINNING))
    if not _BEGINNING.startswith(beginning):
        raise UsageError(f"{path}: this is no journal of trials; name another file")


def _cut_half_a_line(journal: Path) -> None:
    with journal.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        whole, step = end, 1 << 16
        while whole:
            start = max(0, whole - step)
            file.seek(start)
            newline = file.read(whole - start).rfind(b"\n")
            if newline >= 0:
                whole = start + newline + 1
                break
            whole = start
        if whole < end:
            file.truncate(whole)


def _is_journal(address: str | Path) -> bool:
    return str(address).startswith("journal://") or (
        "://" not in str(address) and str(address).lower().endswith(".journal")
    )


def _place(address: str | Path) -> tuple[str, Path | None]:
    """Return the address as it may be told, and its file where it is one."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    words = str(address)
    if words.startswith("journal://"):
        return words, _file(words.removeprefix("journal://"))
    if isinstance(address, Path) or "://" not in words:
        return words, _file(words)
    try:
        url = make_url(words)
    except ArgumentError:
        raise UsageError(f"trials are kept in {_KINDS}; the address given cannot be read") from None
    if url.get_backend_name() == "redis":
        raise UsageError(f"trials are kept in {_KINDS}; found redis, which Optuna fills with pickled objects")
    if url.get_backend_name() == "sqlite":
        return words, _file(url.database or "")
    return url.render_as_string(hide_password=True), None


def _file(words: str) -> Path:
    if words in ("", ":memory:") or Path(words).is_dir():
        raise UsageError(f"trials are kept in {_KINDS}; found {words!r}, which is no file")
    return Path(words)


def _reason(error: Exception) -> str:
    """Return why a storage does not answer; the text of other errors may hold its password."""
    return error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__


@contextmanager
def _explained(told: str) -> Iterator[None]:
    """Say in plain words why a storage cannot be opened, never its password."""
    from sqlalchemy.exc import DatabaseError, NoSuchModuleError

    try:
        yield
    except ImportError as error:
        module = getattr(error.__cause__, "name", None) or error.name or "its driver"
        raise UsageError(
            f"{told}: this database needs the driver {module}, which does not come with radunion; install it with: "
            f"pip install {_PACKAGES.get(module, module)}"
        ) from None
    except NoSuchModuleError:
        raise UsageError(f"{told}: trials are kept in {_KINDS}") from None
    except DatabaseError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise UsageError(f"{told}: the storage of trials cannot be opened ({reason}); check the address") from None
    except (json.JSONDecodeError, ValueError, KeyError, AssertionError):  # Optuna asserts that lines are its own
        raise UsageError(f"{told}: this is no journal of trials; name another file") from None
    except RuntimeError:
        raise UsageError(
            f"{told}: another version of Optuna made this storage; use that version, or a new one"
        ) from None
    except OSError as error:
        raise UsageError(f"{told}: the storage of trials cannot be written ({error.strerror})") from None
