"""How far long work has come: a bar on a terminal, else a line every tenth of the way."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from radunion.cli.terminal import say

Progress = Callable[[int, int], None]
"""Told how much is done, of how much."""

_STEPS = 10


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Give a callback to tell the progress of the work within."""
    if not sys.stderr.isatty():
        yield _lines(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(title: str) -> Progress:
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        step = _STEPS * done // max(total, 1)
        if step > told:
            told = step
            say(f"{title}: {done:,} of {total:,}")

    return tell
