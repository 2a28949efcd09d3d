"""A process that works through what it is given, one thing after the other, and its end of the line here."""

import gc
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from radunion.errors import RadunionError
from radunion.processes import one_thread_each

Item = TypeVar("Item")
Result = TypeVar("Result")
Make = Callable[[], Callable[[Item], Result]]
"""Loads what the work needs, in the process that does it, and returns the work."""

_PATIENCE_S = 5.0


class Worker(Generic[Item, Result]):
    """A process and what it was given and has not answered; it works on the first.

    `since` is when it began with that (s, monotonic), `ready` whether it has loaded.
    """

    def __init__(self, make: Make[Item, Result]) -> None:
        context = get_context("spawn")
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, make), daemon=True)
        self.given: deque[Item] = deque()
        self.ready = False
        with _started_so():
            self.process.start()
        theirs.close()
        self.since = time.monotonic()

    def give(self, item: Item) -> None:
        """Queue an item; a process that is gone does not take it, which is heard from its line."""
        if not self.given and self.ready:
            self.since = time.monotonic()
        self.given.append(item)
        with suppress(OSError):
            self.line.send(item)

    def hear(self) -> tuple[Item, Result] | None:
        """Take what it says; None where it has only become ready.

        Raises EOFError when the process is gone, RadunionError when it says that it cannot work.
        """
        try:
            what, value = self.line.recv()
        except OSError:  # gone in the middle of a word
            raise EOFError from None
        self.since = time.monotonic()
        if what == "failed":
            raise RadunionError(value)
        if what == "ready":
            self.ready = True
            return None
        return self.given.popleft(), value

    def close(self) -> None:
        """End the process, whatever it is doing, and the line."""
        self.process.kill()
        self.process.join(_PATIENCE_S)
        self.line.close()


def _serve(line: Connection, make: Make[Item, Result]) -> None:
    """Work until nobody is left to work for."""
    try:
        work = make()
        gc.freeze()  # what was loaded stays: it need not be looked through again and again
        line.send(("ready", None))
        while True:
            line.send(("done", work(line.recv())))
    except (EOFError, BrokenPipeError):
        return
    except Exception as error:
        with suppress(OSError):
            line.send(("failed", _said(error)))


def _said(error: Exception) -> str:
    """Say why a worker cannot work; words that are not ours are withheld, for they may hold a patient's data."""
    if isinstance(error, RadunionError):
        return str(error)
    return f"a worker of the archive was stopped by an unexpected {type(error).__name__}; is the installation whole?"


@contextmanager
def _started_so() -> Iterator[None]:
    """Let a process begin with one thread for arithmetic, and deaf to Ctrl-C, which is for the one that gives work."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if hasattr(signal, "pthread_sigmask") else None
    try:
        with one_thread_each():
            yield
    finally:
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
