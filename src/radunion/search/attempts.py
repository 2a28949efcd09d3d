"""Take up, keep and give up attempts at trials, on a storage that other processes change at the same time."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import optuna
from optuna import Study
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from radunion.report.search.material import State
from radunion.search.ledger import AGAIN, RESULT, Attempt, Ledger, ledger_of
from radunion.search.storage import Store
from radunion.search.workers import Watch, Worker

_STATES: Mapping[State, TrialState] = {
    "complete": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


class Attempts:
    """The attempts at the trials of a search; `mine` are the numbers of the trials that this process runs."""

    def __init__(self, study: Study, store: Store, worker: Worker, watch: Watch, trials: int) -> None:
        self.study = study
        self.store = store
        self.worker = worker
        self.watch = watch
        self.trials = trials

    def ledger(self) -> Ledger:
        """Read how far every trial is."""
        return ledger_of(self.study.get_trials(deepcopy=False), self.trials)

    def take(self, mine: Collection[int]) -> tuple[optuna.Trial, Attempt] | None:
        """Take up a trial that is free, those of dead processes first; None where none is. Call it within the gate."""
        self._settle_dead(mine)
        while True:
            ledger = self.ledger()
            if not ledger.numbers("new", "waiting", "lost"):
                return None
            for number in ledger.numbers("lost"):
                self._try_again(ledger.last[number])
            trial = self.study.ask()
            attempt = self.ledger().attempt_of(trial.number)
            if attempt is not None:
                return trial, attempt
            self.study.tell(trial, state=TrialState.FAIL)  # one too many, made by two machines at once

    def keep(self, trial: optuna.Trial, kept: dict[str, Any]) -> bool:
        """Keep what a trial found, then call it finished: in this order a kill between the two loses nothing.

        Returns whether it counts: not where the attempt was given up before.
        """
        with self.store.gate():
            try:
                trial.set_user_attr(RESULT, kept)
                return self._tell(trial.number, kept)
            except UpdateFinishedTrialError:
                return False

    def give_up(self, record_number: int) -> None:
        """Say that nobody runs an attempt any more."""
        with suppress(UpdateFinishedTrialError):
            self.study.tell(record_number, state=TrialState.FAIL, skip_if_finished=True)

    def _tell(self, record_number: int, kept: Mapping[str, Any]) -> bool:
        state = _STATES[kept["state"]]
        value = sum(kept["folds"]) / len(kept["folds"]) if kept["state"] == "complete" else None
        return self.study.tell(record_number, value, state, skip_if_finished=True).state == state

    def _settle_dead(self, mine: Collection[int]) -> None:
        """Finish what dead processes had kept the result of, and give up their other trials."""
        ledger = self.ledger()
        for attempt in (ledger.last[number] for number in ledger.numbers("running")):
            if not self._is_dead(attempt, mine):
                continue
            kept = attempt.record.user_attrs.get(RESULT)
            if kept is None:
                self.give_up(attempt.record.number)
            else:
                with suppress(UpdateFinishedTrialError):
                    self._tell(attempt.record.number, kept)

    def _is_dead(self, attempt: Attempt, mine: Collection[int]) -> bool:
        """Say whether nobody runs an attempt; within the gate nobody of this storage is just about to sign one."""
        claim = attempt.claim
        if claim is None:
            return self.store.sole or self.watch.is_silent(attempt.record.number, None)
        if claim["worker"] == self.worker.name:
            return attempt.number not in mine
        if claim["machine"] == self.worker.machine:
            return not self.worker.is_alive(claim["worker"])
        return self.watch.is_silent(attempt.record.number, claim["pulse"])

    def _try_again(self, attempt: Attempt) -> None:
        """Add a further attempt with the values of the one that was given up."""
        place = {AGAIN: [attempt.number, attempt.attempt + 1]}
        self.study.enqueue_trial(dict(attempt.record.params), user_attrs=place)
