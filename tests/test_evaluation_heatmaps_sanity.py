"""Maps that survive random weights are refused."""

import numpy as np
import pytest

from radunion.evaluation.heatmaps.sanity import sanity, similarity

RANDOM = np.random.default_rng(0)


def test_a_map_is_like_itself_in_any_unit_and_unlike_noise() -> None:
    values = RANDOM.random((20, 12))
    assert similarity(values, values**3) == pytest.approx(1.0)
    assert similarity(values, -values) == pytest.approx(-1.0)
    assert abs(similarity(values, RANDOM.random((20, 12)))) < 0.25


def test_a_map_without_ranks_is_like_another_one_only() -> None:
    flat, values = np.zeros((4, 4)), RANDOM.random((4, 4))
    assert similarity(flat, np.ones((4, 4))) == 1.0
    assert similarity(flat, values) == similarity(values, flat) == 0.0


def test_maps_that_survive_are_refused_and_others_pass() -> None:
    refused, passed = sanity([0.9, 0.8, 0.1]), sanity([0.1, -0.2, 0.9])
    assert refused.refused
    assert refused.similarity == pytest.approx(0.8)
    assert not passed.refused
    assert passed.low < passed.similarity < passed.high
    assert passed.maps == 3


def test_the_threshold_decides() -> None:
    assert sanity([0.4], threshold=0.3).refused
    assert not sanity([0.4], threshold=0.4).refused


def test_a_check_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least one map"):
        sanity([])
