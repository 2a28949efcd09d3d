"""Run the trials that are free, one after another, until none is left; then the best ones again with fresh seeds."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from radunion.errors import TrainingError
from radunion.report.search.material import Repeat, Trial, Value
from radunion.search.claims import Claimed, Trials
from radunion.search.fitting import Fitted, Fitter
from radunion.search.outcome import Outcome
from radunion.search.preflight import as_it_runs
from radunion.search.settings import SearchSettings
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.splits import Split, splits_of
from radunion.training.learner import Tell

_FRESH = 1_000
"""How far the seeds of repeats lie from the search's own."""


@dataclass(frozen=True)
class Trier:
    """What every trial is trained with."""

    data: StudyData
    splits: tuple[Split, ...]
    settings: SearchSettings
    fitter: Fitter
    tell: Tell

    def run(self, trials: Trials) -> None:
        """Take up and finish trials until all are finished, by this process or another."""
        total = self.settings.space.trials
        while (claimed := trials.claim()) is not None:
            self._try(claimed)
            best = trials.best()
            note = "" if best is None or best.score is None else f"best {best.score:.3f}, trial {best.number}"
            self.tell("Trials", total - trials.remaining(), total, note)

    def again(self, trials: Sequence[Trial], numbers: Sequence[int], folder: Path) -> tuple[Repeat, ...]:
        """Train some trials again; what a folder holds of an earlier run is taken from there."""
        seeds = [self.settings.seed + _FRESH + one for one in range(self.settings.repeats)]
        values = {trial.number: trial.values for trial in trials}
        wanted = [(number, seed) for seed in seeds for number in numbers]
        found = []
        for place, (number, seed) in enumerate(wanted):
            found.append(self._again(number, values[number], seed, folder))
            self.tell("Again with fresh seeds", place + 1, len(wanted), "")
        return tuple(found)

    def fit(self, values: Mapping[str, Value], *, claimed: Claimed | None = None) -> Fitted:
        """Train a trial on the search's own folds; `claimed` is told of every step and may end it."""
        return self._fit(values, self.splits, self.settings.seed, claimed)

    def _try(self, claimed: Claimed) -> None:
        try:
            fitted = self.fit(claimed.values, claimed=claimed)
            outcome = self._outcome(fitted)
        except TrainingError as error:
            claimed.fail(str(error))
            return
        if claimed.lost:
            return
        if fitted.stopped and self.settings.space.patience is None:
            claimed.prune(outcome)
        else:
            claimed.complete(outcome)

    def _again(self, number: int, values: Mapping[str, Value], seed: int, folder: Path) -> Repeat:
        path = folder / f"{self._name(values, seed)}.json"
        kept = _kept(path)
        if kept is None:
            splits = splits_of(self.data, k=self.settings.space.k, unit="patient", seed=seed)
            fitted = self._fit(values, splits, seed, None)
            kept = list(fitted.folds(self.settings.space.objective))
            _keep(path, kept)
        return Repeat(number, seed, tuple(kept))

    def _name(self, values: Mapping[str, Value], seed: int) -> str:
        protocol, _ = as_it_runs(self.settings.space, values, self.settings.variant)
        decides = {
            **asdict(protocol), "title": "", "source": "", "weights": Path(str(getattr(protocol, "weights", ""))).name,
            "seed": seed, "k": self.settings.space.k, "cohort": self.data.cohort.digest(),
            "features": self.settings.precision, "heads": self.settings.heads, "by": self.settings.space.objective,
        }  # fmt: skip
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:32]

    def _fit(self, values: Mapping[str, Value], splits: Sequence[Split], seed: int, claimed: Claimed | None) -> Fitted:
        space = self.settings.space
        protocol, _ = as_it_runs(space, values, self.settings.variant)
        patience = _Patience(space.patience)

        def go_on(step: int, value: float) -> bool:
            pruned = claimed is not None and claimed.report(step, value)
            return not pruned and patience.goes_on(value)

        return self.fitter.fit(protocol, splits, seed=seed, objective=space.objective, go_on=go_on)

    def _outcome(self, fitted: Fitted) -> Outcome:
        return Outcome(
            folds=fitted.folds(self.settings.space.objective),
            also=fitted.mean(),
            history=fitted.history,
            epochs=fitted.epochs,
            seconds=fitted.seconds,
        )


class _Patience:
    """Early stopping: so many steps without a better one."""

    def __init__(self, steps: int | None) -> None:
        self.steps = steps
        self.best = float("-inf")
        self.without = 0

    def goes_on(self, value: float) -> bool:
        """Say whether to go on after another step."""
        better = value > self.best
        self.best = max(self.best, value)
        self.without = 0 if better else self.without + 1
        return self.steps is None or self.without < self.steps


def _kept(path: Path) -> list[float] | None:
    try:
        return [float(one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return None


def _keep(path: Path, folds: list[float]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(json.dumps(folds), encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
