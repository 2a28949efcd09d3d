"""Progress from a process that was started for the work to the one that shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Thread
from types import TracebackType

from torch import multiprocessing

from radunion.training.loop import Epoch


@dataclass(frozen=True)
class Sender:
    """Call it with an epoch, in one process only: there is no lock that a killed process could leave locked."""

    connection: "Connection[Epoch, Epoch]"

    def __call__(self, epoch: Epoch) -> None:
        """Send one epoch."""
        self.connection.send(epoch)


class Relay:
    """Tell `progress` every epoch that `sender` is called with, while the context lasts."""

    def __init__(self, progress: Callable[[Epoch], None]) -> None:
        self._progress = progress
        self._reading, writing = multiprocessing.get_context("spawn").Pipe(duplex=False)
        self._thread = Thread(target=self._listen, daemon=True)
        self.sender = Sender(writing)

    def __enter__(self) -> "Relay":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.sender.connection.close()
        if not isinstance(error, KeyboardInterrupt):  # else they may still learn, and end when nobody reads them
            self._thread.join()
        self._reading.close()

    def _listen(self) -> None:
        for epoch in iter(self._received, None):
            self._progress(epoch)

    def _received(self) -> Epoch | None:
        """Return the next epoch; None when nobody is left who could send one, or was killed while sending."""
        try:
            return self._reading.recv()
        except (EOFError, OSError):
            return None
