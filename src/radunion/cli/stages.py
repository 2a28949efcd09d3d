"""Long work of several stages: a bar a stage on a terminal, else lines now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from radunion.cli.terminal import say

Tell = Callable[[str, int, int, str], None]
"""Told the stage, how much of it is done, of how much, and a note."""

_QUIET_S = 5.0


@contextmanager
def stages() -> Iterator[Tell]:
    """Give a callback to tell the progress of the work within."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int, note: str) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, note=note)
            bars.update(tasks[stage], completed=done, total=total, note=note)

        yield tell


def _lines() -> Tell:
    """Say when a stage begins and ends, and every few seconds between."""
    state: dict[str, object] = {"stage": "", "at": 0.0}

    def tell(stage: str, done: int, total: int, note: str) -> None:
        now = time.monotonic()
        late = now - float(str(state["at"])) >= _QUIET_S
        if stage != state["stage"] or done >= total or late:
            state.update(stage=stage, at=now)
            say(f"{stage}: {done:,} of {total:,}" + (f" ({note})" if note else ""))

    return tell
