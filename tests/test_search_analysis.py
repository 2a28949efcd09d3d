"""Statistics of a search: a hand-computed interval, what is repeated, and which axis is said to matter."""

import logging
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from radunion.errors import UsageError
from radunion.report.search.material import Axis, Repeat, Trial
from radunion.search.analysis import against_median, best_and_median, importance, which_to_repeat


def a_trial(number: int, score: float, **values: float | int | str | bool) -> Trial:
    return Trial(number, values, "complete", (score - 0.01, score, score + 0.01), {}, (), 20, 1.0)


def trials_of(scores: Sequence[float]) -> list[Trial]:
    return [a_trial(number, score) for number, score in enumerate(scores)]


def test_best_and_median_are_by_score_among_complete_trials() -> None:
    trials = trials_of([0.5, 0.9, 0.7, 0.6, 0.8])
    assert best_and_median(trials) == (1, 2)
    left = [replace(trials[1], state="pruned"), replace(trials[4], state="failed", folds=()), *trials[2:4], trials[0]]
    assert best_and_median(left) == (2, 3)
    assert best_and_median([*left, a_trial(9, math.nan)]) == (2, 3)
    assert best_and_median(trials_of([0.7, 0.8])) == (1, 0)


def test_a_pruned_trial_has_no_place_in_the_order_whatever_it_scored_on_the_way() -> None:
    trials = trials_of([0.5, 0.9, 0.7, 0.6, 0.8])
    pruned = [replace(a_trial(10 + place, score), state="pruned", epochs=2) for place, score in enumerate((0.1, 0.95))]
    assert best_and_median([*trials, *pruned]) == best_and_median(trials)
    repeats = [Repeat(1, 5, (0.6, 0.8, 0.9)), Repeat(2, 5, (0.5, 0.6, 0.6))]
    assert against_median([*trials, *pruned], repeats, 3) == against_median(trials, repeats, 3)


def test_a_search_without_a_complete_trial_has_no_best() -> None:
    with pytest.raises(UsageError, match="needs a complete one, found none"):
        best_and_median([replace(one, state="failed") for one in trials_of([0.1, 0.2])])


def test_the_first_and_the_median_are_repeated_each_once() -> None:
    trials = trials_of([0.5, 0.9, 0.7, 0.6, 0.8])
    assert which_to_repeat(trials, 2) == (1, 4, 2)
    assert which_to_repeat(trials, 4) == (1, 4, 2, 3)
    with pytest.raises(UsageError, match="top = 0"):
        which_to_repeat(trials, 0)


def test_interval_is_that_of_the_corrected_resampled_t_test() -> None:
    """By hand: mean 0.2, variance 0.01, factor 1/3 + 1/2, t(2) = 4.302653: 0.2 ± 4.302653 · 0.0912871."""
    repeats = [Repeat(2, 5, (0.6, 0.8, 0.9)), Repeat(1, 5, (0.5, 0.6, 0.6)), Repeat(0, 5, (0.1, 0.1, 0.1))]
    found = against_median(trials_of([0.4, 0.7, 0.9]), repeats, 3)
    assert found is not None
    assert (found.best, found.median, found.repeats) == (2, 1, 1)
    assert found.searched == pytest.approx(0.2) and found.repeated == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((-0.192776, 0.592776), abs=1e-6)


def test_repeats_are_paired_by_seed_and_their_order_changes_nothing() -> None:
    trials, random = trials_of([0.4, 0.7, 0.9]), np.random.default_rng(0)
    repeats = []
    for seed in range(4):
        folds = random.normal(0.7, 0.05, 3)
        repeats += [Repeat(1, seed, tuple(folds)), Repeat(2, seed, tuple(folds + random.normal(0.02, 0.002, 3)))]
    found = against_median(trials, repeats, 3)
    assert found is not None and found.repeats == 4
    assert 0 < found.low < found.repeated < found.high < 0.03
    assert against_median(trials, repeats[::-1], 3) == found
    fewer = against_median(trials, repeats[:-1], 3)
    assert fewer is not None and fewer.repeats == 3


def test_nothing_is_said_without_a_shared_seed_or_a_second_trial() -> None:
    trials = trials_of([0.4, 0.7, 0.9])
    assert against_median(trials, [Repeat(2, 1, (0.1, 0.2, 0.3)), Repeat(1, 2, (0.1, 0.2, 0.3))], 3) is None
    assert against_median(trials[:1], [Repeat(0, 1, (0.1, 0.2, 0.3))], 3) is None


def test_an_unfinished_repeat_is_refused() -> None:
    with pytest.raises(UsageError, match="3 folds as the search had, found 2 in trial 2 with seed 1"):
        against_median(trials_of([0.4, 0.7, 0.9]), [Repeat(2, 1, (0.1, 0.2)), Repeat(1, 1, (0.1, 0.2))], 3)


AXES = (
    Axis("rate", 1e-4, 1e-1, log=True),
    Axis("batch", 16.0, 2048.0),
    Axis("pooling", choices=("max", "mean")),
    Axis("flip", choices=(True, False)),
)


def mixed_trials(count: int, *, noise: float = 0.002) -> list[Trial]:
    """Make trials whose score hangs on the rate, and a little on the pooling."""
    random = np.random.default_rng(0)
    found = []
    for number in range(count):
        rate, pooling = float(10 ** random.uniform(-4, -1)), str(random.choice(["max", "mean"]))
        score = 0.8 - 0.05 * (math.log10(rate) + 2.5) ** 2 + 0.06 * (pooling == "max") + random.normal(0, noise)
        batch = int(random.integers(16, 2049))
        found.append(a_trial(number, score, rate=rate, batch=batch, pooling=pooling, flip=bool(random.random() < 0.5)))
    return found


def test_importance_finds_the_axis_that_matters_sums_to_one_and_is_seeded(caplog: pytest.LogCaptureFixture) -> None:
    trials = mixed_trials(40)
    with caplog.at_level(logging.INFO):
        found = importance(trials, AXES)
    assert not caplog.records
    assert set(found) == {axis.name for axis in AXES} and sum(found.values()) == pytest.approx(1)
    assert next(iter(found)) == "rate" and found["rate"] > 0.5 > found["pooling"] > found["batch"]
    assert importance(trials[::-1], AXES) == found


def test_importance_sees_completed_trials_only() -> None:
    trials = mixed_trials(20)
    pruned = [replace(one, number=100 + one.number, state="pruned", folds=(0.1, 0.1, 0.1)) for one in mixed_trials(20)]
    assert importance([*trials, *pruned], AXES) == importance(trials, AXES)
    assert importance([*trials[:9], *pruned], AXES) == {}


def test_importance_is_empty_where_it_would_share_out_nothing() -> None:
    trials = mixed_trials(12)
    assert importance(trials[:9], AXES) == {}
    assert importance([replace(one, folds=(0.5, 0.5, 0.5)) for one in trials], AXES) == {}
    assert importance([replace(one, values={"batch": 128}) for one in trials], AXES) == {}


def test_an_axis_that_was_not_varied_explains_nothing() -> None:
    trials = [replace(one, values={**one.values, "batch": 128}) for one in mixed_trials(20)]
    assert importance(trials, AXES)["batch"] == 0
