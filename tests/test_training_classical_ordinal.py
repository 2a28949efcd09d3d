"""Sets of levels as binary questions, and binary answers as levels."""

import numpy as np
import pytest

from radunion.scale import Convention, levels_of
from radunion.training.classical.ordinal import answers, level_probabilities, open_thresholds

NAN = np.nan


@pytest.mark.parametrize(
    ("score", "convention", "expected"),
    [
        (1, "metrc", [0, 0, 0]),
        (2, "metrc", [1, 0, 0]),
        (3, "metrc", [1, 1, NAN]),
        (1, "litrenta", [0, 0, 0]),
        (2, "litrenta", [1, NAN, 0]),
        (3, "litrenta", [1, 1, 1]),
    ],
)
def test_a_rust_score_answers_where_its_set_is_on_one_side(
    score: int, convention: Convention, expected: list[float]
) -> None:
    levels = levels_of(score, "rust", convention)
    allowed = np.array([[level in levels for level in (1, 2, 3, 4)]])
    np.testing.assert_array_equal(answers(allowed), np.array([expected]))


def test_an_mrust_level_answers_everything_and_a_blank_nothing() -> None:
    np.testing.assert_array_equal(answers(np.eye(4, dtype=bool)), [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]])
    assert np.isnan(answers(np.ones((1, 4), dtype=bool))).all()


@pytest.mark.parametrize(
    ("convention", "threshold", "column"),
    [("metrc", 4, [NAN, NAN, 0, 1]), ("litrenta", 3, [NAN, 0, 1, NAN])],
)
def test_a_threshold_inside_a_rust_set_is_asked_within_it(
    convention: Convention, threshold: int, column: list[float]
) -> None:
    rust = np.array([[level in levels_of(score, "rust", convention) for level in (1, 2, 3, 4)] for score in (1, 2, 3)])
    within = open_thresholds(rust)
    assert within == {threshold}
    np.testing.assert_array_equal(answers(np.eye(4, dtype=bool), within)[:, threshold - 2], column)
    assert np.isnan(answers(rust, within)[:, threshold - 2]).all()
    others = [k - 2 for k in (2, 3, 4) if k != threshold]
    assert not np.isnan(answers(rust, within)[:, others]).any()


def test_without_an_open_pair_no_threshold_is_asked_within() -> None:
    assert open_thresholds(np.concatenate([np.eye(4, dtype=bool), np.ones((1, 4), dtype=bool)])) == frozenset()


def test_labels_of_two_conventions_are_refused() -> None:
    both = np.array([[False, True, True, False], [False, False, True, True]])
    with pytest.raises(ValueError, match="by one convention"):
        open_thresholds(both)


def test_a_label_that_allows_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="must allow at least one level"):
        answers(np.zeros((1, 4), dtype=bool))


def test_answers_that_fall_are_differenced_and_those_that_rise_are_levelled_first() -> None:
    levels = level_probabilities(np.array([[0.9, 0.6, 0.1], [0.2, 0.6, 0.1]]))
    np.testing.assert_allclose(levels, [[0.1, 0.3, 0.5, 0.1], [0.6, 0.0, 0.3, 0.1]], atol=1e-6)


def test_an_answer_from_within_a_pair_divides_what_the_others_leave_it() -> None:
    top = level_probabilities(np.array([[0.9, 0.6, 0.25]]), frozenset({4}))
    np.testing.assert_allclose(top, [[0.1, 0.3, 0.45, 0.15]], atol=1e-6)
    middle = level_probabilities(np.array([[0.9, 0.25, 0.5]]), frozenset({3}))
    np.testing.assert_allclose(middle, [[0.1, 0.3, 0.1, 0.5]], atol=1e-6)


@pytest.mark.parametrize("within", [frozenset(), frozenset({3}), frozenset({4})])
def test_levels_are_a_distribution_whatever_the_answers(within: frozenset[int]) -> None:
    levels = level_probabilities(np.random.default_rng(0).uniform(size=(200, 3)), within)
    assert (levels >= 0).all()
    np.testing.assert_allclose(levels.sum(axis=1), 1, atol=1e-6)
