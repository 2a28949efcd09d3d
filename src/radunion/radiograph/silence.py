"""Keep decoders quiet while a film is read: they quote attribute values, and say little that `FilmError` does not.

Both are safe when several threads read films: a plain `warnings.catch_warnings` in each would undo one another.
"""

import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_LOGGERS = ("pydicom", "pylibjpeg", "openjpeg", "rle", "PIL")


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Python warnings and the decoders' logs until the last reader of any thread leaves."""
    _QUIET.enter()
    try:
        yield
    finally:
        _QUIET.leave()


class _Counted:
    """Enter once for the first of several threads and leave with the last."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.readers = 0
        self.stack = ExitStack()

    def enter(self) -> None:
        with self.lock:
            if self.readers == 0:
                self.stack.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
                for name in _LOGGERS:
                    self.stack.enter_context(_disabled(logging.getLogger(name)))
            self.readers += 1

    def leave(self) -> None:
        with self.lock:
            self.readers -= 1
            if self.readers == 0:
                self.stack.close()


_QUIET = _Counted()
_NATIVE = threading.Lock()


@contextmanager
def _disabled(logger: logging.Logger) -> Iterator[None]:
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


@contextmanager
def native_quiet() -> Iterator[None]:
    """Send what native code prints to the process's stderr nowhere; one thread at a time, so keep it short."""
    with _NATIVE:
        try:
            kept = os.dup(2)
        except OSError:  # there is no stderr
            yield
            return
        if sys.stderr is not None:
            sys.stderr.flush()
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
