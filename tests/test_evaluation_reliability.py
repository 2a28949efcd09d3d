"""Reliability bins: counted by hand, on each label's own scale, and better after calibration."""

import numpy as np
import pytest
from tests.test_evaluation_calibration_samples import Fault, draw, folds_by_patient

from radunion.evaluation.coverage import cross_fitted
from radunion.evaluation.reference import Reference
from radunion.evaluation.reliability import CORTEX_TARGETS, ReliabilityBin, reliability_bins
from radunion.joint import JointLevels
from radunion.scale import TOP_SCORE


def error(bins: tuple[ReliabilityBin, ...], target: str) -> float:
    chosen = [one for one in bins if one.target == target]
    return sum(abs(one.predicted - one.observed) * one.cases for one in chosen) / sum(one.cases for one in chosen)


def test_bins_are_those_counted_by_hand() -> None:
    """Two examinations whose four cortices are surely 4, one of them read as 3s; P(total >= 13) is 1 for both."""
    sure = np.zeros((2, 1, 4, 4))
    sure[..., 3] = 1.0
    joint = JointLevels(np.ones((2, 1)), sure, np.ones((2, 4)))
    same = np.full(2, "x")
    reference = Reference(
        np.arange(2), np.array(["a", "b"]), same, same, np.full(2, "mrust"), np.array([[4] * 4, [3] * 4]),
        np.ones((2, 4), dtype=np.int64), np.ones((2, 4), dtype=bool), "metrc",
    )  # fmt: skip
    bins = reliability_bins(reference, joint, protocol="pair", calibrated=True)
    assert [one for one in bins if one.target == "union mRUST >= 13"] == [
        ReliabilityBin("pair", "union mRUST >= 13", True, 0.9, 1.0, 1.0, 0.5, 2)
    ]
    low, high = (one for one in bins if one.target == "cortex level")
    assert high == ReliabilityBin("pair", "cortex level", True, 0.9, 1.0, 1.0, 0.5, 8)
    assert (low.predicted, low.cases) == (0.0, 24)
    assert low.observed == pytest.approx(4 / 24)
    assert {one.target for one in bins} == {"union mRUST >= 13", "union mRUST >= 11", "cortex level"}


def test_each_label_is_judged_on_its_own_scale_and_once() -> None:
    reference, joint = draw(0, 300)
    twice = reference[np.repeat(np.arange(len(reference)), 2)]
    bins = reliability_bins(twice, joint, protocol="pair", calibrated=False)
    assert bins == reliability_bins(reference, joint, protocol="pair", calibrated=False)
    for scale, target in CORTEX_TARGETS.items():
        cases = sum(one.cases for one in bins if one.target == target)
        assert cases == reference.on(scale).judged().sum() * TOP_SCORE[scale]
    union = sum(one.cases for one in bins if one.target == "union RUST >= 10")
    assert union == (reference.complete() & (reference.scales == "rust")).sum()


def test_calibration_brings_what_is_said_to_what_is_seen() -> None:
    reference, joint = draw(1, 1500, Fault(temperature=0.4))
    after = cross_fitted(reference, joint, folds_by_patient(reference), coverage=0.9).joint
    bins = [reliability_bins(reference, one, protocol="pair", calibrated=False) for one in (joint, after)]
    assert error(bins[1], "cortex level") < 0.5 * error(bins[0], "cortex level")
    assert error(bins[1], "union mRUST >= 13") < error(bins[0], "union mRUST >= 13")
