"""Take up, keep and give up attempts at trials, on a storage that other processes change at the same time."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import optuna
from optuna import Study
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from radunion.report.search.material import State
from radunion.search.ledger import AGAIN, RESULT, SUSPECT, Attempt, Ledger, ledger_of
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

    def take(self, mine: Collection[int], *, suspects: bool = True) -> tuple[optuna.Trial, Attempt] | None:
        """Take up a trial that is free; None where none is. Call it within the gate.

        Those of dead processes go first, the fewest deaths before more, then new ones. A trial at which three
        processes died or more comes last, so that it keeps no other from being run; without `suspects` not at all.
        """
        self._settle_dead(mine)
        while self._is_ready(self.ledger(), suspects=suspects):
            trial = self.study.ask()
            attempt = self.ledger().attempt_of(trial.number)
            if attempt is not None:
                return trial, attempt
            self.study.tell(trial, state=TrialState.FAIL)  # one too many, made by two machines at once
        return None

    def keep(self, trial: optuna.Trial, kept: dict[str, Any]) -> bool:
        """Keep what a trial found, then call it finished: in this order a kill between the two loses nothing.

        Returns whether it counts: not where the attempt was given up before. It may be called again after an outage.
        """
        with self.store.gate():
            try:
                trial.set_user_attr(RESULT, kept)
                return self._tell(trial.number, kept)
            except UpdateFinishedTrialError:
                return self._is_kept(trial.number)

    def give_up(self, record_number: int) -> None:
        """Say that nobody runs an attempt any more."""
        with suppress(UpdateFinishedTrialError):
            self.study.tell(record_number, state=TrialState.FAIL, skip_if_finished=True)

    def _is_ready(self, ledger: Ledger, *, suspects: bool) -> bool:
        """Say whether a trial is to be taken up; the storage then gives out the right one: the waiting before a new."""
        waiting = [ledger.last[number] for number in ledger.numbers("waiting")]
        if waiting:
            return suspects or all(one.deaths < SUSPECT for one in waiting)
        new, lost = ledger.numbers("new"), ledger.lost()
        if lost and (lost[0].deaths < SUSPECT or (suspects and not new)):
            self._try_again(lost[0])
            return True
        return bool(new)

    def _is_kept(self, record_number: int) -> bool:
        """Say whether a finished attempt has its result: nobody but its own process writes one."""
        attempt = self.ledger().attempt_of(record_number)
        return attempt is not None and attempt.progress == "done"

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
