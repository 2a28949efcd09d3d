"""The trials of a search, shared by any number of processes: killed anywhere, nothing finished is lost or run twice.

A trial is taken up by one process (`claim`), which then finishes it or dies. The trials of a dead process are taken up
by whoever asks next: at once on the same machine, where the operating system tells that it is dead, and elsewhere when
its pulse has stood still for a while. `ledger` says what makes the count exact, `attempts` how a result is kept. A
storage that does not answer is asked again for some minutes, so that a short outage loses nothing.
"""

import math
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import optuna
from optuna.exceptions import UpdateFinishedTrialError

from radunion.report.search.material import State, Trial, Value
from radunion.search.attempts import Attempts
from radunion.search.identity import NAME, begin, beside, must_be_alone, must_be_same, stored_name
from radunion.search.ledger import CLAIM, RESULT, SUSPECT, Attempt, Ledger
from radunion.search.outcome import Outcome, trial_of
from radunion.search.samplers import chosen, pruner_of, sampler_of
from radunion.search.space import Space, longest, space_digest
from radunion.search.storage import open_store, outages
from radunion.search.workers import GRACE_S, PULSE_S, Pulse, Watch, Worker

_SHORTEST_S, _LONGEST_S = 0.05, 2.0


def open_trials(
    storage: str | Path,
    *,
    name: str,
    space: Space,
    seed: int,
    identity: Mapping[str, str],
    alone: bool = False,
    grace_s: float = GRACE_S,
    pulse_s: float = PULSE_S,
    locks: Path | None = None,
) -> "Trials":
    """Open the trials of a search, new ones where there are none; close them, or use them in a `with`.

    `storage` is a file (SQLite; a journal where it ends in .journal), `journal://FILE` or a database's address. `name`
    is that of the search. `identity` is what else decides a result, digests or short words; space and seed are added.
    How many trials the space has may differ from time to time. Searches of other identities lie beside this one in the
    storage, and `Trials.beside` tells them; `alone` refuses them. `locks` is a folder on this machine for the locks
    between its processes: by default beside the file, for a database in the user's cache. Trials of a machine that
    gives no sign for `grace_s` are taken up by another; this one gives a sign every `pulse_s`.

    Raises UsageError for an address that cannot be opened, and for a storage that holds another search where this one
    shall be alone.
    """
    store = open_store(storage, locks=locks)
    whole = {NAME: name, "space": space_digest(space), "seed": str(seed), **identity}
    with store.gate():
        if alone:
            must_be_alone(store.storage, whole, told=store.told)
        study = optuna.create_study(
            study_name=stored_name(whole),
            storage=store.storage,
            direction="maximize",
            load_if_exists=True,
            sampler=sampler_of(space, seed),
            pruner=pruner_of(space),
        )
        begun = begin(study, whole)
        must_be_same(study, whole, told=store.told)
        worker = Worker(store.locks)
    attempts = Attempts(study, store, worker, Watch(grace_s), space.trials)
    return Trials(attempts, space, whole, begun=begun, pulse_s=pulse_s)


class Claimed:
    """A trial that this process runs: report every epoch, then finish it by `complete`, `prune` or `fail`.

    `number` is that of the trial, from 0, and `values` what it tries; `attempt` says how many processes took it up
    before and did not finish it.
    `lost` says that another machine has taken it up, because no sign of this one reached it.
    """

    def __init__(self, attempts: Attempts, space: Space, trial: optuna.Trial, attempt: Attempt) -> None:
        self.number = attempt.number
        self.attempt = attempt.attempt
        self.values: Mapping[str, Value] = {}
        self.lost = False
        self.open = True
        self._ending = False
        self._attempts = attempts
        self._space = space
        self._trial = trial
        self._pulse = 0

    def report(self, epoch: int, value: float) -> bool:
        """Tell the mean over folds of an epoch, from 1; return whether to stop: to prune it, or because it is lost.

        In the last third of its epochs a trial is let finish: little is saved by then.
        """
        if self.lost or self._space.pruning == "none":
            return self.lost
        return self._attempts.store.patiently(lambda: self._stops_at(epoch, value))

    def complete(self, outcome: Outcome) -> bool:
        """Finish the trial; return whether it counts: not where it is lost to another machine.

        Raises ValueError for folds whose mean is not a finite number: such a trial has failed.
        """
        if not math.isfinite(outcome.score):
            raise ValueError("a complete trial has folds with a finite mean; call fail with the reason")
        return self._finish(outcome, "complete")

    def prune(self, outcome: Outcome) -> bool:
        """Finish the trial as one that was stopped early; returns as `complete`."""
        return self._finish(outcome, "pruned")

    def fail(self, reason: str, outcome: Outcome | None = None) -> bool:
        """Finish the trial as one without a result, such as a training that diverged; it is not tried again."""
        return self._finish(outcome or Outcome(), "failed", reason)

    def sign(self) -> None:
        """Say whose the trial is, and that this process lives."""
        worker = self._attempts.worker
        claim = {"number": self.number, "worker": worker.name, "machine": worker.machine, "pulse": self._pulse}
        self._pulse += 1
        try:
            self._trial.set_user_attr(CLAIM, claim)
        except UpdateFinishedTrialError:
            self.lost = not self._ending

    def choose(self) -> None:
        """Choose the values; the trial has to be signed."""
        self.values = chosen(self._trial, self._space)

    def give_back(self) -> None:
        """Leave the trial to whoever asks next."""
        self.open = False
        self._attempts.give_up(self._trial.number)

    def _stops_at(self, epoch: int, value: float) -> bool:
        try:
            self._trial.report(value, step=epoch)
            return 3 * epoch <= 2 * longest(self._space) and self._trial.should_prune()
        except UpdateFinishedTrialError:
            self.lost = True
            return True

    def _finish(self, outcome: Outcome, state: State, reason: str = "") -> bool:
        kept = outcome.kept(state, reason)
        self._ending = True
        try:  # the pulse goes on meanwhile; and what is kept must not be given back, though it be told to nobody yet
            counts = self._attempts.store.patiently(lambda: self._attempts.keep(self._trial, kept))
        finally:
            self.open = False
        self.lost = not counts
        return counts


