"""A process of a search whose trials only sleep: `python test_search_claims_samples.py STORAGE LOG [--sampler S] [--trials N] …`."""

import argparse
import os
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from radunion.search.claims import Trials, open_trials
from radunion.search.outcome import Outcome
from radunion.search.space import SPACES, Space
from radunion.search.storage import Store


def space_of(trials: int, sampler: str) -> Space:
    """Return a space of quick trials."""
    changes = {"trials": trials, "sampler": sampler}
    return replace(SPACES["regime-1"], **changes)  # type: ignore[arg-type]


def trials_of(storage: str, space: Space) -> Trials:
    """Open the trials as every process of these tests does."""
    return open_trials(storage, name="quick", space=space, seed=3, identity={"cohort": "c"}, grace_s=60.0)


def note(log: Path, *words: object) -> None:
    """Add one line, in one write, which processes do not mix."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{' '.join(map(str, words))}\n")


def work(storage: str, log: Path, space: Space, *, sleep: float = 0.004, together: int = 1, gate: bool = True) -> None:
    """Run trials until none is left. Without the `gate` nothing but the storage keeps processes apart."""
    if not gate:
        setattr(Store, "gate", lambda store: nullcontext())  # noqa: B010 (a type checker sees another kind of context)
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
