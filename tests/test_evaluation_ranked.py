import numpy as np
import pytest

from radunion.evaluation.ranked import ranked_probability_score


def test_score_equals_one_worked_by_hand() -> None:
    # P = 0.1 0.2 0.3 0.4, score 3: below the cuts 0.1 0.3 0.6 against 0 0 1, squares 0.01 + 0.09 + 0.16.
    chances = np.array([[0.1, 0.2, 0.3, 0.4]])
    assert ranked_probability_score(chances, np.array([3]), lowest=1)[0] == pytest.approx(0.26)


def test_a_certain_prediction_has_its_absolute_error() -> None:
    said, given = np.repeat(np.arange(4, 17), 13), np.tile(np.arange(4, 17), 13)
    scores = ranked_probability_score(np.eye(13)[said - 4], given, lowest=4)
    np.testing.assert_allclose(scores, np.abs(said - given))


def test_score_is_the_energy_form_of_the_continuous_one() -> None:
    # E|X - y| - E|X - X'| / 2, Gneiting and Raftery 2007, equation 21.
    random = np.random.default_rng(0)
    chances, given, points = random.dirichlet(np.ones(9), 50), random.integers(4, 13, 50), np.arange(4, 13)
    distance = np.abs(points[:, None] - points)
    energy = (chances * np.abs(points - given[:, None])).sum(axis=1) - ((chances @ distance) * chances).sum(axis=1) / 2
    np.testing.assert_allclose(ranked_probability_score(chances, given, lowest=4), energy)


def test_the_true_distribution_has_the_best_score_on_average() -> None:
    random = np.random.default_rng(1)
    true, other = np.array([0.1, 0.2, 0.4, 0.3]), np.array([0.25, 0.25, 0.25, 0.25])
    given = random.choice([1, 2, 3, 4], size=5000, p=true)
    mine, theirs = (ranked_probability_score(np.tile(one, (5000, 1)), given, lowest=1).mean() for one in (true, other))
    assert mine < theirs
