"""Folds and hold-out: by patient, stratified, and the same whatever the order of the table."""

from collections import Counter
from fractions import Fraction

import numpy as np
from jaxtyping import Bool, Int

from radunion.cohort.examination import Cohort, Examination, Label
from radunion.errors import UsageError
from radunion.scale import Convention, total

_FINEST_PARTS = 20


def folds(cohort: Cohort, *, k: int, seed: int) -> list[Int[np.ndarray, " exams"]]:
    """Return the test examinations of each of k folds: patients stay whole, site, scale and total are balanced.

    Raises UsageError when there are fewer patients than folds.
    """
    patients = len(cohort.patients)
    if not 2 <= k <= patients:
        raise UsageError(f"k must be 2 to {patients}, the number of patients; found {k}")
    from sklearn.model_selection import StratifiedGroupKFold

    order = np.array(sorted(range(len(cohort)), key=lambda index: cohort.examinations[index].key))
    examinations = [cohort.examinations[index] for index in order]
    groups = np.unique([examination.patient for examination in examinations], return_inverse=True)[1]
    strata = _strata(examinations, cohort.convention, least=k)
    splitter = StratifiedGroupKFold(n_splits=k, shuffle=True, random_state=seed)
    return [np.sort(order[test]) for _, test in splitter.split(np.zeros(len(order)), strata, groups)]


def holdout(cohort: Cohort, *, fraction: float, seed: int) -> Bool[np.ndarray, " exams"]:
    """Return which examinations are held out: about `fraction` of them, in whole patients, stratified.

    Raises UsageError when the fraction holds out nobody or everybody.
    """
    finest = min(_FINEST_PARTS, len(cohort.patients))
    share = Fraction(fraction).limit_denominator(finest) if 0 < fraction < 1 else Fraction(0)
    if not 0 < share < 1:
        raise UsageError(f"a hold-out of {fraction} leaves a side empty among {len(cohort.patients)} patients")
    held = np.zeros(len(cohort), dtype=bool)
    for part in folds(cohort, k=share.denominator, seed=seed)[: share.numerator]:
        held[part] = True
    return held


def _strata(examinations: list[Examination], convention: Convention, *, least: int) -> Int[np.ndarray, " exams"]:
    """Number the strata (site, scale, tertile of the total); one with fewer than `least` joins a coarser one."""
    levels = [_middle_total(examination, convention) for examination in examinations]
    tertiles = _tertiles(levels)
    names = [
        (_scale(examination), tertile, examination.site)
        for examination, tertile in zip(examinations, tertiles, strict=True)
    ]
    for coarser in (lambda name: (name[0], name[1], ""), lambda name: (name[0], "", ""), lambda name: ("", "", "")):
        counts = Counter(names)
        names = [name if counts[name] >= least else coarser(name) for name in names]
    counts = Counter(names)
    common = max(sorted(counts), key=lambda name: counts[name])
    names = [name if counts[name] >= least else common for name in names]
    numbers = {name: number for number, name in enumerate(sorted(set(names)))}
    return np.array([numbers[name] for name in names])


def _scale(examination: Examination) -> str:
    label = _first_label(examination)
    return label.scale if label else "unscored"


def _middle_total(examination: Examination, convention: Convention) -> float | None:
    """Return where the total lies between the least and the most of its scale, 0 to 1; bounds count by their middle."""
    label = _first_label(examination)
    if label is None:
        return None
    bounds = total(label.cortices, label.scale, convention)
    least, most = (4, 12) if label.scale == "rust" else (4, 16)
    return ((bounds.low + bounds.high) / 2 - least) / (most - least)


def _first_label(examination: Examination) -> Label | None:
    """Return the label of the first reader by name, which the order of the table does not change."""
    return min(examination.labels, key=lambda label: (label.reader, label.reading), default=None)


def _tertiles(values: list[float | None]) -> list[str]:
    known = [value for value in values if value is not None]
    cuts = np.quantile(known, [1 / 3, 2 / 3]) if known else np.zeros(2)
    return ["" if value is None else str(int(np.searchsorted(cuts, value))) for value in values]
