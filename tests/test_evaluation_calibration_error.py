import numpy as np
import pytest

from radunion.evaluation.bootstrap import patient_weights, percentile_interval, recentred
from radunion.evaluation.calibration_error import expected_calibration_error, perfect_calibration_error


def test_error_equals_one_worked_by_hand() -> None:
    # Bins of 1/15: 0.01 0.02 0.05 lie in the first (mean 0.08/3, none happened), 0.95 and 0.99 in the last (one did).
    chances = np.array([0.01, 0.02, 0.05, 0.95, 0.99])
    happened = np.array([False, False, False, True, False])
    value = expected_calibration_error(chances, happened, np.ones((1, 5)))[0]
    assert value == pytest.approx((0.08 + (1.94 - 1)) / 5)


def test_the_ends_of_the_range_have_a_bin() -> None:
    chances = np.array([0.0, 1.0, 1.0])
    assert expected_calibration_error(chances, np.array([False, True, True]), np.ones((1, 3)))[0] == 0
    assert expected_calibration_error(chances, np.array([True, False, False]), np.ones((1, 3)))[0] == 1


def test_weights_are_repeated_cases() -> None:
    random = np.random.default_rng(0)
    chances, weights = random.random(80), random.integers(0, 4, (5, 80)).astype(np.float64)
    happened = random.random(80) < 0.5
    rows = [np.repeat(np.arange(80), row.astype(int)) for row in weights]
    expected = [expected_calibration_error(chances[one], happened[one], np.ones((1, len(one))))[0] for one in rows]
    np.testing.assert_allclose(expected_calibration_error(chances, happened, weights), expected)


def test_cases_of_one_row_share_its_weight() -> None:
    random = np.random.default_rng(1)
    chances, rows = random.random(60), np.repeat(np.arange(20), 3)
    happened, weights = random.random(60) < chances, random.integers(0, 3, (4, 20)).astype(np.float64)
    np.testing.assert_allclose(
        expected_calibration_error(chances, happened, weights, rows=rows),
        expected_calibration_error(chances, happened, weights[:, rows]),
    )


@pytest.mark.parametrize("shape", [(1.0, 1.0), (0.3, 0.3), (0.02, 0.05)])
@pytest.mark.parametrize("count", [60, 500])
def test_error_of_a_perfect_model_is_what_simulation_gives(shape: tuple[float, float], count: int) -> None:
    random = np.random.default_rng(2)
    chances = random.beta(*shape, count)
    happened = random.random((2000, count)) < chances
    drawn = [expected_calibration_error(chances, one, np.ones((1, count)))[0] for one in happened]
    expected = perfect_calibration_error(chances, np.ones((1, count)))[0]
    assert expected == pytest.approx(np.mean(drawn), rel=0.05)


def test_error_of_a_perfect_model_falls_with_the_root_of_the_number_of_cases() -> None:
    chances = np.random.default_rng(3).random(500)
    few, many = (perfect_calibration_error(np.tile(chances, times), np.ones((1, 500 * times)))[0] for times in (1, 8))
    assert few / many == pytest.approx(np.sqrt(8), rel=0.05)
    assert 0.04 < few < 0.06


def test_errors_without_cases_are_undefined_and_certainty_is_no_noise() -> None:
    assert np.isnan(perfect_calibration_error(np.zeros(0), np.ones((1, 0)))[0])
    assert np.isnan(expected_calibration_error(np.zeros(0), np.zeros(0, dtype=bool), np.ones((1, 0)))[0])
    assert perfect_calibration_error(np.array([0.0, 1.0, 1.0]), np.ones((1, 3)))[0] == pytest.approx(0, abs=1e-9)


def test_recentred_replicates_have_the_cohorts_own_value_in_the_middle() -> None:
    random = np.random.default_rng(4)
    chances = random.random(400)
    weights = patient_weights(np.arange(400).astype(np.str_), replicates=400, seed=0)
    values = expected_calibration_error(chances, random.random(400) < chances, weights)
    assert values[1:].mean() > 1.2 * values[0]
    low, high = percentile_interval(recentred(values))
    assert low < values[0] < high
    assert recentred(values)[0] == values[0] and (recentred(values) >= 0).all()
    lost = np.full(5, np.nan)
    np.testing.assert_array_equal(recentred(lost), lost)
