"""Trials shared by processes: what one leaves another takes up, and each is finished once."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from tests.test_search_claims_samples import claimed, die, space_of, trials_of

from radunion.search.claims import Trials, open_trials
from radunion.search.draws import values_at
from radunion.search.ledger import CLAIM, RESULT
from radunion.search.outcome import Outcome

HALF = Outcome(folds=(0.25, 0.75))


@pytest.fixture
def storage(tmp_path: Path) -> str:
    """A journal: quicker than SQLite, which other tests use."""
    return str(tmp_path / "trials.journal")


def seem_elsewhere(trials: Trials) -> None:
    """Let a process claim as one of another machine does, whose locks nobody here sees."""
    trials._attempts.worker.machine = "elsewhere"


@pytest.mark.parametrize("kind", ["sqlite", "journal"])
def test_every_trial_is_run_once_with_the_values_of_its_number(tmp_path: Path, kind: str) -> None:
    space = space_of(3, "random")
    with trials_of(f"{tmp_path}/trials.{kind}", space) as trials:
        while one := trials.claim():
            assert one.values == values_at(space, 3, one.number)
            assert one.complete(Outcome(folds=(float(one.values["dropout"]),), epochs=20, seconds=0.5))
        found = trials.finished()
        assert [trial.number for trial in found] == list(range(3))
        assert [trial.values for trial in found] == [values_at(space, 3, number) for number in range(3)]
        assert (trials.remaining(), trials.workers()) == (0, 1)
        best = trials.best()
        assert best is not None
        assert best.score == max(trial.values["dropout"] for trial in found)


def test_a_finished_search_is_read_on_any_machine(storage: str) -> None:
    history = ({"fold": 1.0, "epoch": 1.0, "loss": 0.5},)
    with trials_of(storage, space_of(3, "random")) as trials:
        claimed(trials).complete(
            Outcome(folds=(0.5, 0.7), also={"kappa": 0.1}, history=history, epochs=20, seconds=2.0)
        )
        claimed(trials).prune(Outcome(folds=(0.9,), epochs=2))
        claimed(trials).fail("the loss is not a number", Outcome(epochs=1, seconds=0.1))
        assert trials.claim() is None
    with trials_of(storage, space_of(3, "random")) as trials:
        complete, pruned, failed = trials.finished()
        assert (complete.state, complete.folds, complete.also) == ("complete", (0.5, 0.7), {"kappa": 0.1})
        assert (complete.history, complete.epochs, complete.seconds) == (history, 20, 2.0)
        assert (pruned.state, pruned.epochs) == ("pruned", 2)
        assert (failed.state, failed.reason, failed.score) == ("failed", "the loss is not a number", None)
        assert trials.best() == complete
        assert trials.claim() is None


def test_what_a_dead_process_left_is_taken_up_at_once_with_its_values(storage: str) -> None:
    for sampler in ("random", "tpe"):
        path = storage.replace("trials", sampler)
        dead = trials_of(path, space_of(3, sampler))
        left = [claimed(dead), claimed(dead)]
        die(dead)
        with trials_of(path, space_of(3, sampler)) as trials:
            taken = [claimed(trials) for _ in range(3)]
            assert [(one.number, one.attempt) for one in taken] == [(0, 1), (1, 1), (2, 0)]
            assert [one.values for one in taken[:2]] == [one.values for one in left]
            assert all(one.complete(HALF) for one in taken)
            assert [trial.state for trial in trials.finished()] == ["complete"] * 3
            assert not left[0].complete(HALF)
            assert left[0].lost


def test_what_a_living_process_runs_is_left_alone(storage: str) -> None:
    with trials_of(storage, space_of(1, "random")) as one, trials_of(storage, space_of(1, "random")) as other:
        mine = claimed(one)
        assert other.claim(wait=False) is None
        assert one.claim() is None
        assert mine.complete(HALF)
        assert other.claim() is None


def test_a_result_that_was_kept_before_a_kill_is_not_computed_again(storage: str) -> None:
    dead = trials_of(storage, space_of(2, "random"))
    for state in ("complete", "failed"):
        claimed(dead)._trial.set_user_attr(RESULT, HALF.kept(state, "diverged" if state == "failed" else ""))
    die(dead)
    with trials_of(storage, space_of(2, "random")) as trials:
        assert trials.claim() is None
        assert [(trial.state, trial.folds) for trial in trials.finished()] == [
            ("complete", (0.25, 0.75)),
            ("failed", (0.25, 0.75)),
        ]


def test_a_process_killed_before_it_signed_leaves_a_free_trial(storage: str) -> None:
    dead = trials_of(storage, space_of(2, "random"))
    dead._attempts.study.ask()
    die(dead)
    with trials_of(storage, space_of(2, "random")) as trials:
        assert [(one.number, one.attempt) for one in trials.claim_several(9)] == [(0, 1), (1, 0)]


def test_what_is_given_back_is_free_at_once(storage: str) -> None:
    with trials_of(storage, space_of(1, "random")) as trials:
        seem_elsewhere(trials)
        claimed(trials)
    with trials_of(storage, space_of(1, "random")) as trials:
        assert claimed(trials, wait=False).attempt == 1


def test_another_machine_s_trial_is_taken_up_when_its_pulse_stands_still(storage: str) -> None:
    with trials_of(storage, space_of(1, "random")) as other, trials_of(storage, space_of(1, "random")) as trials:
        seem_elsewhere(other)
        now = 0.0
        trials._attempts.watch.clock = lambda: now
        far = claimed(other)
        assert trials.claim(wait=False) is None
        now = 59.0
        far.sign()
        assert trials.claim(wait=False) is None
        now = 118.0
        assert trials.claim(wait=False) is None
        now = 119.0
        assert claimed(trials, wait=False).complete(HALF)
        far.sign()
        assert far.lost
        assert far.report(1, 0.5)
        assert not far.complete(HALF)
        assert len(trials.finished()) == 1


def test_a_pulse_is_told_while_a_trial_runs(storage: str) -> None:
    with open_trials(storage, name="s", space=space_of(1, "random"), seed=0, identity={}, pulse_s=0.01) as trials:
        one = claimed(trials)
        pulses: set[int] = set()
        while len(pulses) < 3:
            records = trials._attempts.study.get_trials(deepcopy=False)
            pulses.add(records[0].user_attrs[CLAIM]["pulse"])
        assert one.complete(HALF)


def test_a_trial_made_by_two_machines_at_once_is_run_once(storage: str) -> None:
    with trials_of(storage, space_of(2, "random")) as trials:
        dead = trials_of(storage, space_of(2, "random"))
        claimed(dead)
        die(dead)
        ledger = trials._attempts.ledger()
        trials._attempts._settle_dead(())
        trials._attempts._try_again(ledger.last[0])
        trials._attempts._try_again(ledger.last[0])
        trials._attempts.study.add_trial(optuna.trial.create_trial(state=optuna.trial.TrialState.WAITING))
        trials._attempts.study.add_trial(optuna.trial.create_trial(state=optuna.trial.TrialState.WAITING))
        found = trials.claim_several(9)
        assert sorted((one.number, one.attempt) for one in found) == [(0, 1), (1, 0)]
        assert all(one.complete(HALF) for one in found)
        assert trials.claim() is None


def test_a_search_may_be_made_longer(storage: str) -> None:
    for count in (2, 4, 3):
        with trials_of(storage, space_of(count, "random")) as trials:
            for one in trials.claim_several(9):
                one.complete(HALF)
            assert [trial.number for trial in trials.finished()] == list(range(count))


def test_poor_trials_are_pruned_but_not_in_their_last_third(storage: str) -> None:
    space = replace(space_of(9, "random"), pruning="halving")
    with open_trials(storage, name="s", space=space, seed=0, identity={}) as trials:
        for score in (0.9, 0.8, 0.7):
            good = claimed(trials)
            assert not any(good.report(epoch, 1.0 if epoch < 18 else score) for epoch in range(1, 21))
            good.complete(Outcome(folds=(score,)))
        poor = claimed(trials)
        assert [poor.report(epoch, 0.1) for epoch in (1, 2)] == [False, True]
        assert poor.prune(Outcome(folds=(0.1,), epochs=2))
        assert trials.finished()[-1].state == "pruned"


def test_without_pruning_no_report_is_written(storage: str) -> None:
    with trials_of(storage, space_of(1, "random")) as trials:
        one = claimed(trials)
        before = Path(storage).stat().st_size
        assert not any(one.report(epoch, 0.1) for epoch in range(1, 21))
        assert Path(storage).stat().st_size == before


def test_a_complete_trial_needs_a_score(storage: str) -> None:
    with trials_of(storage, space_of(1, "random")) as trials:
        one = claimed(trials)
        for folds in ((), (0.5, float("nan"))):
            with pytest.raises(ValueError, match="call fail with the reason"):
                one.complete(Outcome(folds=folds))
        assert one.complete(HALF)


def test_a_process_killed_for_real_loses_nothing(tmp_path: Path) -> None:
    storage, log = str(tmp_path / "trials.sqlite"), tmp_path / "log"
    program = [
        sys.executable,
        str(Path(__file__).with_name("test_search_claims_samples.py")),
        storage,
        str(log),
        "--sleep",
        "60",
    ]
    with subprocess.Popen(program) as process:
        while not log.exists() or not log.read_text().endswith("\n"):
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    with trials_of(storage, space_of(20, "random")) as trials:
        again = claimed(trials, wait=False)
        assert (again.number, again.attempt) == (0, 1)
        assert again.complete(HALF)
