"""Calibrated probabilities beside those of the protocol: their errors, and the paired difference of the two."""

from pathlib import Path

import numpy as np
import pytest
from tests.test_evaluation_calibration_samples import Fault, draw, folds_by_patient

from radunion.evaluation.compare import Row, compare
from radunion.evaluation.coverage import cross_fitted
from radunion.joint import JointLevels
from radunion.phantom import Simulation
from radunion.phantom.labels import simulate_labels
from radunion.study.calibrated import TOLD, Calibrated, calibration_of
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.splits import Split
from radunion.study.protocols import PROTOCOLS
from radunion.study.settings import StudySettings
from radunion.training.examples import Examples

K = 3
SETTINGS = StudySettings(protocols=(PROTOCOLS["pair"],), k=K, replicates=40)
NO_FILMS = np.zeros(0, dtype=np.int64)


def study(fault: Fault, n: int = 400) -> tuple[StudyData, JointLevels, list[Split]]:
    """Return simulated labels and predictions as a study holds them; no film is needed to judge probabilities."""
    reference, joint = draw(0, n, fault)
    folds = folds_by_patient(reference, K)
    examples = Examples(
        tuple(Path(f"{film}.png") for film in range(2 * len(joint))), (), (), NO_FILMS > 0, NO_FILMS > 0,
        NO_FILMS.reshape(0, 2), np.zeros((0, 4, 4), dtype=bool),
        np.zeros((0, 4), dtype=np.float32), (), NO_FILMS,
    )  # fmt: skip
    cohort = simulate_labels(Simulation(patients=4, seed=0))
    pairs = np.arange(2 * len(joint)).reshape(-1, 2)
    data = StudyData(cohort, examples, reference, pairs, reference.patients)
    sides = [(np.flatnonzero(folds != one), np.flatnonzero(folds == one)) for one in range(K)]
    return (
        data,
        joint,
        [
            Split(one, pairs[train].ravel(), pairs[test].ravel(), train, test)
            for one, (train, test) in enumerate(sides, start=1)
        ],
    )


@pytest.fixture(scope="module")
def too_sure() -> tuple[StudyData, JointLevels, Calibrated]:
    data, joint, splits = study(Fault(temperature=0.2))
    return data, joint, calibration_of(data, {"blind-view": joint, "pair": joint}, splits, SETTINGS)


def find(rows: tuple[Row, ...], protocol: str, metric: str, scope: str) -> Row:
    found = [
        row for row in rows if (row.protocol, row.metric, row.scope, row.scale) == (protocol, metric, scope, "mrust")
    ]
    assert len(found) == 1, (protocol, metric, scope)
    return found[0]


def test_rows_are_errors_of_the_calibrated_and_their_differences_from_the_raw(
    too_sure: tuple[StudyData, JointLevels, Calibrated],
) -> None:
    data, joint, found = too_sure
    assert {row.protocol for row in found.rows} == {"pair, calibrated", "pair, calibrated - pair"}
    assert {row.metric.removeprefix("difference:") for row in found.rows} == TOLD
    folds = folds_by_patient(data.reference, K)
    calibrated = cross_fitted(data.reference, joint, folds, coverage=0.9).joint
    plain = compare(data.reference, {"raw": joint, "after": calibrated}, seed=0, replicates=40)
    for metric, scope in (("rps", "total"), ("rps", "cortices"), ("brier", "union"), ("ece", "union")):
        raw, after = (plain.find(name, metric, scope, "mrust") for name in ("raw", "after"))
        paired = plain.find("after - raw", f"difference:{metric}", scope, "mrust")
        assert raw is not None and after is not None and paired is not None
        own = find(found.rows, "pair, calibrated", metric, scope)
        assert (own.estimate, own.low, own.high) == pytest.approx((after.estimate, after.low, after.high))
        told = find(found.rows, "pair, calibrated - pair", f"difference:{metric}", scope)
        assert (told.estimate, told.low, told.high) == pytest.approx((paired.estimate, paired.low, paired.high))


def test_what_was_too_sure_is_helped_and_it_shows(too_sure: tuple[StudyData, JointLevels, Calibrated]) -> None:
    row = find(too_sure[2].rows, "pair, calibrated - pair", "difference:rps", "total")
    assert row.high is not None
    assert row.high < 0
    assert not too_sure[2].notes


def test_baselines_are_not_calibrated(too_sure: tuple[StudyData, JointLevels, Calibrated]) -> None:
    found = too_sure[2]
    assert {one.protocol for one in found.coverage} == {one.protocol for one in found.reliability} == {"pair"}


def test_what_calibration_leaves_alone_differs_by_nothing_and_the_reason_is_told() -> None:
    data, joint, splits = study(Fault(), 40)
    found = calibration_of(data, {"pair": joint}, splits, SETTINGS)
    assert any("fewer than the 50" in note and note.startswith("pair: ") for note in found.notes)
    row = find(found.rows, "pair, calibrated - pair", "difference:rps", "total")
    assert row.estimate == pytest.approx(0, abs=1e-3)
