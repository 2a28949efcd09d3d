"""The order of trials, what fresh seeds made of them, and the interval over folds."""

from dataclasses import replace

import numpy as np
import pytest
from tests.test_report_search_samples import a_mixed, a_regime_1, a_regime_2

from radunion.errors import UsageError
from radunion.report.search.material import Repeat
from radunion.report.search.resampled import resampled
from radunion.report.search.standing import Standing, middle, ranked, spread


def test_order_holds_complete_trials_from_best_to_worst() -> None:
    material = a_regime_1()
    order = ranked(material.trials)
    scores = [one.score or 0.0 for one in order]
    assert len(order) == 39 and scores == sorted(scores, reverse=True)
    assert 3 not in {one.number for one in order}
    assert all(one.state == "complete" for one in ranked(a_mixed().trials))


def test_equal_scores_stand_in_the_order_of_their_numbers() -> None:
    trials = [replace(one, folds=(0.5, 0.5)) for one in a_regime_1().trials[:3]]
    assert [one.number for one in ranked(trials[::-1])] == [0, 1, 2]


def test_standing_counts_what_was_pruned_and_the_cells_of_a_grid() -> None:
    mixed, grid = Standing(a_mixed()), Standing(a_regime_2())
    assert (mixed.pruned, len(mixed.order)) == (15, 45) and mixed.cells is None
    assert (grid.pruned, grid.cells) == (0, 32)


def test_median_is_never_the_best_of_two() -> None:
    assert [middle(count) for count in (1, 2, 3, 4)] == [0, 1, 1, 2]


def test_a_repeated_trial_tells_how_much_the_search_flattered_it() -> None:
    material = replace(a_regime_1(), repeats=(Repeat(0, 1, (0.70, 0.74)), Repeat(0, 2, (0.72, 0.76))), k=2)
    (again,) = Standing(material).again
    assert again.mean == pytest.approx(0.73) and again.repeats == 2
    assert again.sd == pytest.approx(np.std([0.70, 0.74, 0.72, 0.76], ddof=1))
    assert again.between == pytest.approx(np.std([0.72, 0.74], ddof=1))
    assert again.fall == pytest.approx((material.trials[0].score or 0) - 0.73)


def test_repeated_trials_stand_by_rank_and_one_that_failed_last() -> None:
    material = a_regime_1()
    standing = Standing(replace(material, repeats=(Repeat(3, 1, (0.5,) * 6), *material.repeats)))
    assert [one.rank for one in standing.again] == [1, 2, 3, 4, 5, 20, None]
    assert standing.again_of(3) is not None and standing.again_of(99) is None


def test_interval_is_wider_than_that_of_independent_folds_and_shrinks_no_further_than_the_shared_films_allow() -> None:
    values = np.random.default_rng(0).normal(0.8, 0.01, 6)
    few, many = resampled(values, k=6), resampled(np.tile(values, 200), k=6)
    plain = 2.570582 * np.std(values, ddof=1) / np.sqrt(6)
    assert (few.high - few.low) / 2 == pytest.approx(plain * np.sqrt(1 + 6 / 5), rel=1e-6)
    assert (many.high - many.low) / 2 == pytest.approx(1.96 * np.std(values) * np.sqrt(1 / 5 + 1 / 1200), rel=0.01)


def test_an_interval_needs_two_folds_and_two_values() -> None:
    with pytest.raises(UsageError, match="found 1 and 3"):
        resampled(np.zeros(3), k=1)
    assert spread([0.5]) is None
