"""Which trial of a search is done, running or still to do, read off the storage's own list of trials.

A trial of the search has a number, and one or more *attempts* at it, each a trial of the storage. The first attempts
are the storage's trials that repeat none, counted in the order in which the storage made them: it gives out its
numbers one at a time, so two machines never get the same. An attempt that was given up, because what ran it died, is
failed without a result, which nobody can undo; a further attempt then names the number and which attempt it is. Where
two machines add the same attempt at the same time, the first of the two counts and the other is never run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from optuna.trial import FrozenTrial, TrialState

Progress = Literal["new", "waiting", "running", "lost", "done"]
"""`new`: no attempt yet; `lost`: the last attempt was given up; `done`: complete, pruned or failed with a reason."""

AGAIN = "again"
"""The attribute of a further attempt: the number of the trial, and which attempt it is."""
CLAIM = "claim"
"""The attribute of an attempt that runs or ran: whose it is."""
RESULT = "result"
"""The attribute of what an attempt found."""
SUSPECT = 3
"""A trial at which so many processes died may be what ends them, though no kill can be told from a crash."""


@dataclass(frozen=True)
class Attempt:
    """Hold one attempt at a trial: the trial's number, which attempt it is from 0, and the storage's record."""

    number: int
    attempt: int
    record: FrozenTrial

    @property
    def progress(self) -> Progress:
        """How far the trial is by this attempt."""
        state, attributes = self.record.state, self.record.user_attrs
        if state == TrialState.WAITING:
            return "waiting"
        if state == TrialState.RUNNING:
            return "running"
        if state == TrialState.FAIL and attributes.get(RESULT, {}).get("state") != "failed":
            return "lost"
        return "done"

    @property
    def deaths(self) -> int:
        """How many processes took the trial up without finishing it, not counting one that may still do so."""
        return self.attempt + (self.progress == "lost")

    @property
    def claim(self) -> Mapping[str, Any] | None:
        """Whose it is; None before anybody said so."""
        claim: Mapping[str, Any] | None = self.record.user_attrs.get(CLAIM)
        return claim


@dataclass(frozen=True)
class Ledger:
    """Hold the last attempt at each trial that has one, by its number, and how many trials the search has."""

    last: Mapping[int, Attempt]
    trials: int

    def progress(self, number: int) -> Progress:
        """How far a trial is."""
        return self.last[number].progress if number in self.last else "new"

    def numbers(self, *progress: Progress) -> tuple[int, ...]:
        """Return the trials that are so far, in order."""
        return tuple(number for number in range(self.trials) if self.progress(number) in progress)

    def lost(self) -> tuple[Attempt, ...]:
        """Return the attempts that were given up and have none after them, those with the fewest deaths first."""
        lost = (self.last[number] for number in self.numbers("lost"))
        return tuple(sorted(lost, key=lambda one: (one.deaths, one.number)))

    def standing(self) -> tuple[Attempt, ...]:
        """Return the attempts that others are compared with: running or finished, neither given up nor failed."""
        found = (self.last[number] for number in self.numbers("running", "done"))
        return tuple(one for one in found if one.record.user_attrs.get(RESULT, {}).get("state") != "failed")

    def attempt_of(self, record_number: int) -> Attempt | None:
        """Return what an attempt of the storage counts as; None where it does not count."""
        found = (one for one in self.last.values() if one.record.number == record_number and one.number < self.trials)
        return next(found, None)


def ledger_of(records: Sequence[FrozenTrial], trials: int) -> Ledger:
    """Read the storage's trials, in the order in which it made them."""
    last: dict[int, Attempt] = {}
    for attempt in _attempts(records):
        known = last.get(attempt.number)
        if known is None or attempt.attempt > known.attempt:
            last[attempt.number] = attempt
    return Ledger(last, trials)


def _attempts(records: Iterable[FrozenTrial]) -> Iterable[Attempt]:
    firsts = 0
    for record in sorted(records, key=lambda one: one.number):
        if AGAIN in record.user_attrs:
            number, attempt = record.user_attrs[AGAIN]
            yield Attempt(number, attempt, record)
        else:
            yield Attempt(firsts, 0, record)
            firsts += 1
