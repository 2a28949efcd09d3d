"""A storage that is out of reach for a while: nothing is lost by it."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from optuna.exceptions import StorageInternalError
from sqlalchemy.exc import OperationalError
from tests.test_search_claims_samples import claimed, die, space_of, trials_of

from radunion.errors import RadunionError
from radunion.search.claims import Trials, open_trials
from radunion.search.ledger import CLAIM
from radunion.search.outcome import Outcome

HALF = Outcome(folds=(0.25, 0.75))
ERRORS = (
    OSError(5, "Input/output error"),
    StorageInternalError("no answer"),
    OperationalError("", {}, Exception("the server closed the connection")),
)
Break = Callable[..., list[int]]


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("radunion.search.storage._FIRST_PAUSE_S", 0.001)
    return str(tmp_path / "trials.journal")


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Break:
    def broken(trials: Trials, name: str, *errors: Exception, after: bool = False) -> list[int]:
        """Let a call of the storage fail so often, before or after it did its work; count its calls."""
        storage, calls = trials._attempts.study._storage, [0]
        whole, left = getattr(storage, name), list(errors)

        def flaky(*arguments: Any, **options: Any) -> Any:
            calls[0] += 1
            answer = whole(*arguments, **options) if after or not left else None
            if left:
                raise left.pop(0)
            return answer

        monkeypatch.setattr(storage, name, flaky)
        return calls

    return broken


def short(trials: Trials) -> Trials:
    trials._attempts.store = replace(trials._attempts.store, outage_s=0.02)
    return trials


@pytest.mark.parametrize("call", ["set_trial_user_attr", "set_trial_state_values"])
@pytest.mark.parametrize("after", [False, True])
def test_a_result_outlives_an_outage(storage: str, breaks: Break, call: str, after: bool) -> None:
    with trials_of(storage, space_of(1, "random")) as trials:
        one = claimed(trials)
        calls = breaks(trials, call, *ERRORS, after=after)
        assert one.complete(HALF)
        assert not one.lost
        assert calls[0] == (1 if after and call == "set_trial_state_values" else 4)  # what was done is not done again
        assert [(trial.number, trial.folds) for trial in trials.finished()] == [(0, HALF.folds)]


def test_after_a_long_outage_a_result_that_was_kept_but_not_told_is_found_by_the_next(
    storage: str, breaks: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    with short(trials_of(storage, space_of(1, "random"))) as trials:
        one = claimed(trials)
        breaks(trials, "set_trial_state_values", *ERRORS * 99)
        with pytest.raises(RadunionError, match=r"trials.journal: the storage of trials has been out of reach for 0 s"):
            one.complete(HALF)
        monkeypatch.undo()  # the storage answers again before the process ends
    with trials_of(storage, space_of(1, "random")) as trials:
        assert trials.claim() is None
        assert [trial.folds for trial in trials.finished()] == [HALF.folds]


def test_a_result_that_another_process_told_in_the_meantime_counts(storage: str) -> None:
    with trials_of(storage, space_of(1, "random")) as trials, trials_of(storage, space_of(1, "random")) as other:
        one = claimed(trials)
        one._trial.set_user_attr("result", HALF.kept("complete"))
        trials._attempts.worker._lock.release()  # it seems dead
        assert other.claim(wait=False) is None
        assert len(other.finished()) == 1
        assert one.complete(HALF)


@pytest.mark.parametrize("error", ERRORS, ids=lambda one: type(one).__name__)
def test_the_pulse_goes_on_after_an_outage(storage: str, breaks: Break, error: Exception) -> None:
    with open_trials(storage, name="s", space=space_of(1, "random"), seed=0, identity={}, pulse_s=0.005) as trials:
        one = claimed(trials)
        calls = breaks(trials, "set_trial_user_attr", *[error] * 3)
        end = time.monotonic() + 10
        while calls[0] < 5:
            assert time.monotonic() < end
            time.sleep(0.005)
        record = trials._attempts.study.get_trials(deepcopy=False)[0]
        assert record.user_attrs[CLAIM]["pulse"] >= 4
        assert one.complete(HALF)


@pytest.mark.parametrize("call", ["create_new_trial", "set_trial_user_attr", "set_trial_param"])
@pytest.mark.parametrize("after", [False, True])
def test_a_trial_that_an_outage_left_half_taken_up_is_run_once(
    storage: str, breaks: Break, call: str, after: bool
) -> None:
    with trials_of(storage, space_of(3, "random")) as trials:
        breaks(trials, call, ERRORS[0], after=after)
        found = trials.claim_several(9)
        assert sorted(one.number for one in found) == [0, 1, 2]
        assert all(one.complete(HALF) for one in found)
        assert trials.claim() is None


def test_an_epoch_is_reported_after_an_outage(storage: str, breaks: Break) -> None:
    with trials_of(storage, replace(space_of(1, "random"), pruning="halving")) as trials:
        one = claimed(trials)
        breaks(trials, "set_trial_intermediate_value", *ERRORS)
        assert not one.report(1, 0.5)
        assert trials._attempts.study.get_trials(deepcopy=False)[0].intermediate_values == {1: 0.5}


def test_trials_are_closed_during_an_outage_and_are_free_afterwards(storage: str, breaks: Break) -> None:
    with trials_of(storage, space_of(1, "random")) as trials:
        claimed(trials)
        breaks(trials, "set_trial_state_values", *ERRORS)
    with trials_of(storage, space_of(1, "random")) as trials:
        assert claimed(trials, wait=False).attempt == 1


def test_other_errors_are_not_waited_for(storage: str, breaks: Break) -> None:
    trials = trials_of(storage, space_of(1, "random"))
    one = claimed(trials)
    calls = breaks(trials, "set_trial_user_attr", KeyError("a fault"))
    with pytest.raises(KeyError):
        one.complete(HALF)
    assert calls[0] == 1
    die(trials)
