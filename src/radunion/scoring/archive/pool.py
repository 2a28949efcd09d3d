"""Workers of which none is missed: one that dies or hangs costs the item that it was at, nothing else."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Generic, Literal

from radunion.errors import RadunionError
from radunion.scoring.archive.worker import Item, Make, Result, Worker

Why = Literal["died", "late"]
_STARTING_S = 300.0
_STILLBORN = 3
"""So many workers in a row that end before they are ready: it is not what they are given."""
_NO_MORE: Any = object()


@dataclass(frozen=True, slots=True)
class Lost:
    """Why an item has no result: its worker died, or was late and ended."""

    why: Why


class Pool(Generic[Item, Result]):
    """Processes that work on items, each on one at a time with `ahead` at hand; use it in a `with` statement.

    An item takes at most `seconds` of it. One whose worker died or was late is tried once more, where `twice` says so
    of it, then given up. Items must be hashable and can be pickled.
    """

    def __init__(
        self,
        make: Make[Item, Result],
        *,
        workers: int,
        seconds: Callable[[Item], float],
        ahead: int = 4,
        twice: Callable[[Item], bool] = lambda _: True,
    ) -> None:
        self.make, self.seconds, self.ahead, self.twice = make, seconds, ahead, twice
        self.workers: list[Worker[Item, Result]] = [Worker(make) for _ in range(workers)]
        self.again: deque[Item] = deque()
        self.tried: set[Item] = set()
        self.stillborn = 0

    def run(self, items: Iterable[Item]) -> Iterator[tuple[Item, Result | Lost]]:
        """Yield every item with its result as they come; items are taken only as fast as they are worked on.

        Raises RadunionError when workers cannot work at all.
        """
        source = iter(items)
        while self._feed(source):
            for worker in self._heard_from():
                yield from self._hear(worker)
            for worker in [worker for worker in self.workers if self._left(worker) <= 0 and not worker.line.poll()]:
                yield from self._replace(worker, "late")

    def _feed(self, source: Iterator[Item]) -> bool:
        """Give out items, to whom has least; return whether any is in work."""
        while len((idlest := min(self.workers, key=lambda worker: len(worker.given))).given) < self.ahead:
            item = self.again.popleft() if self.again else next(source, _NO_MORE)
            if item is _NO_MORE:
                break
            idlest.give(item)
        return any(worker.given for worker in self.workers)

    def _heard_from(self) -> list[Worker[Item, Result]]:
        """Wait until workers say something, are gone, or are late."""
        patience = min(self._left(worker) for worker in self.workers)
        lines = wait([worker.line for worker in self.workers], timeout=max(patience, 0.0))
        return [worker for worker in self.workers if worker.line in lines]

    def _left(self, worker: Worker[Item, Result]) -> float:
        """Return the seconds that a worker still has for what it is doing."""
        if worker.ready and not worker.given:
            return _STARTING_S
        allowed = self.seconds(worker.given[0]) if worker.ready else _STARTING_S
        return worker.since + allowed - time.monotonic()

    def _hear(self, worker: Worker[Item, Result]) -> Iterator[tuple[Item, Result | Lost]]:
        try:
            answer = worker.hear()
        except EOFError:
            yield from self._replace(worker, "died")
            return
        self.stillborn = 0
        if answer is not None:
            self.tried.discard(answer[0])
            yield answer

    def _replace(self, worker: Worker[Item, Result], why: Why) -> Iterator[tuple[Item, Lost]]:
        """Bury a worker; what it was at is suspect, what it had at hand is not."""
        worker.close()
        self.stillborn += not worker.ready
        if self.stillborn >= _STILLBORN:
            raise RadunionError(
                f"workers of the archive must start, and {_STILLBORN} in a row ended before they were ready; there may "
                f"be too little memory for {len(self.workers)}: use fewer"
            )
        self.workers[self.workers.index(worker)] = Worker(self.make)
        suspects = [worker.given.popleft()] if worker.ready and worker.given else []
        self.again.extendleft(reversed(worker.given))
        for suspect in suspects:
            if suspect in self.tried or not self.twice(suspect):
                self.tried.discard(suspect)
                yield suspect, Lost(why)
            else:
                self.tried.add(suspect)
                self.again.appendleft(suspect)

    def __enter__(self) -> "Pool[Item, Result]":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in self.workers:
            worker.close()
