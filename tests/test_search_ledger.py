"""How far every trial is, read off the storage's own trials."""

from typing import Any

import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial

from radunion.search.ledger import AGAIN, RESULT, ledger_of

FAILED = {RESULT: {"state": "failed"}}


def record(number: int, state: TrialState, **attributes: Any) -> FrozenTrial:
    value = 0.5 if state == TrialState.COMPLETE else None
    made = create_trial(state=state, value=value, user_attrs=attributes)
    made.number = number
    return made


def again(number: int, state: TrialState, trial: int, attempt: int, **attributes: Any) -> FrozenTrial:
    return record(number, state, **{AGAIN: [trial, attempt], **attributes})


def test_first_attempts_are_counted_in_the_order_of_the_storage() -> None:
    records = [record(2, TrialState.RUNNING), record(0, TrialState.COMPLETE), again(1, TrialState.WAITING, 0, 1)]
    ledger = ledger_of(records, 3)
    assert ledger.last[1].record.number == 2
    assert [ledger.progress(number) for number in range(3)] == ["waiting", "running", "new"]


@pytest.mark.parametrize(
    ("made", "progress"),
    [
        (record(0, TrialState.WAITING), "waiting"),
        (record(0, TrialState.RUNNING), "running"),
        (record(0, TrialState.COMPLETE), "done"),
        (record(0, TrialState.PRUNED), "done"),
        (record(0, TrialState.FAIL), "lost"),
        (record(0, TrialState.FAIL, **FAILED), "done"),
        (record(0, TrialState.FAIL, **{RESULT: {"state": "complete"}}), "lost"),
    ],
)
def test_a_failure_counts_as_done_only_with_its_reason(made: FrozenTrial, progress: str) -> None:
    assert ledger_of([made], 1).progress(0) == progress


def test_the_last_attempt_says_how_far_a_trial_is() -> None:
    records = [record(0, TrialState.FAIL), again(1, TrialState.FAIL, 0, 1), again(2, TrialState.COMPLETE, 0, 2)]
    ledger = ledger_of(records, 1)
    assert ledger.numbers("done") == (0,)
    assert ledger.last[0].attempt == 2
    assert ledger.attempt_of(0) is None
    assert ledger.attempt_of(2) is not None


def test_trials_that_were_given_up_are_told_with_the_fewest_deaths_first() -> None:
    records = [record(number, TrialState.FAIL) for number in range(3)]
    records += [again(3, TrialState.FAIL, 0, 1), again(4, TrialState.RUNNING, 2, 1)]
    ledger = ledger_of(records, 4)
    assert [(one.number, one.deaths) for one in ledger.lost()] == [(1, 1), (0, 2)]
    assert ledger.last[2].deaths == 1


def test_what_was_given_up_or_failed_stands_in_no_comparison() -> None:
    records = [
        record(0, TrialState.FAIL),
        record(1, TrialState.FAIL, **FAILED),
        record(2, TrialState.RUNNING, **FAILED),
        record(3, TrialState.RUNNING),
        record(4, TrialState.COMPLETE),
        record(5, TrialState.PRUNED),
        again(6, TrialState.WAITING, 0, 1),
        record(7, TrialState.COMPLETE),
    ]
    assert [one.record.number for one in ledger_of(records, 6).standing()] == [3, 4, 5]


def test_of_one_attempt_added_twice_the_first_counts() -> None:
    ledger = ledger_of(
        [record(0, TrialState.FAIL), again(1, TrialState.RUNNING, 0, 1), again(2, TrialState.WAITING, 0, 1)], 1
    )
    assert ledger.progress(0) == "running"
    assert ledger.attempt_of(2) is None


def test_a_trial_too_many_does_not_count() -> None:
    ledger = ledger_of([record(0, TrialState.COMPLETE), record(1, TrialState.RUNNING)], 1)
    assert ledger.attempt_of(1) is None
    assert ledger.numbers("new", "waiting", "running", "lost") == ()
    longer = ledger_of([record(0, TrialState.COMPLETE), record(1, TrialState.FAIL)], 2)
    assert longer.numbers("lost") == (1,)
