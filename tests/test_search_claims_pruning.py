"""What is pruned is the same whether processes were killed or not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.test_search_claims_samples import claimed, die, space_of, trials_of

from radunion.search.claims import Claimed
from radunion.search.outcome import Outcome

EPOCHS = 20
SCORES = (0.9, 0.1, 0.2, 0.3, 0.5, 0.8)
SPACE = replace(space_of(len(SCORES), "random"), pruning="halving")


@pytest.fixture
def storages(tmp_path: Path) -> Iterator[str]:
    return (str(tmp_path / f"{place}.journal") for place in range(9))


def run(one: Claimed) -> None:
    score = SCORES[one.number]
    for epoch in range(1, EPOCHS + 1):
        if one.report(epoch, score):
            assert one.prune(Outcome(folds=(score,), epochs=epoch))
            return
    assert one.complete(Outcome(folds=(score,), epochs=EPOCHS))


def epochs(storage: str, *, deaths: int = 0, epoch: int = 0) -> list[int]:
    """Run all trials, the first of which was begun so often before and got so far; return how far each came."""
    for _ in range(deaths):
        killed = trials_of(storage, SPACE)
        first = claimed(killed)
        assert not any(first.report(step, SCORES[0]) for step in range(1, epoch + 1))
        die(killed)
    with trials_of(storage, SPACE) as trials:
        while one := trials.claim():
            run(one)
        return [trial.epochs for trial in trials.finished()]


def test_kills_do_not_change_which_trials_are_pruned(storages: Iterator[str]) -> None:
    undisturbed = epochs(next(storages))
    assert undisturbed == [20, 2, 2, 2, 2, 6]
    assert epochs(next(storages), deaths=2, epoch=2) == undisturbed
    assert epochs(next(storages), deaths=2, epoch=20) == undisturbed


def test_a_trial_that_diverged_competes_with_nobody(storages: Iterator[str]) -> None:
    with trials_of(next(storages), SPACE) as trials:
        diverged = claimed(trials)
        assert not any(diverged.report(epoch, 1.0) for epoch in range(1, EPOCHS))
        assert diverged.fail("fold 3 diverged after 19 epochs")
        run(claimed(trials))
        assert trials.finished()[-1].epochs == EPOCHS
