"""The seed's AUC beside Keras' own."""

import os

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from radunion.errors import UsageError
from radunion.training.seed.auc import keras_auc

os.environ["KERAS_BACKEND"] = "torch"
import keras


def auc_of_keras(truth: np.ndarray, scores: np.ndarray, thresholds: int) -> float:
    metric = keras.metrics.AUC(multi_label=True, num_thresholds=thresholds)
    metric.update_state(torch.from_numpy(truth.astype(np.float32)), torch.from_numpy(scores.astype(np.float32)))
    return float(metric.result())


@pytest.mark.parametrize("thresholds", [2, 7, 200])
@pytest.mark.parametrize("sharpness", [0.3, 3.0, 30.0])
def test_auc_is_kerass_auc(thresholds: int, sharpness: float) -> None:
    random = np.random.default_rng(4)
    truth = random.random((300, 18)) < np.linspace(0, 0.6, 18)  # the first label has no positives
    scores = 1 / (1 + np.exp(-sharpness * (truth + random.normal(size=truth.shape) - 2)))
    scores[:20] = np.round(scores[:20] * 199) / 199  # on the thresholds
    scores[20], scores[21] = 0.0, 1.0
    assert not truth[:, 0].any()
    found = keras_auc(truth, scores, thresholds=thresholds)
    assert found == pytest.approx(auc_of_keras(truth, scores, thresholds), abs=1e-6)


def test_auc_nears_the_exact_area_where_scores_are_spread() -> None:
    random = np.random.default_rng(0)
    truth = random.random((4000, 3)) < 0.4
    scores = random.beta(2 + truth, 3)
    exact = roc_auc_score(truth, scores)
    assert keras_auc(truth, scores) == pytest.approx(exact, abs=1e-3)
    assert keras_auc(truth, scores, thresholds=20_000) == pytest.approx(exact, abs=1e-5)


def test_small_scores_are_ties_however_well_they_rank() -> None:
    truth = np.array([[True], [False], [False]])
    assert keras_auc(truth, np.array([[0.9], [0.2], [0.1]])) == 1.0
    assert keras_auc(truth, np.array([[0.004], [0.003], [0.001]])) == 0.5


def test_a_label_of_one_kind_counts_as_zero() -> None:
    truth = np.array([[True, True], [False, True]])
    assert keras_auc(truth, np.array([[0.9, 0.9], [0.1, 0.8]])) == 0.5


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_scores_that_are_no_probabilities_are_refused(score: float) -> None:
    with pytest.raises(UsageError, match="probabilities between 0 and 1"):
        keras_auc(np.array([[True], [False]]), np.array([[score], [0.5]]))


def test_an_auc_of_one_threshold_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 2 thresholds, found 1"):
        keras_auc(np.array([[True]]), np.array([[0.5]]), thresholds=1)
