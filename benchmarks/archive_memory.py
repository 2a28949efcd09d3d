"""Resident memory of a process and of all that it began, over time."""

import statistics
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

PERIOD_S = 1.0
_PAGE_MB = 4096 / 1e6


@dataclass
class Memory:
    """Seconds since the beginning and megabytes, a second apart; pages that are shared count in each process."""

    samples: list[tuple[float, float]] = field(default_factory=list)

    def between(self, first: float, last: float) -> float:
        """Return the median (MB) of a span of the run, whose ends are given as shares of it."""
        end = self.samples[-1][0]
        return statistics.median(size for when, size in self.samples if first * end <= when <= last * end)

    def each(self, seconds: float) -> list[int]:
        """Return the median (MB) of every so many seconds."""
        spans: dict[int, list[float]] = defaultdict(list)
        for when, size in self.samples:
            spans[int(when // seconds)].append(size)
        return [round(statistics.median(sizes)) for sizes in spans.values()]


def watch(process: int) -> Memory:
    """Sample in a thread until the process is gone."""
    memory = Memory()
    threading.Thread(target=_watch, args=(process, memory), daemon=True).start()
    return memory


def _watch(process: int, memory: Memory) -> None:
    start = time.monotonic()
    while size := sum(map(_resident, _family(process))):
        memory.samples.append((time.monotonic() - start, size))
        time.sleep(PERIOD_S)


def _family(process: int) -> list[int]:
    """Return a process and all below it."""
    children = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            children[int(fields[1])].append(int(stat.parent.name))
    found, waiting = [], [process]
    while waiting:
        found.append(waiting.pop())
        waiting += children[found[-1]]
    return found


def _resident(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_MB
    except OSError:
        return 0.0
