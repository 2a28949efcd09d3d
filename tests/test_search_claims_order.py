"""Which trial is taken up next: one that ends its processes keeps no other from being run."""

from pathlib import Path

import pytest
from tests.test_search_claims_samples import claimed, die, space_of, trials_of

from radunion.search.claims import Trials
from radunion.search.outcome import Outcome

HALF = Outcome(folds=(0.25, 0.75))


@pytest.fixture
def storage(tmp_path: Path) -> str:
    return str(tmp_path / "trials.journal")


def run_until_it_dies(trials: Trials, poison: int, *, together: int) -> list[tuple[int, ...]]:
    """Run what is free; a process dies with all it holds as soon as the poison is among it."""
    ran = []
    while claims := trials.claim_several(together):
        ran.append(tuple(one.number for one in claims))
        if poison in ran[-1]:
            die(trials)
            return ran
        assert all(one.complete(HALF) for one in claims)
    trials.close()
    return ran


def test_a_trial_that_ends_every_process_comes_last_from_its_third_death_on(storage: str) -> None:
    space = space_of(4, "random")
    ran = [run_until_it_dies(trials_of(storage, space), 1, together=1) for _ in range(5)]
    assert ran == [[(0,), (1,)], [(1,)], [(1,)], [(2,), (3,), (1,)], [(1,)]]
    with trials_of(storage, space) as trials:  # it is never given up for good
        again = claimed(trials)
        assert (again.number, again.attempt) == (1, 5)
        assert again.complete(HALF)
        assert [one.state for one in trials.finished()] == ["complete"] * 4


def test_trials_that_died_together_come_one_by_one_so_that_the_innocent_are_finished(storage: str) -> None:
    space = space_of(5, "random")
    ran = [run_until_it_dies(trials_of(storage, space), 0, together=3) for _ in range(4)]
    assert ran == [[(0, 1, 2)]] * 3 + [[(3, 4), (0,)]]
    assert run_until_it_dies(trials_of(storage, space), 0, together=3) == [(1,), (2,), (0,)]


def test_of_trials_left_behind_the_one_with_the_fewest_deaths_is_first(storage: str) -> None:
    space = space_of(3, "random")
    for _ in range(2):
        trials = trials_of(storage, space)
        assert claimed(trials).number == 0
        die(trials)
    trials = trials_of(storage, space)
    assert [one.number for one in trials.claim_several(2)] == [0, 1]
    trials.close()  # what is given back counts as well: an error is no better than a kill
    with trials_of(storage, space) as trials:
        taken = [claimed(trials) for _ in range(3)]
        assert [(one.number, one.attempt) for one in taken] == [(1, 1), (2, 0), (0, 3)]


def test_a_suspect_that_waits_is_left_to_be_run_alone(storage: str) -> None:
    space = space_of(3, "random")
    for _ in range(3):
        run_until_it_dies(trials_of(storage, space), 0, together=1)
    killed = trials_of(storage, space)
    killed._attempts._settle_dead(())
    killed._attempts._try_again(killed._attempts.ledger().lost()[0])  # killed before it took up what it added
    die(killed)
    with trials_of(storage, space) as trials:
        assert trials._take_with_others() is None
        assert [[one.number for one in trials.claim_several(3)] for _ in range(2)] == [[0], [1, 2]]


def test_asked_for_none_no_trial_is_taken_up(storage: str) -> None:
    with trials_of(storage, space_of(1, "random")) as trials:
        assert trials.claim_several(0) == ()
        assert trials.claim_several(2)[0].attempt == 0
