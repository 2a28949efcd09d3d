"""Run the trials that are free, one after another, until none is left; then the best ones again with fresh seeds."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from radunion.errors import TrainingError
from radunion.report.search.material import Repeat, Trial, Value
from radunion.search.claims import Claimed, Trials
from radunion.search.fitting import Asked, Fitted, Fitter
from radunion.search.outcome import Outcome
from radunion.search.preflight import as_it_runs
from radunion.search.settings import SearchSettings
from radunion.search.space import space_digest
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.splits import Split, splits_of
from radunion.study.protocols import Protocol
from radunion.training.learner import Tell

_FRESH = 1_000
"""How far the seeds of repeats lie from the search's own."""


@dataclass(frozen=True)
class Trier:
    """What every trial is trained with; `identity` is what decides its result beside its values and seed."""

    data: StudyData
    splits: tuple[Split, ...]
    settings: SearchSettings
    fitter: Fitter
    identity: Mapping[str, str]
    tell: Tell

    def run(self, trials: Trials) -> None:
        """Take up and finish trials until all are finished, by this process or another."""
        total = self.settings.space.trials
        while claims := trials.claim_several(self.settings.at_once):
            self._try(claims)
            best = trials.best()
            note = "" if best is None or best.score is None else f"best {best.score:.3f}, trial {best.number}"
            self.tell("Trials", total - trials.remaining(), total, note)

    def again(
        self, trials: Sequence[Trial], numbers: Sequence[int], folder: Path
    ) -> tuple[tuple[Repeat, ...], tuple[str, ...]]:
        """Train some trials again; what a folder holds of an earlier run is taken from there.

        Returns the repeats, and why others failed.
        """
        seeds = [self.settings.seed + _FRESH + one for one in range(self.settings.repeats)]
        values = {trial.number: trial.values for trial in trials}
        wanted = [(number, seed) for seed in seeds for number in numbers]
        found, failed = [], []
        for place, (number, seed) in enumerate(wanted):
            try:
                found.append(self._again(number, values[number], seed, folder))
            except TrainingError as error:
                failed.append(f"trial {number}, seed {seed}: {error}")
            self.tell("Again with fresh seeds", place + 1, len(wanted), "")
        return tuple(found), tuple(failed)

    def _try(self, claims: Sequence[Claimed]) -> None:
        watched = [_Watched(claimed, _Patience(self.settings.space.patience)) for claimed in claims]
        asked = [Asked(self._protocol(one.claimed.values), one.go_on) for one in watched]
        found = self.fitter.fit_several(asked, self.splits, seed=self.settings.seed)
        for one, fitted in zip(watched, found, strict=True):
            one.finish(fitted, self.settings.space.objective)

    def _again(self, number: int, values: Mapping[str, Value], seed: int, folder: Path) -> Repeat:
        decides = json.dumps([dict(self.identity), space_digest(self.settings.space), dict(values), seed])
        path = folder / f"{hashlib.sha256(decides.encode()).hexdigest()[:32]}.json"
        kept = _kept(path)
        if kept is None:
            splits = splits_of(self.data, k=self.settings.space.k, unit="patient", seed=seed)
            patience = _Patience(self.settings.space.patience)
            fitted = self.fitter.fit(
                self._protocol(values), splits, seed=seed, go_on=lambda step, value: patience.goes_on(value)
            )
            kept = list(fitted.folds(self.settings.space.objective))
            _keep(path, kept)
        return Repeat(number, seed, tuple(kept))

    def _protocol(self, values: Mapping[str, Value]) -> Protocol:
        return as_it_runs(self.settings.space, values, self.settings.variant)[0]


class _Watched:
    """A claimed trial while it is trained."""

    def __init__(self, claimed: Claimed, patience: "_Patience") -> None:
        self.claimed = claimed
        self._patience = patience
        self._pruned = False

    def go_on(self, step: int, value: float) -> bool:
        """Report an epoch; say whether the trial goes on."""
        self._pruned = self.claimed.report(step, value)
        return not self._pruned and self._patience.goes_on(value)

    def finish(self, fitted: Fitted | TrainingError, objective: str) -> None:
        """Write down what came of it."""
        try:
            outcome = _outcome(fitted, objective)
        except TrainingError as error:
            self.claimed.fail(str(error))
            return
        if self._pruned and isinstance(fitted, Fitted) and fitted.stopped:
            self.claimed.prune(outcome)
        else:
            self.claimed.complete(outcome)


def _outcome(fitted: Fitted | TrainingError, objective: str) -> Outcome:
    if isinstance(fitted, TrainingError):
        raise fitted
    return Outcome(
        folds=fitted.folds(objective), also=fitted.mean(), history=fitted.history, epochs=fitted.epochs,
        seconds=fitted.seconds,
    )  # fmt: skip


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
