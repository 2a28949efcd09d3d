"""Where words go: results to standard output, everything else to standard error."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

_WIDTH = 110
"""Columns where there is no terminal, so that tables in a file are not folded."""


def say(message: str) -> None:
    """Tell people something beside the result."""
    sys.stderr.write(f"radunion: {message}\n")
    sys.stderr.flush()


def answer(text: str) -> None:
    """Write a line of the result."""
    sys.stdout.write(f"{text}\n")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it must be."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def show(table: "RenderableType") -> None:
    """Write a table of the result, as wide as the terminal."""
    from rich.console import Console

    narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(file=sys.stdout, width=None if narrow else _WIDTH, markup=False, highlight=False, emoji=False)
    with console.capture() as rendered:  # printing itself, the console would exit on a closed pipe
        console.print(table)
    sys.stdout.write(rendered.get())
