"""The summary of a search says what is shown and no more."""

from dataclasses import replace
from typing import Any

import pytest
from markupsafe import Markup
from tests.test_report_search_samples import a_mixed, a_regime_1, a_regime_2

from radunion.report.search.material import BestAgainstMedian, Repeat, SearchMaterial
from radunion.report.search.opening import opening
from radunion.report.search.standing import Standing
from radunion.report.study.blocks import Prose
from radunion.search.analysis import which_to_repeat


def words_of(material: SearchMaterial) -> str:
    section = opening(Standing(material))
    told = [one.text for one in section.blocks if isinstance(one, Prose) and isinstance(one.text, Markup)]
    assert len(told) == len(section.blocks)
    return " ".join(" ".join(one.striptags().split()) for one in told)


def judged(low: float, high: float, **changes: Any) -> SearchMaterial:
    verdict = BestAgainstMedian(1, 2, searched=0.02, repeated=(low + high) / 2, low=low, high=high, repeats=5)
    return replace(a_regime_1(), verdict=verdict, **changes)


def test_it_names_what_was_searched() -> None:
    told = words_of(a_regime_1())
    assert (
        "40 trials of thesis-2 (regime-1), drawn at random, over batch size 16 to 2,048 films and dropout 0 to 0.5"
        in told
    )
    assert "39 complete and 1 failed. A completed trial trains 20 epochs in each of 6 folds of a simulated" in told
    mixed = words_of(a_mixed())
    assert "learning rate 1e-5 to 0.1 on a log scale" in mixed and "optimiser adam, adamw or sgd" in mixed
    assert "Successive halving stops earlier those that do less well" in mixed and "simulated" not in mixed
    assert "Successive halving" not in told


def test_a_grid_is_called_whole_only_where_it_was_gone_through() -> None:
    material = a_regime_2()
    assert "32 trials of thesis-2 (regime-2), all of a grid, over" in words_of(material)
    some = words_of(replace(material, trials=material.trials[:20], repeats=(), verdict=None))
    assert "20 trials of thesis-2 (regime-2), a random part of a grid of 32 cells, over" in some
    assert "all of a grid" not in some


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.001, 0.02, "The best trial is better than the median of the 39 completed trials by more than noise"),
        (
            -0.001,
            0.02,
            "The best trial is not shown to differ from the median of the 39 completed trials by more than noise",
        ),
        (-0.02, -0.001, "On fresh seeds the best trial is worse than the median of the 39 completed trials"),
    ],
)
def test_best_and_median_differ_only_where_the_interval_excludes_zero(low: float, high: float, said: str) -> None:
    told = words_of(judged(low, high))
    assert said in told
    assert ("as far as this search can tell" in told) is (low < 0 < high)
    assert "with 5 fresh seeds" in told and "the search itself saw +0.020" in told


def test_with_pruning_the_median_is_that_of_the_survivors_and_a_tie_with_it_recommends_nothing() -> None:
    trials = tuple(replace(one, state="pruned") if one.number % 5 == 4 else one for one in a_regime_1().trials)
    told = words_of(judged(-0.001, 0.02, trials=trials, pruned=True))
    assert "not shown to differ from the median of the 31 completed trials by more than noise" in told
    assert "The 8 pruned trials, stopped for doing less well than others, are not in that median" in told
    assert "would do as well" not in told
    assert "not in that median" not in words_of(judged(-0.001, 0.02))


def test_the_best_is_the_highest_of_all_trials_that_were_tried() -> None:
    trials = tuple(replace(one, state="pruned") if one.number % 5 == 4 else one for one in a_regime_1().trials)
    assert "being the highest of 40 tried" in words_of(a_regime_1())
    first = which_to_repeat(trials, 1)[0]
    repeats = (Repeat(first, 1, (0.7, 0.71, 0.72, 0.7, 0.71, 0.72)),)
    assert "being the highest of 40 tried" in words_of(replace(a_regime_1(), trials=trials, repeats=repeats))


def test_without_repeats_nothing_is_claimed() -> None:
    told = words_of(replace(a_regime_1(), repeats=(), verdict=None))
    assert "by more than noise is not known" in told and "do not quote it." in told
    assert "own figure" not in told


def test_the_flattering_figure_is_set_beside_that_of_fresh_seeds() -> None:
    material = a_regime_2()
    standing = Standing(material)
    again = standing.again[0]
    told = words_of(material)
    assert again.fall is not None and again.fall > 0
    assert f"{again.searched:.3f} as searched and {again.mean:.3f} (95 % interval" in told
    assert "own figure is too high" in told and f"a difference of +{again.fall:.3f}" in told
    higher = tuple(replace(one, folds=tuple(value + 0.1 for value in one.folds)) for one in material.repeats)
    assert "own figure is not too high here" in words_of(replace(material, repeats=higher))


def test_the_seed_measure_is_said_to_be_inflated_with_the_blind_and_kappa_beside_it() -> None:
    told = words_of(a_regime_1())
    assert "inflated by structure" in told and "knows only the view gets about 0.81" in told
    assert "on this cohort it gets 0.806" in told and "mean cortex kappa, which has no such help: 0." in told
    assert "The seed study published 0.808" in told and "0.797" in words_of(a_regime_2())
    bare = words_of(replace(a_regime_1(), provenance={}))
    assert "on this cohort it gets" not in bare and "knows only the view gets about 0.81" in bare
    assert "inflated" not in words_of(a_mixed()) and "seed study" not in words_of(a_mixed())


def test_the_best_is_above_the_blind_only_where_fresh_seeds_are() -> None:
    low = replace(a_regime_1(), provenance={"blind-view": 0.5})
    assert "0.500, which the best trial on fresh seeds is above" in words_of(low)
    assert "which the best is not shown to be above" in words_of(replace(low, provenance={"blind-view": 0.8}))
    searched = replace(low, repeats=(), verdict=None)
    assert "which the best trial as searched is above" in words_of(searched)
    assert "which no trial is above" in words_of(replace(searched, provenance={"blind-view": 0.9}))


def test_a_search_without_a_complete_trial_says_so() -> None:
    failed = tuple(replace(one, state="failed", folds=()) for one in a_regime_1().trials)
    told = words_of(replace(a_regime_1(), trials=failed, repeats=(), verdict=None))
    assert "No trial is complete, so none is best." in told and "40 failed" in told
