"""What a trial found, as the storage of trials keeps it: any machine makes the report of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from radunion.report.search.material import State, Trial, Value


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Hold what the folds of a trial found; fields as in `Trial`, `memory` and `device` of the process that ran it."""

    folds: tuple[float, ...] = ()
    also: Mapping[str, float] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = ()
    epochs: int = 0
    seconds: float = 0.0
    memory: int | None = None
    device: str = ""

    @property
    def score(self) -> float:
        """The mean over folds; not a number where there is none."""
        return sum(self.folds) / len(self.folds) if self.folds else math.nan

    def kept(self, state: State, reason: str = "") -> dict[str, Any]:
        """Return it as JSON, the history by column, a cell that does not exist as null."""
        names = list(dict.fromkeys(name for row in self.history for name in row))
        return {
            "state": state,
            "reason": reason,
            "folds": [float(fold) for fold in self.folds],
            "also": {name: float(value) for name, value in self.also.items()},
            "history": {name: [_cell(row, name) for row in self.history] for name in names},
            "epochs": int(self.epochs),
            "seconds": float(self.seconds),
            "memory": self.memory,
            "device": self.device,
        }


def trial_of(number: int, values: Mapping[str, Value], kept: Mapping[str, Any]) -> Trial:
    """Return a finished trial from what the storage keeps of it."""
    columns = kept["history"]
    rows = zip(*columns.values(), strict=True)
    return Trial(
        number=number,
        values=dict(values),
        state=kept["state"],
        folds=tuple(kept["folds"]),
        also=kept["also"],
        history=tuple(_row(columns, row) for row in rows),
        epochs=kept["epochs"],
        seconds=kept["seconds"],
        reason=kept["reason"],
        memory=kept.get("memory"),
        device=kept.get("device", ""),
    )


def _cell(row: Mapping[str, float], name: str) -> float | None:
    return float(row[name]) if name in row else None


def _row(names: Mapping[str, Any], cells: Sequence[float | None]) -> dict[str, float]:
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
