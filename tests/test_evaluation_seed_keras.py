"""The exact macro AUROC beside Keras' own AUC, an area through 200 thresholds, which the seed study reported."""

import os

import numpy as np
import pytest
import torch

from radunion.evaluation.discrimination import macro_auroc

os.environ["KERAS_BACKEND"] = "torch"
import keras


def auc_of_keras(truth: np.ndarray, scores: np.ndarray, *, thresholds: int = 200) -> float:
    metric = keras.metrics.AUC(multi_label=True, num_thresholds=thresholds)
    metric.update_state(torch.from_numpy(truth.astype(np.float32)), torch.from_numpy(scores.astype(np.float32)))
    return float(metric.result())


def exact(truth: np.ndarray, scores: np.ndarray) -> float:
    return float(macro_auroc(scores, truth, np.ones((1, len(truth))))[0])


def test_the_two_agree_where_scores_are_spread() -> None:
    random = np.random.default_rng(0)
    truth = random.random((4000, 3)) < 0.4
    scores = random.beta(2 + truth, 3)
    assert auc_of_keras(truth, scores) == pytest.approx(exact(truth, scores), abs=1e-3)
    assert auc_of_keras(truth, scores, thresholds=20_000) == pytest.approx(exact(truth, scores), abs=1e-5)


def test_small_scores_are_ties_for_keras_however_well_they_rank() -> None:
    truth, scores = np.array([[True], [False], [False]]), np.array([[0.004], [0.003], [0.001]])
    assert exact(truth, scores) == 1.0
    assert auc_of_keras(truth, scores) == pytest.approx(0.5)


def test_a_column_of_one_class_counts_as_zero_for_keras_and_is_left_out_here() -> None:
    truth, scores = np.array([[True, True], [False, True]]), np.array([[0.9, 0.9], [0.1, 0.8]])
    assert exact(truth, scores) == 1.0
    assert auc_of_keras(truth, scores) == pytest.approx(0.5)
