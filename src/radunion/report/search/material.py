"""Everything that the report of a search shows, as plain data; the report itself opens no film, model or storage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Value = float | int | str | bool
State = Literal["complete", "pruned", "failed"]
Sampler = Literal["random", "grid", "tpe"]


@dataclass(frozen=True)
class Axis:
    """Hold one searched field of the protocol: a range (`low` to `high`, on a log scale where `log`), or `choices`."""

    name: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Trial:
    """Hold one trial: the values tried and what every fold got at its last epoch.

    `folds` are the objective of each fold, `also` the mean over folds of other measures, `history` one mapping a fold
    and epoch, in order: `fold`, `epoch`, `train_loss`, `validation_loss`, `train_auroc18`, `validation_auroc18` where
    they exist. `epochs` is how many each fold was trained. `memory` is the most bytes that the process that ran it had
    held by then, None where that is not told; `device` is what it ran on and `worker` the word that the process went
    by.
    """

    number: int
    values: Mapping[str, Value]
    state: State
    folds: tuple[float, ...]
    also: Mapping[str, float]
    history: tuple[Mapping[str, float], ...]
    epochs: int
    seconds: float
    reason: str = ""
    memory: int | None = None
    device: str = ""
    worker: str = ""

    @property
    def score(self) -> float | None:
        """The mean over folds; None where there is none."""
        return sum(self.folds) / len(self.folds) if self.folds and self.state != "failed" else None


@dataclass(frozen=True)
class Repeat:
    """Hold a trial trained again with a fresh seed of weights and of folds; it chose nothing."""

    number: int
    seed: int
    folds: tuple[float, ...]


@dataclass(frozen=True)
class BestAgainstMedian:
    """Hold what repeats say of the best minus the median of the completed trials, with the 95 % interval of that.

    The interval is that of the corrected resampled t-test (Nadeau and Bengio 2003): folds share films, so that a plain
    one is too narrow. `searched` is the difference as the search saw it, which is too large: the best was chosen by it.
    """

    best: int
    median: int
    searched: float
    repeated: float
    low: float
    high: float
    repeats: int


@dataclass(frozen=True)
class Work:
    """Hold what was done: epochs of trials and of repeats (an epoch of one fold is one), seconds, and memory.

    Of all processes together are epochs and seconds of trials and of repeats, and `workers`, how many finished trials:
    a search that was stopped and taken up again counts anew. `feature_seconds`, of looking at films once, are those of
    the process that wrote the report. `peak_memory` is the most bytes that one process held, None where no system
    tells.
    """

    head_epochs: int
    head_seconds: float
    feature_seconds: float
    peak_memory: int | None
    workers: int = 1
    repeat_epochs: int = 0
    repeat_seconds: float = 0.0

    @property
    def peak_memory_gb(self) -> float | None:
        """The largest memory in 10^9 bytes."""
        return None if self.peak_memory is None else self.peak_memory / 1e9


@dataclass(frozen=True)
class SearchMaterial:
    """Hold all that a report of a search shows; a higher objective is better, and `scale` is what it is judged on.

    `epochs` are those of the protocol that is searched, 0 where it has none; `patience` is after how many epochs
    without a better mean over what the folds hold out a trial ends, None where nothing ends it so.
    """

    title: str
    notice: str
    simulated: bool
    space: str
    protocol: str
    settings: Mapping[str, Any]
    objective: str
    sampler: Sampler
    k: int
    epochs: int
    pruned: bool
    axes: tuple[Axis, ...]
    trials: tuple[Trial, ...]
    work: Work
    cohort: Mapping[str, Any]
    repeats: tuple[Repeat, ...] = ()
    verdict: BestAgainstMedian | None = None
    importance: Mapping[str, float] = field(default_factory=dict)
    chosen: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    scale: str = "mixed"
    patience: int | None = None
