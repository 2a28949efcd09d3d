"""The values of random and grid trials depend on nothing but space, seed and number."""

from dataclasses import replace

import numpy as np
import pytest

from radunion.errors import UsageError
from radunion.report.search.material import Axis
from radunion.search.draws import values_at
from radunion.search.space import SPACES, protocol_of

RANDOM, GRID = SPACES["regime-1"], SPACES["regime-2"]


def test_a_trial_has_the_same_values_in_any_order_and_for_any_count() -> None:
    forwards = [values_at(RANDOM, 5, number) for number in range(20)]
    longer = replace(RANDOM, trials=500)
    assert [values_at(longer, 5, number) for number in reversed(range(20))] == forwards[::-1]
    assert [values_at(RANDOM, 6, number) for number in range(20)] != forwards


def test_random_values_fill_their_ranges_evenly() -> None:
    drawn = [values_at(RANDOM, 0, number) for number in range(2000)]
    for name, low, high in (("batch", 16, 2048), ("dropout", 0.0, 0.5)):
        values = np.array([one[name] for one in drawn], dtype=np.float64)
        assert values.min() >= low
        assert values.max() <= high
        counts, _ = np.histogram(values, bins=4, range=(low, high))
        assert counts.min() > 430  # 500 expected, standard deviation 19
    assert all(type(one["batch"]) is int for one in drawn)
    assert np.corrcoef([[one["batch"], one["dropout"]] for one in drawn], rowvar=False)[0, 1] == pytest.approx(
        0, abs=0.1
    )
    assert protocol_of(RANDOM, drawn[0]).name == "thesis-2-regime-1"


def test_both_ends_of_a_range_of_whole_numbers_are_drawn_as_often() -> None:
    for log in (False, True):
        space = replace(RANDOM, axes=(Axis("batch", low=2.0, high=4.0, log=log),))
        drawn = [values_at(space, 0, number)["batch"] for number in range(3000)]
        counts = np.array([drawn.count(value) for value in (2, 3, 4)]) / 3000
        edges = np.log([1.5, 2.5, 3.5, 4.5]) if log else np.arange(4.0)
        assert counts == pytest.approx(np.diff(edges) / (edges[-1] - edges[0]), abs=0.04)


def test_a_log_scale_draws_ratios_evenly() -> None:
    space = replace(RANDOM, axes=(Axis("learning_rate", low=1e-4, high=1e-1, log=True),))
    drawn = [values_at(space, 0, number)["learning_rate"] for number in range(1000)]
    counts, _ = np.histogram(np.log10(np.array(drawn, dtype=np.float64)), bins=3, range=(-4, -1))
    assert counts.min() > 270


def test_choices_are_all_drawn() -> None:
    space = replace(RANDOM, axes=(Axis("pooling", choices=("max", "avg")),))
    drawn = [values_at(space, 0, number)["pooling"] for number in range(200)]
    assert 70 < drawn.count("max") < 130


def test_a_grid_is_gone_through_once_in_an_order_of_the_seed() -> None:
    cells = [tuple(values_at(GRID, 1, number).values()) for number in range(32)]
    assert len(set(cells)) == 32
    assert {rate for rate, _ in cells} == {1e-1, 1e-2, 1e-3, 1e-4}
    other = [tuple(values_at(GRID, 2, number).values()) for number in range(32)]
    assert set(other) == set(cells)
    assert other != cells
    with pytest.raises(UsageError, match="the grid has 32 trials, found a request for number 32"):
        values_at(GRID, 1, 32)
