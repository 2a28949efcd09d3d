"""Who chooses values and who stops trials, on Optuna's side."""

from dataclasses import replace

import numpy as np
import optuna
import pytest

from radunion.report.search.material import Axis, Value
from radunion.search.draws import values_at
from radunion.search.ledger import AGAIN, CLAIM
from radunion.search.samplers import chosen, pruner_of, sampler_of
from radunion.search.silence import quieten
from radunion.search.space import SPACES, Space

AXES = (
    Axis("batch", low=16.0, high=2048.0, log=True),
    Axis("dropout", low=0.0, high=0.5),
    Axis("pooling", choices=("max", "avg")),
)
SPACE = replace(SPACES["regime-1"], axes=AXES)


def study_of(space: Space, seed: int) -> optuna.Study:
    quieten()
    return optuna.create_study(direction="maximize", sampler=sampler_of(space, seed), pruner=pruner_of(space))


def run(space: Space, seed: int, numbers: range, study: optuna.Study) -> list[dict[str, Value]]:
    found = []
    for number in numbers:
        trial = study.ask()
        trial.set_user_attr(CLAIM, {"number": number})
        values = chosen(trial, space)
        study.tell(trial, 0.5 - abs(float(values.get("dropout", 0)) - 0.3))
        found.append(dict(values))
    return found


def test_random_and_grid_trials_are_drawn_by_their_number() -> None:
    for space in (SPACE, SPACES["regime-2"]):
        study = study_of(space, 4)
        assert run(space, 4, range(9, 12), study) == [values_at(space, 4, number) for number in range(9, 12)]


def test_tpe_is_the_same_for_the_same_seed_whichever_process_asks() -> None:
    space = replace(SPACE, sampler="tpe")
    study = study_of(space, 1)
    whole = run(space, 1, range(14), study)
    halves = study_of(space, 1)
    first = run(space, 1, range(7), halves)
    halves.sampler = sampler_of(space, 1)
    assert first + run(space, 1, range(7, 14), halves) == whole
    assert run(space, 2, range(14), study_of(space, 2)) != whole
    batches = [one["batch"] for one in whole]
    assert all(type(batch) is int and 16 <= batch <= 2048 for batch in batches)
    assert len({str(one) for one in whole}) == 14


def test_tpe_goes_where_the_objective_is_high() -> None:
    space = replace(SPACE, sampler="tpe", axes=AXES[1:2])
    found = [one for seed in range(5) for one in run(space, seed, range(40), study_of(space, seed))[-15:]]
    distances = [abs(float(str(one["dropout"])) - 0.3) for one in found]
    assert sum(distances) / len(distances) < 0.09  # of evenly drawn values 0.130, with a standard error of 0.009


@pytest.mark.parametrize(("epochs", "rungs"), [(20, [2, 6]), (9, [1, 3]), (4, [1, 3])])
def test_halving_stops_the_poor_after_a_ninth_and_a_third_of_the_epochs(epochs: int, rungs: list[int]) -> None:
    space = replace(SPACE, pruning="halving", epochs=epochs)
    study = study_of(space, 0)
    for score in (0.9, 0.8, 0.7, 0.6):
        trial = study.ask()
        for epoch in range(1, epochs + 1):
            trial.report(score, step=epoch)
            trial.should_prune()
        study.tell(trial, score)
    for step in rungs:
        poor = study.ask()
        asked = []
        for epoch in range(1, step + 1):
            poor.report(1.0 if epoch < step else 0.1, step=epoch)
            asked.append(poor.should_prune())
        assert asked == [False] * (step - 1) + [True]
        study.tell(poor, state=optuna.trial.TrialState.PRUNED)


def test_where_nothing_was_killed_halving_stops_what_optuna_s_does() -> None:
    space = replace(SPACE, pruning="halving", epochs=20)
    ours, theirs = (study_of(space, 0) for _ in range(2))
    theirs.pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=2, reduction_factor=3)
    random = np.random.default_rng(8)
    stopped = []
    for _ in range(60):
        values = [float("nan") if random.random() < 0.02 else round(float(one), 1) for one in random.random(12)]
        told = [ending(study, values) for study in (ours, theirs)]
        assert told[0] == told[1]
        stopped.append(told[0])
    assert {2, 6, 12} == set(stopped)


def ending(study: optuna.Study, values: list[float]) -> int:
    """Report until the trial is stopped; return after how many epochs."""
    trial = study.ask()
    for epoch, value in enumerate(values, start=1):
        trial.report(value, step=epoch)
        if trial.should_prune():
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            return epoch
    study.tell(trial, 0.5)
    return len(values)


def test_a_further_attempt_is_not_measured_against_the_one_that_was_given_up() -> None:
    study = study_of(replace(SPACE, pruning="halving", epochs=20), 0)
    killed = study.ask()
    for epoch in range(1, 10):
        killed.report(0.9, step=epoch)
        assert not killed.should_prune()
    study.tell(killed, state=optuna.trial.TrialState.FAIL)
    study.enqueue_trial({}, user_attrs={AGAIN: [0, 1]})
    assert ending(study, [0.5] * 20) == 20
    assert ending(study, [0.6] * 20) == 20
    assert ending(study, [0.4] * 20) == 2


def test_without_pruning_nothing_is_stopped() -> None:
    trial = study_of(SPACE, 0).ask()
    trial.report(float("nan"), step=1)
    assert not trial.should_prune()
