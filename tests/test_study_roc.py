"""The curves of union: their area is the AUROC of the tables, and a base rate by fold lies on the diagonal."""

import numpy as np
import pytest
from tests.test_evaluation_samples import estimate, simulated

from radunion.evaluation.compare import compare
from radunion.joint import JointLevels
from radunion.report.study.material import RocPoint
from radunion.study.roc import roc_points


def curve(points: tuple[RocPoint, ...], protocol: str, scale: str) -> tuple[np.ndarray, np.ndarray]:
    found = [one for one in points if one.protocol == protocol and one.target.startswith(scale)]
    return np.array([one.false_positive for one in found]), np.array([one.true_positive for one in found])


def by_fold(folds: np.ndarray) -> JointLevels:
    """Say one thing of every examination of a fold, another thing in each."""
    share = np.linspace(0.2, 0.6, folds.max() + 1)[folds]
    levels = np.stack([1 - share, share * 0, share * 0, share], axis=1)
    return JointLevels(np.ones((len(folds), 1)), np.repeat(levels[:, None, None], 4, axis=2), np.ones((len(folds), 4)))


@pytest.mark.parametrize("k", [1, 3, 5])
def test_the_area_is_the_auroc_of_the_tables(k: int) -> None:
    labels, predictions = simulated(400)
    folds = np.unique(labels.patients, return_inverse=True)[1] % k
    points = roc_points(labels, predictions, folds=folds)
    told = compare(labels, predictions, seed=0, replicates=5, folds=folds, metrics={"auroc"})
    for protocol in predictions:
        for scale, name in (("mrust", "mRUST"), ("rust", "RUST")):
            false, true = curve(points, protocol, name)
            assert np.trapezoid(true, false) == pytest.approx(
                estimate(told, protocol, "auroc", "union", scale), abs=0.01
            )


def test_what_is_constant_within_each_fold_lies_on_the_diagonal() -> None:
    labels, predictions = simulated(400)
    folds = np.unique(labels.patients, return_inverse=True)[1] % 4
    joints = {"constant": by_fold(folds), "pair": predictions["pair"]}
    false, true = curve(roc_points(labels, joints, folds=folds), "constant", "mRUST")
    np.testing.assert_allclose(true, false, atol=1e-12)
    false, true = curve(roc_points(labels, joints), "constant", "mRUST")
    assert np.abs(true - false).max() > 0.01


def test_a_curve_begins_and_ends_in_the_corners_and_never_falls() -> None:
    labels, predictions = simulated(200)
    folds = np.unique(labels.patients, return_inverse=True)[1] % 3
    false, true = curve(roc_points(labels, predictions, folds=folds), "pair", "mRUST")
    assert (false[0], true[0]) == (0, 0)
    assert (false[-1], true[-1]) == (1, 1)
    assert (np.diff(false) >= 0).all()
    assert (np.diff(true) >= -1e-12).all()


def test_folds_of_one_kind_are_left_out_and_without_both_kinds_there_is_no_curve() -> None:
    labels, predictions = simulated(200)
    only = labels[np.flatnonzero(labels.complete() & (labels.scales == "mrust"))]
    united = only.totals() >= 13
    folds = np.zeros(200, dtype=np.int64)
    folds[only.examination[united][0]] = 1  # a fold of one united examination
    rest = only[np.flatnonzero(only.examination != only.examination[united][0])]
    joints = {"pair": predictions["pair"]}
    assert roc_points(only, joints, folds=folds) == roc_points(rest, joints)
    assert roc_points(only[np.flatnonzero(united)], joints) == ()
