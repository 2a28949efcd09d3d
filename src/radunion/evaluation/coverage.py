"""What calibration and conformal sets promise, and what is measured of it on patients they were not fitted to.

Promised is *marginal* coverage: a patient like those of the cohort, on average over them. Nothing is promised for one
site, one fixation, one patient, or other films; how it is there is measured and shown, group by group.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Integer, Shaped

from radunion.evaluation.agreement import ratio
from radunion.evaluation.bootstrap import REPLICATES, patient_weights, percentile_interval
from radunion.evaluation.calibration import Calibration
from radunion.evaluation.calibration_fit import fit_calibration
from radunion.evaluation.conformal import Conformal, Threshold, closed_run, run_masses, share_held
from radunion.evaluation.conformal_fit import Read, fit_conformal, read_of, readings_on
from radunion.evaluation.reference import Reference
from radunion.evaluation.subgroups import FEWEST_IN_SUBGROUP
from radunion.joint import JointLevels, concatenate
from radunion.scale import CORTICES, SCALES, Convention, Cortex, Scale

TARGETS: tuple[str, ...] = ("cortex levels", "total")
MAPPED = "labels=mRUST mapped"
"""The group of mRUST labels that are mapped to RUST: each label is judged on its own scale, these are shown apart."""


@dataclass(frozen=True)
class Coverage:
    """Hold how often a set or interval held the reader's score; `group` is `all` or e.g. `fixation=nail`, or `MAPPED`.

    `target` is one of `TARGETS`; `size` is the mean number of levels, or of totals, in a set. Each patient counts once.
    `low` and `high` are a 95 % patient bootstrap with the sets fixed. `randomised` sets break ties at random so that
    they hold as much as promised and no more; the others are whole scores, as shipped.
    """

    protocol: str
    target: str
    scale: str
    group: str
    nominal: float
    covered: float
    low: float | None
    high: float | None
    size: float
    examinations: int
    randomised: bool = False


@dataclass(frozen=True)
class CrossFitted:
    """Hold distributions calibrated by what was fitted to other folds, and those folds' sets.

    `joint` and `folds` have one row an examination.
    """

    joint: JointLevels
    folds: Integer[np.ndarray, " exams"]
    convention: Convention
    coverage: float
    calibrations: Mapping[int, Calibration]
    conformals: Mapping[int, Conformal]

    def notes(self) -> tuple[str, ...]:
        """Say what could not be fitted, and in how many folds."""
        said = [note for one in self.calibrations.values() for note in ([one.note] if one.note else [])]
        said += [note for one in self.conformals.values() for note in one.notes()]
        return tuple(f"{note} (in {said.count(note)} of {len(self.conformals)} folds)" for note in dict.fromkeys(said))


def cross_fitted(
    reference: Reference, joint: JointLevels, fold_of_exam: Integer[np.ndarray, " exams"], *, coverage: float
) -> CrossFitted:
    """Calibrate each fold's predictions and make its sets by what was fitted to the other folds.

    `joint` holds out-of-fold predictions, one row an examination. Labels of a patient who is also in this fold are
    left out of the fit, so that it is by patient even where the folds are not. Raises ValueError for fewer than 2
    folds.
    """
    names = np.unique(fold_of_exam).tolist()
    if len(names) < 2 or len(fold_of_exam) != len(joint):
        raise ValueError(
            f"cross-fitting needs the fold of each of {len(joint)} examinations, of at least 2 folds; "
            f"found {len(fold_of_exam)} in {len(names)}"
        )
    order, parts = [], []
    calibrations, conformals = {}, {}
    for fold in names:
        rest = _others(reference, fold_of_exam == fold)
        calibrations[fold] = fit_calibration(rest, joint)
        calibrated = calibrations[fold].apply(joint)
        conformals[fold] = fit_conformal(rest, calibrated, coverage=coverage)
        order.append(np.flatnonzero(fold_of_exam == fold))
        parts.append(calibrated[order[-1]])
    back = np.argsort(np.concatenate(order))
    return CrossFitted(concatenate(parts)[back], fold_of_exam, reference.convention, coverage, calibrations, conformals)


def _others(reference: Reference, here: Bool[np.ndarray, " exams"]) -> Reference:
    mine = here[reference.examination]
    return reference[~np.isin(reference.patients, reference.patients[mine])]


def coverage_rows(
    reference: Reference, fitted: CrossFitted, *, protocol: str, seed: int, replicates: int = REPLICATES
) -> tuple[Coverage, ...]:
    """Measure the sets of every target, scale and group, as shipped and tie-randomised.

    Each label counts on its own scale, in `all` and in the groups. mRUST labels mapped to RUST, to which RUST sets are
    fitted too, are a group of their own, `MAPPED`. Groups with fewer than `FEWEST_IN_SUBGROUP` readings are not shown.
    """
    patients = _Patients.draw(reference, seed=seed, replicates=replicates)
    rows = []
    for scale in reversed(SCALES):
        part = readings_on(reference, scale)
        for target in TARGETS:
            tried = _tried(part, fitted, target, scale)
            for group, column in _groups(part, reference, scale):
                chosen = tried.among(column)
                if len(chosen) and (group == "all" or len(chosen) >= FEWEST_IN_SUBGROUP):
                    rows += [
                        Coverage(
                            protocol, target, scale, group, fitted.coverage, *patients.judge(chosen, way), bool(way)
                        )
                        for way in (0, 1)
                    ]
    return tuple(rows)


@dataclass(frozen=True)
class _Tried:
    """Hold what became of n readings; `label` is the row of the labels, `held` and `size` are shipped, randomised."""

    label: Integer[np.ndarray, " n"]
    patients: Shaped[np.ndarray, " n"]
    examination: Integer[np.ndarray, " n"]
    held: Float[np.ndarray, "n 2"]
    size: Float[np.ndarray, "n 2"]

    def __len__(self) -> int:
        return len(self.label)

    def among(self, labels: Bool[np.ndarray, " labels"]) -> "_Tried":
        rows = labels[self.label]
        return _Tried(*(getattr(self, name)[rows] for name in ("label", "patients", "examination", "held", "size")))


@dataclass(frozen=True)
class _Patients:
    """Hold how often each patient counts in each bootstrap sample; row 0 is the cohort itself."""

    names: Shaped[np.ndarray, " patients"]
    weights: Float[np.ndarray, "b patients"]

    @classmethod
    def draw(cls, reference: Reference, *, seed: int, replicates: int) -> "_Patients":
        names = np.unique(reference.patients)
        return cls(names, patient_weights(names, replicates=replicates, seed=seed))

    def judge(self, tried: _Tried, way: int) -> tuple[float, float | None, float | None, float, int]:
        """Return coverage, its interval, the mean size and the number of examinations."""
        covered = self._mean(tried.held[:, way], tried.patients)
        low, high = percentile_interval(covered)
        size = float(self._mean(tried.size[:, way], tried.patients)[0])
        return float(covered[0]), _number(low), _number(high), size, len(np.unique(tried.examination))

    def _mean(self, values: Float[np.ndarray, " n"], patients: Shaped[np.ndarray, " n"]) -> Float[np.ndarray, " b"]:
        """Average within each patient, then over patients."""
        place = np.searchsorted(self.names, patients)
        count = np.bincount(place, minlength=len(self.names))
        there = count > 0
        own = np.bincount(place, values, len(self.names))[there] / count[there]
        return ratio(self.weights[:, there] @ own, self.weights[:, there].sum(axis=1))


def _tried(part: Reference, fitted: CrossFitted, target: str, scale: Scale) -> _Tried:
    """Try the sets of every fold on the labels of its own examinations."""
    cortices: Sequence[Cortex | None] = CORTICES if target == "cortex levels" else (None,)
    found = []
    for fold, conformal in fitted.conformals.items():
        here = np.flatnonzero(fitted.folds[part.examination] == fold)
        for cortex in cortices:
            read = read_of(part[here], fitted.joint, cortex, scale=scale)
            found.append((here[read.rows], *_outcome(read, conformal.threshold(scale, cortex))))
    label, held, size = (np.concatenate(column) for column in zip(*found, strict=True))
    return _Tried(label, part.patients[label], part.examination[label], held, size)


def _outcome(read: Read, threshold: Threshold) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, "n 2"]]:
    """Return what the shipped and the tie-randomised set hold of each reading, and how large they are."""
    before, own = run_masses(read.distribution)
    low, high = closed_run(read.distribution, threshold)
    shipped = (low <= read.score) & (read.score <= high)
    held = np.stack([shipped.astype(np.float64), share_held(read.before, read.own, threshold.mass)], axis=1)
    sizes = (high - low + 1.0, share_held(before, own, threshold.mass).sum(axis=1))
    return held, np.stack(sizes, axis=1)


def _groups(part: Reference, reference: Reference, scale: Scale) -> Iterator[tuple[str, Bool[np.ndarray, " labels"]]]:
    own = np.ones(len(part), dtype=bool) if scale == "mrust" else reference.scales == scale
    yield "all", own
    for name, column in {"fixation": part.fixations, "site": part.sites}.items():
        for value in np.unique(column).tolist():
            if value:
                yield f"{name}={value}", own & (column == value)
    yield MAPPED, ~own


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None
