"""A process of a search whose trials only sleep; its arguments: STORAGE LOG [--sampler S] [--trials N] …"""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import radunion.search.claims as claims_module
from radunion.search.claims import Claimed, Trials, open_trials
from radunion.search.outcome import Outcome
from radunion.search.space import SPACES, Space
from radunion.search.storage import Store, open_store


def space_of(trials: int, sampler: str) -> Space:
    """Return a space of quick trials."""
    changes = {"trials": trials, "sampler": sampler}
    return replace(SPACES["regime-1"], **changes)  # type: ignore[arg-type]


def trials_of(storage: str, space: Space) -> Trials:
    """Open the trials as every process of these tests does."""
    return open_trials(storage, name="quick", space=space, seed=3, identity={"cohort": "c"}, grace_s=60.0)


def claimed(trials: Trials, *, wait: bool = True) -> Claimed:
    """Claim a trial where one is free."""
    found = trials.claim(wait=wait)
    assert found is not None
    return found


def die(trials: Trials) -> None:
    """Leave everything as a killed process leaves it: its lock is free, and nothing is told to the storage."""
    trials._pulse.stop()
    trials._attempts.worker._lock.release()


def note(log: Path, *words: object) -> None:
    """Add one line, in one write, which processes do not mix."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{' '.join(map(str, words))}\n")


class Gateless(Store):
    """A storage that is kept in order by nothing but itself, as a database of several machines is."""

    @contextmanager
    def gate(self) -> Iterator[None]:
        """Keep nobody out."""
        yield


def gateless(address: str | Path, *, locks: Path | None = None) -> Store:
    """Open a storage without a gate."""
    store = open_store(address, locks=locks)
    return Gateless(store.storage, store.told, store.locks, sole=False)


def work(storage: str, log: Path, space: Space, *, sleep: float = 0.004, together: int = 1, gate: bool = True) -> None:
    """Run trials until none is left."""
    if not gate:
        setattr(claims_module, "open_store", gateless)  # noqa: B010 (it is no public name there)
    with trials_of(storage, space) as trials:
        while claims := trials.claim_several(together):
            for claimed in claims:
                note(log, "start", claimed.number, claimed.attempt, os.getpid())
                time.sleep(sleep)
                score = float(claimed.values["dropout"])
                claimed.complete(Outcome(folds=(score, score), history=({"fold": 1.0, "loss": score},) * 120))
                note(log, "done", claimed.number, claimed.attempt, os.getpid())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("storage")
    parser.add_argument("log", type=Path)
    parser.add_argument("--sampler", default="random")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--sleep", type=float, default=0.004)
    given = parser.parse_args()
    work(given.storage, given.log, space_of(given.trials, given.sampler), sleep=given.sleep)
