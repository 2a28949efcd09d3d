"""Progress from a process that was started for the work to the one that shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from types import TracebackType
from typing import Any

from torch import multiprocessing

from radunion.training.loop import Epoch


@dataclass(frozen=True)
class Sender:
    """Call it with an epoch, in whichever process."""

    queue: Any

    def __call__(self, epoch: Epoch) -> None:
        """Send one epoch."""
        self.queue.put(epoch)


class Relay:
    """Tell `progress` every epoch that `sender` is called with, while the context lasts."""

    def __init__(self, progress: Callable[[Epoch], None]) -> None:
        self._progress = progress
        self._queue = multiprocessing.get_context("spawn").SimpleQueue()
        self._thread = Thread(target=self._listen, daemon=True)
        self.sender = Sender(self._queue)

    def __enter__(self) -> "Relay":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._queue.put(None)
        self._thread.join()
        self._queue.close()

    def _listen(self) -> None:
        for epoch in iter(self._queue.get, None):
            self._progress(epoch)
