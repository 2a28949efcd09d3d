import krippendorff
import numpy as np
import pytest

from radunion.evaluation.alpha import coincidences, ordinal_alpha

OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
)
"""Krippendorff's example of four observers and twelve units, 0 = missing: ordinal alpha 0.815."""


def alpha(scores: np.ndarray, weights: np.ndarray, *, levels: int) -> np.ndarray:
    units = coincidences(scores, levels=levels).reshape(-1, levels * levels)
    return ordinal_alpha((weights @ units).reshape(-1, levels, levels))


def library(scores: np.ndarray) -> float:
    missing = np.where(scores > 0, scores.astype(float), np.nan)
    return float(krippendorff.alpha(reliability_data=missing, level_of_measurement="ordinal"))


def test_alpha_equals_krippendorffs_example() -> None:
    assert alpha(OBSERVERS, np.ones((1, 12)), levels=5)[0] == pytest.approx(0.815, abs=0.0005)


@pytest.mark.parametrize("raters", [2, 3, 5])
def test_weighted_alpha_equals_the_library_on_repeated_units(raters: int) -> None:
    random = np.random.default_rng(raters)
    truth = random.integers(1, 5, 60)
    scores = np.clip(truth + random.integers(-1, 2, (raters, 60)), 1, 4) * (random.random((raters, 60)) < 0.85)
    weights = random.integers(0, 4, (6, 60)).astype(np.float64)
    expected = [library(np.repeat(scores, row.astype(int), axis=1)) for row in weights]
    np.testing.assert_allclose(alpha(scores, weights, levels=4), expected)


def test_a_table_and_its_transpose_are_the_coincidences_of_two_raters() -> None:
    random = np.random.default_rng(0)
    one, two = random.integers(1, 5, (2, 40))
    table = np.zeros((1, 4, 4))
    np.add.at(table[0], (one - 1, two - 1), 1)
    both = np.stack([one, two])
    np.testing.assert_allclose(coincidences(both, levels=4).sum(axis=0), (table + table.swapaxes(1, 2))[0])
    assert ordinal_alpha(table + table.swapaxes(1, 2))[0] == pytest.approx(library(both))


def test_a_unit_of_one_rater_says_nothing() -> None:
    lonely = np.array([[1, 2, 3, 4], [1, 2, 3, 0]])
    np.testing.assert_allclose(
        alpha(lonely, np.ones((1, 4)), levels=4), alpha(lonely[:, :3], np.ones((1, 3)), levels=4)
    )


def test_alpha_is_undefined_when_everything_is_one_score_or_nothing_is_scored() -> None:
    assert np.isnan(alpha(np.full((2, 5), 3), np.ones((1, 5)), levels=4)[0])
    assert np.isnan(alpha(np.zeros((2, 5), dtype=int), np.ones((1, 5)), levels=4)[0])
