"""Calibration and sets of every protocol, fitted to the other folds' patients and judged on this one's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
    """What calibration did: reliability before and after, coverage of the sets, and the errors of what it gave.

    `rows` are the errors of calibrated probabilities, and how much they are above those of the protocol itself.
    """

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
    coverage: list[Coverage] = []
    rows: list[Row] = []
    notes: list[str] = []
    for name, joint in joints.items():
        if name in BLINDS:
            continue
        fitted = cross_fitted(data.reference, joint, folds, coverage=settings.coverage)
        for after, one in ((False, joint), (True, fitted.joint)):
            bins += reliability_bins(data.reference, one, protocol=name, calibrated=after)
        coverage += coverage_rows(
            data.reference, fitted, protocol=name, seed=settings.seed, replicates=settings.replicates
        )
        rows += _errors(data, name, joint, fitted.joint, settings)
        notes += [f"{name}: {note}" for note in fitted.notes()]
    return Calibrated(tuple(bins), tuple(coverage), tuple(rows), tuple(notes))


def _errors(
    data: StudyData, name: str, raw: JointLevels, calibrated: JointLevels, settings: StudySettings
) -> Iterator[Row]:
    """Yield the errors of calibrated probabilities and their paired differences, calibrated minus raw."""
    found = compare(
        data.reference,
        {name: raw, f"{name}, calibrated": calibrated},
        seed=settings.seed,
        replicates=settings.replicates,
        baselines=(),
        metrics=TOLD,
    )
    yield from (row for row in found.rows if row.protocol != name)
