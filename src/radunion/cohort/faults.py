"""Faults of a label table: what makes it unusable, with line, column, what was found and what is allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from radunion.errors import CohortError

FaultCode = Literal["RU001", "RU002", "RU003", "RU004", "RU005", "RU006", "RU007"]

FAULTS: dict[FaultCode, str] = {
    "RU001": "the table or one of its rows cannot be read",
    "RU002": "a column is missing or named twice",
    "RU003": "a cell that must hold something is empty",
    "RU004": "a word outside the closed set of its column",
    "RU005": "a level outside the scale",
    "RU006": "two rows of one label or examination contradict each other",
    "RU007": "a cell that must hold a number does not",
}
"""Faults stop the reading of a table and cannot be silenced."""

_LONGEST_ECHO = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a table cannot be used; `line` counts from 1, the header is line 1."""

    code: FaultCode
    line: int
    column: str
    found: str
    allowed: str

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{place}: found {self.found}; {self.allowed} [{self.code}]"


def quoted(cell: str) -> str:
    """Quote a cell for a message, cut to a readable length."""
    return repr(cell if len(cell) <= _LONGEST_ECHO else cell[:_LONGEST_ECHO] + "…")


def any_of(words: Sequence[str]) -> str:
    """Name a closed set for a message."""
    return " or ".join(words)


def refuse(source: Path, faults: Sequence[Fault], *, form: str = "the cohort table of docs/cohort-table.md") -> None:
    """Raise CohortError with every fault of a table, in the order of its lines; do nothing when there is none."""
    if not faults:
        return
    ordered = sorted(faults, key=lambda fault: (fault.line, fault.column))
    count = "1 fault" if len(ordered) == 1 else f"{len(ordered):,} faults"
    lines = "\n".join(f"  {source}: {fault}" for fault in ordered)
    raise CohortError(f"{source} must follow {form}; found {count}:\n{lines}")
