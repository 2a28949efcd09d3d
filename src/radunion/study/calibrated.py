"""Calibration and sets of every protocol, fitted to the other folds' patients and judged on this one's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from radunion.evaluation.blinds import BLINDS
from radunion.evaluation.compare import Row, compare
from radunion.evaluation.coverage import Coverage, coverage_rows, cross_fitted
from radunion.evaluation.reliability import ReliabilityBin, reliability_bins
from radunion.joint import JointLevels
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.pool import fold_of_examination
from radunion.study.crossval.splits import Split
from radunion.study.settings import StudySettings

TOLD = frozenset({"ece", "ece-perfect", "brier", "rps"})
"""What is also told of calibrated probabilities; levels and totals stay those of the protocol itself."""


@dataclass(frozen=True)
class Calibrated:
    """What calibration did: reliability before and after, coverage of the sets, and the errors of what it gave."""

    reliability: tuple[ReliabilityBin, ...]
    coverage: tuple[Coverage, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def calibration_of(
    data: StudyData, joints: Mapping[str, JointLevels], splits: Sequence[Split], settings: StudySettings
) -> Calibrated:
    """Calibrate every protocol that is no baseline, fold by fold; needs folds by patient."""
    folds = fold_of_examination(data, splits)
    bins: list[ReliabilityBin] = []
    rows: list[Coverage] = []
    notes: list[str] = []
    calibrated: dict[str, JointLevels] = {}
    for name, joint in joints.items():
        if name in BLINDS:
            continue
        fitted = cross_fitted(data.reference, joint, folds, coverage=settings.coverage)
        calibrated[name] = fitted.joint
        for after, one in ((False, joint), (True, fitted.joint)):
            bins += reliability_bins(data.reference, one, protocol=name, calibrated=after)
        rows += coverage_rows(data.reference, fitted, protocol=name, seed=settings.seed, replicates=settings.replicates)
        notes += [f"{name}: {note}" for note in fitted.notes()]
    return Calibrated(tuple(bins), tuple(rows), _errors(data, calibrated, settings), tuple(notes))


def _errors(data: StudyData, joints: Mapping[str, JointLevels], settings: StudySettings) -> tuple[Row, ...]:
    if not joints:
        return ()
    found = compare(data.reference, joints, seed=settings.seed, replicates=settings.replicates)
    return tuple(replace(row, protocol=f"{row.protocol}, calibrated") for row in found.rows if row.metric in TOLD)