class Trials:
    """The trials of a search, as `open_trials` opens them; a process may hold several claims at a time.

    `name` is that of the search in its storage, `begun` whether it was begun by this opening, and `beside` names the
    storage's other searches of the same given name, each with what differs.
    """

    def __init__(
        self, attempts: Attempts, space: Space, identity: Mapping[str, str], *, begun: bool, pulse_s: float
    ) -> None:
        self.space = space
        self.name = stored_name(identity)
        self.begun = begun
        self.beside = beside(attempts.store.storage, identity)
        self._attempts = attempts
        self._identity = identity
        self._claims: list[Claimed] = []
        self._pulse = Pulse(self._beat, pulse_s)

    def claim(self, *, wait: bool = True) -> Claimed | None:
        """Take up a trial: one that a dead process left, else a new one, and last what three processes died at.

        With none to take up it waits while other processes run some, which may come free; None then says that every
        trial is finished or held by this process. Without `wait` None says that none is free now.

        Raises UsageError where the storage has come to hold another search.
        """
        pause = _SHORTEST_S
        while True:
            taken = self._attempts.store.patiently(self._take)
            if taken is not None or not wait or not self._others_run_some():
                return taken
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_S)

    def claim_several(self, most: int) -> tuple[Claimed, ...]:
        """Take up so many trials or fewer, to be run together: waits for the first, and is empty where it is None.

        A trial at which three processes died comes alone, so that it takes no other down with it.
        """
        first = self.claim() if most > 0 else None
        claims = [] if first is None else [first]
        if first is not None and first.attempt < SUSPECT:
            while len(claims) < most and (more := self._attempts.store.patiently(self._take_with_others)):
                claims.append(more)
        return tuple(claims)

    def finished(self) -> tuple[Trial, ...]:
        """Return all finished trials by their number: complete, pruned or failed."""
        ledger = self._ledger()
        return tuple(self._trial_of(ledger.last[number]) for number in ledger.numbers("done"))

    def remaining(self) -> int:
        """Count the trials that are not finished."""
        return self.space.trials - len(self._ledger().numbers("done"))

    def best(self) -> Trial | None:
        """Return the complete trial with the highest score, of several the first; None where none is complete."""
        scored = [(one.score, one) for one in self.finished() if one.state == "complete" and one.score is not None]
        return max(scored, key=lambda pair: (pair[0], -pair[1].number))[1] if scored else None

    def workers(self) -> int:
        """Count the processes that finished trials."""
        ledger = self._ledger()
        claims = [ledger.last[number].claim for number in ledger.numbers("done")]
        return len({claim["worker"] for claim in claims if claim is not None})

    def close(self) -> None:
        """Give back what is not finished, so that any process may take it up at once, and let go of the locks."""
        self._pulse.stop()
        with suppress(*outages()), self._attempts.store.gate():  # what cannot be given back is free all the same, later
            for claimed in self._open():
                claimed.give_back()
        self._attempts.worker.close()

    def __enter__(self) -> "Trials":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, *, suspects: bool = True) -> Claimed | None:
        must_be_same(self._attempts.study, self._identity, told=self._attempts.store.told)
        with self._attempts.store.gate():
            while taken := self._attempts.take({one.number for one in self._open()}, suspects=suspects):
                claimed = Claimed(self._attempts, self.space, *taken)
                claimed.sign()
                if not claimed.lost:
                    claimed.choose()
                    self._claims = [*self._open(), claimed]  # only now: after an outage before it, it is given up
                    return claimed
        return None

    def _take_with_others(self) -> Claimed | None:
        return self._take(suspects=False)

    def _ledger(self) -> Ledger:
        return self._attempts.store.patiently(self._attempts.ledger)

    def _open(self) -> list[Claimed]:
        return [one for one in self._claims if one.open]

    def _others_run_some(self) -> bool:
        mine = {one.number for one in self._open()}
        return not mine.issuperset(self._ledger().numbers("new", "waiting", "lost", "running"))

    def _beat(self) -> None:
        for claimed in self._open():
            with suppress(*outages()):  # the storage is out of reach for now; the next beat tries again
                claimed.sign()

    def _trial_of(self, attempt: Attempt) -> Trial:
        values = {axis.name: attempt.record.params[axis.name] for axis in self.space.axes}
        told = trial_of(attempt.number, values, attempt.record.user_attrs[RESULT])
        return replace(told, worker=str(attempt.claim["worker"]) if attempt.claim else "")
