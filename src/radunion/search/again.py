"""The best trials once more with fresh seeds of weights and of folds, shared by all processes of one folder.

Each repeat is a file, written whole; a lock beside it says that somebody is at it. A killed process lets go of its
lock, so that another takes the repeat up.
"""

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from radunion.errors import TrainingError
from radunion.report.search.material import Repeat, Trial, Value
from radunion.search.fitted import Fitted
from radunion.search.space import Space, space_digest
from radunion.training.learner import Tell

_FRESH = 1_000
"""How far the seeds of repeats lie from the search's own."""


@dataclass(frozen=True)
class Repeats:
    """Hold the repeats, why others failed, and the epochs (one of a fold is one) and seconds that all took."""

    found: tuple[Repeat, ...] = ()
    failed: tuple[str, ...] = ()
    epochs: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Repeater:
    """Hold how a trial is trained again, and what its result depends on beside its values and seed."""

    train: Callable[[Mapping[str, Value], int], Fitted]
    space: Space
    identity: Mapping[str, str]
    folder: Path
    tell: Tell

    def again(self, trials: Sequence[Trial], numbers: Sequence[int], *, seed: int, seeds: int) -> Repeats:
        """Train some trials again with each of so many seeds.

        What the folder holds is taken from there, what another process is at is waited for at the end.
        """
        values = {trial.number: trial.values for trial in trials}
        wanted = [(number, seed + _FRESH + one) for one in range(seeds) for number in numbers]
        for timeout in (0, -1):
            for number, fresh in wanted:
                if not self._does(values[number], fresh, timeout):
                    continue
                done = sum(_read(self._path(values[one], other)) is not None for one, other in wanted)
                self.tell("Again with fresh seeds", done, len(wanted), "")
        return self._gathered([(number, fresh, self._path(values[number], fresh)) for number, fresh in wanted])

    def _does(self, values: Mapping[str, Value], seed: int, timeout: int) -> bool:
        """Do a repeat that nobody has done or is at; say whether it was done now."""
        path = self._path(values, seed)
        if _read(path) is not None:
            return False
        try:
            with FileLock(path.with_suffix(".lock"), timeout=timeout):
                if _read(path) is None:
                    _write(path, self._trained(values, seed))
        except Timeout:
            return False
        return True

    def _trained(self, values: Mapping[str, Value], seed: int) -> dict[str, Any]:
        try:
            fitted = self.train(values, seed)
            folds = list(fitted.folds(self.space.objective))
        except TrainingError as error:
            return {"failed": str(error)}
        return {"folds": folds, "epochs": fitted.epochs * len(folds), "seconds": fitted.seconds}

    def _path(self, values: Mapping[str, Value], seed: int) -> Path:
        decides = json.dumps([dict(self.identity), space_digest(self.space), dict(values), seed])
        return self.folder / f"{hashlib.sha256(decides.encode()).hexdigest()[:32]}.json"

    def _gathered(self, wanted: Sequence[tuple[int, int, Path]]) -> Repeats:
        kept = [(number, seed, _read(path) or {"failed": "its file was removed"}) for number, seed, path in wanted]
        return Repeats(
            tuple(Repeat(number, seed, tuple(one["folds"])) for number, seed, one in kept if "folds" in one),
            tuple(f"trial {number}, seed {seed}: {one['failed']}" for number, seed, one in kept if "failed" in one),
            sum(one.get("epochs", 0) for _, _, one in kept),
            math.fsum(one.get("seconds", 0.0) for _, _, one in kept),
        )


def _read(path: Path) -> dict[str, Any] | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and ("folds" in kept or "failed" in kept) else None


def _write(path: Path, kept: dict[str, Any]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(json.dumps(kept), encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
