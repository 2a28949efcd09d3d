from collections.abc import Callable

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pingouin
import pytest
from sklearn.metrics import (
    accuracy_score,
    cohen_kappa_score,
    f1_score,
    mean_absolute_error,
    recall_score,
    roc_auc_score,
)

from radunion.evaluation.agreement import (
    absolute_error,
    balanced_accuracy,
    cohen_kappa,
    confusion,
    intraclass,
    macro_f1,
    mean,
    pooled_kappa,
    quadratic_kappa,
    spread,
    within,
)
from radunion.evaluation.bootstrap import patient_weights, percentile_interval
from radunion.evaluation.discrimination import auroc

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
"""Table 2 of Shrout and Fleiss 1979: six targets, four judges."""

LARGE_METER = np.array([494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427])
MINI_METER = np.array([512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451])
"""Table 1 of Bland and Altman 1986: first peak expiratory flow by each meter, 17 subjects, l/min."""


def cases(n: int = 80, b: int = 7, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.integers(1, 5, n)
    predicted = np.clip(truth + random.integers(-1, 2, n), 1, 4)
    return truth, predicted, random.integers(0, 4, (b, n)).astype(np.float64)


def test_icc_equals_the_published_example() -> None:
    absolute, consistency = intraclass(SHROUT_FLEISS, np.ones((1, 6)))
    assert absolute[0] == pytest.approx(0.29, abs=0.005)
    assert consistency[0] == pytest.approx(0.71, abs=0.005)


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_weighted_icc_equals_pingouin_on_repeated_rows() -> None:
    truth, predicted, weights = cases(n=20)
    absolute, consistency = intraclass(np.stack([truth, predicted], axis=1), weights)
    for sample, (expected_absolute, expected_consistency) in enumerate(map(_pingouin(truth, predicted), weights)):
        assert absolute[sample] == pytest.approx(expected_absolute)
        assert consistency[sample] == pytest.approx(expected_consistency)


def _pingouin(truth: np.ndarray, predicted: np.ndarray) -> Callable[[np.ndarray], tuple[float, float]]:
    def icc(weights: np.ndarray) -> tuple[float, float]:
        rows = np.repeat(np.arange(len(truth)), weights.astype(int))
        long = pd.DataFrame(
            {
                "exam": np.tile(np.arange(len(rows)), 2),
                "rater": np.repeat(["reader", "model"], len(rows)),
                "score": np.concatenate([truth[rows], predicted[rows]]),
            }
        )
        table = pingouin.intraclass_corr(long, targets="exam", raters="rater", ratings="score")
        values = dict(zip([name.replace(" ", "") for name in table["Type"]], table["ICC"], strict=True))
        return _value(values, "ICC2", "ICC(A,1)"), _value(values, "ICC3", "ICC(C,1)")

    return icc


def _value(values: dict[str, float], *names: str) -> float:
    return next(values[name] for name in names if name in values)


def test_weighted_kappa_equals_sklearn() -> None:
    truth, predicted, weights = cases()
    values = quadratic_kappa(truth, predicted, weights, levels=4)
    expected = [cohen_kappa_score(truth, predicted, weights="quadratic", sample_weight=row) for row in weights]
    np.testing.assert_allclose(values, expected)


def test_kappa_equals_a_table_worked_by_hand() -> None:
    # 2x2 table [[20, 5], [10, 15]]: observed 0.7, expected 0.5, kappa 0.4.
    truth = np.repeat([1, 1, 2, 2], [20, 5, 10, 15])
    predicted = np.repeat([1, 2, 1, 2], [20, 5, 10, 15])
    assert quadratic_kappa(truth, predicted, np.ones((1, 50)), levels=2)[0] == pytest.approx(0.4)


def test_kappa_is_undefined_when_everything_is_one_score() -> None:
    same = np.full(5, 2)
    assert np.isnan(quadratic_kappa(same, same, np.ones((1, 5)), levels=4)[0])


def test_kappa_of_a_constant_prediction_is_zero() -> None:
    truth, _, weights = cases()
    np.testing.assert_allclose(quadratic_kappa(truth, np.full(len(truth), 3), weights, levels=4), 0, atol=1e-12)


@pytest.mark.parametrize("decimals", [1, 8])
def test_weighted_auroc_equals_sklearn_with_and_without_ties(decimals: int) -> None:
    truth, _, weights = cases()
    scores = np.round(truth + np.random.default_rng(1).normal(0, 2, len(truth)), decimals)
    values = auroc(scores, truth > 2, weights)
    np.testing.assert_allclose(values, [roc_auc_score(truth > 2, scores, sample_weight=row) for row in weights])


def test_auroc_in_blocks_equals_auroc_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, predicted, weights = cases()
    at_once = auroc(predicted.astype(float), truth > 2, weights)
    monkeypatch.setattr("radunion.evaluation.discrimination._BLOCK", 100)
    np.testing.assert_array_equal(auroc(predicted.astype(float), truth > 2, weights), at_once)


def test_auroc_is_undefined_without_both_classes() -> None:
    assert np.isnan(auroc(np.arange(3.0), np.ones(3, dtype=bool), np.ones((1, 3)))[0])
    assert np.isnan(auroc(np.zeros(0), np.zeros(0, dtype=bool), np.ones((1, 0)))[0])


def test_mean_and_spread_equal_numpy_on_repeated_rows() -> None:
    truth, _, weights = cases()
    repeated = [np.repeat(truth, row.astype(int)) for row in weights]
    np.testing.assert_allclose(mean(truth, weights), [rows.mean() for rows in repeated])
    np.testing.assert_allclose(spread(truth, weights), [rows.std(ddof=1) for rows in repeated])


def test_bias_and_spread_equal_the_published_example() -> None:
    difference = LARGE_METER - MINI_METER
    assert mean(difference, np.ones((1, 17)))[0] == pytest.approx(-2.1, abs=0.05)
    assert spread(difference, np.ones((1, 17)))[0] == pytest.approx(38.8, abs=0.05)


def test_linear_kappa_equals_sklearn() -> None:
    truth, predicted, weights = cases()
    values = cohen_kappa(confusion(truth, predicted, weights, levels=4), power=1)
    expected = [cohen_kappa_score(truth, predicted, weights="linear", sample_weight=row) for row in weights]
    np.testing.assert_allclose(values, expected)


def test_quadratic_kappa_is_nearly_the_absolute_icc() -> None:
    # Fleiss and Cohen 1973: they are equal but for a term that falls with the number of examinations.
    truth, predicted, _ = cases(n=4000)
    kappa = quadratic_kappa(truth, predicted, np.ones((1, 4000)), levels=4)[0]
    assert kappa == pytest.approx(intraclass(np.stack([truth, predicted], axis=1), np.ones((1, 4000)))[0][0], abs=1e-3)


def test_kappa_of_several_pairs_is_their_mean_weighted_by_chance_disagreement() -> None:
    truth, predicted, weights = cases()
    other = np.roll(predicted, 3)
    tables = np.stack([confusion(truth, one, weights, levels=4) for one in (predicted, other)])
    cost = (np.arange(4)[:, None] - np.arange(4)) ** 2
    chance = np.array(
        [[(np.outer(one.sum(1), one.sum(0)) / one.sum() * cost).sum() for one in pair] for pair in tables]
    )
    each = np.stack([cohen_kappa(pair) for pair in tables])
    np.testing.assert_allclose(pooled_kappa(tables), (each * chance).sum(axis=0) / chance.sum(axis=0))
    empty = np.concatenate([tables[:1], np.zeros_like(tables[:1])])
    np.testing.assert_allclose(pooled_kappa(empty), each[0])


def test_accuracies_equal_sklearn_on_repeated_rows() -> None:
    truth, predicted, weights = cases(n=12, b=30)
    table = confusion(truth, predicted, weights, levels=4)
    taken = np.stack([balanced_accuracy(table), macro_f1(table), within(table), absolute_error(table)])
    for sample, row in enumerate(weights):
        said, called = (np.repeat(scores, row.astype(int)) for scores in (truth, predicted))
        expected = [
            recall_score(said, called, labels=np.unique(said), average="macro"),
            f1_score(said, called, average="macro", zero_division=0),
            accuracy_score(said, called),
            mean_absolute_error(said, called),
        ]
        np.testing.assert_allclose(taken[:, sample], expected)


def test_within_two_holds_what_within_one_holds() -> None:
    truth, predicted, weights = cases()
    table = confusion(truth, np.roll(predicted, 1), weights, levels=4)
    shares = np.stack([within(table, distance) for distance in range(4)])
    assert (np.diff(shares, axis=0) >= 0).all()
    np.testing.assert_allclose(shares[3], 1)


def test_statistics_of_no_examination_are_undefined() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    table = confusion(nothing, nothing, np.ones((2, 0)), levels=4)
    for statistic in (cohen_kappa, balanced_accuracy, macro_f1, within, absolute_error):
        assert np.isnan(statistic(table)).all()
    assert np.isnan(intraclass(np.zeros((0, 2)), np.ones((2, 0)))).all()


def test_patients_are_drawn_whole_and_row_zero_is_the_cohort() -> None:
    patients = np.array(["b", "a", "b", "c"])
    weights = patient_weights(patients, replicates=200, seed=3)
    np.testing.assert_array_equal(weights[0], 1)
    np.testing.assert_array_equal(weights[:, 0], weights[:, 2])
    np.testing.assert_array_equal(weights[1:, [0, 1, 3]].sum(axis=1), 3)
    assert len(np.unique(weights, axis=0)) > 5


def test_same_seed_same_samples() -> None:
    patients = np.array(["a", "b", "c"])
    first, again = (patient_weights(patients, replicates=20, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != patient_weights(patients, replicates=20, seed=2)).any()


def test_bootstrap_refuses_no_replicates() -> None:
    with pytest.raises(ValueError, match="needs at least 1 replicate, found 0"):
        patient_weights(np.array(["a"]), replicates=0, seed=0)


def test_interval_of_a_mean_is_that_of_theory() -> None:
    random = np.random.default_rng(0)
    values = random.normal(0, 1, 400)
    weights = patient_weights(np.arange(400).astype(str), replicates=2000, seed=0)
    low, high = percentile_interval(mean(values, weights))
    error = values.std(ddof=1) / np.sqrt(400)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.2 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.2 * error)


def test_interval_ignores_few_undefined_samples_and_refuses_many() -> None:
    values = np.linspace(0, 1, 101)
    few, many = values.copy(), values.copy()
    few[5], many[1:20] = np.nan, np.nan
    assert percentile_interval(few) == pytest.approx((0.03, 0.975), abs=0.01)
    assert np.isnan(percentile_interval(many)).all()
