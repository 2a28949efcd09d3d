"""Run the trials that are free, until none is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from radunion.errors import TrainingError
from radunion.report.search.material import Value
from radunion.search.claims import Claimed, Trials
from radunion.search.fitted import Asked, Fitted
from radunion.search.fitting import Fitter
from radunion.search.memory import peak_memory
from radunion.search.outcome import Outcome
from radunion.search.preflight import as_it_runs
from radunion.search.settings import SearchSettings
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.splits import Split, splits_of
from radunion.study.protocols import Protocol
from radunion.training.learner import Tell


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
        while claims := trials.claim_several(self.settings.at_once):
            self._try(claims)
            best = trials.best()
            note = "" if best is None or best.score is None else f"best {best.score:.3f}, trial {best.number}"
            self.tell("Trials", total - trials.remaining(), total, note)

    def _try(self, claims: Sequence[Claimed]) -> None:
        watched = [_Watched(claimed, _Patience(self.settings.space.patience)) for claimed in claims]
        asked = [Asked(self._protocol(one.claimed.values), one.go_on) for one in watched]
        found = self.fitter.fit_several(asked, self.splits, seed=self.settings.seed)
        for one, fitted in zip(watched, found, strict=True):
            one.finish(fitted, objective=self.settings.space.objective, device=self.settings.device)

    def repeated(self, values: Mapping[str, Value], seed: int) -> Fitted:
        """Train a trial again with another seed of weights and of folds. Raises TrainingError when a fold diverges."""
        splits = splits_of(self.data, k=self.settings.space.k, unit="patient", seed=seed)
        patience = _Patience(self.settings.space.patience)
        return self.fitter.fit(
            self._protocol(values), splits, seed=seed, go_on=lambda step, value: patience.goes_on(value)
        )

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

    def finish(self, fitted: Fitted | TrainingError, *, objective: str, device: str) -> None:
        """Write down what came of it."""
        try:
            outcome = _outcome(fitted, objective, device)
        except TrainingError as error:
            self.claimed.fail(str(error))
            return
        if self._pruned and isinstance(fitted, Fitted) and fitted.stopped:
            self.claimed.prune(outcome)
        else:
            self.claimed.complete(outcome)


def _outcome(fitted: Fitted | TrainingError, objective: str, device: str) -> Outcome:
    if isinstance(fitted, TrainingError):
        raise fitted
    return Outcome(
        folds=fitted.folds(objective), also=fitted.mean(), history=fitted.history, epochs=fitted.epochs,
        seconds=fitted.seconds, memory=peak_memory(), device=device,
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
