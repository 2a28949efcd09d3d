"""Receiver operating curves of union, out of fold: the mean of the folds' curves."""

from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Bool, Float, Int

from radunion.evaluation.readings import DEFAULT_RULES
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.report.study.material import RocPoint
from radunion.scale import SCALES, Scale

_GRID = np.linspace(0, 1, 201)
"""More points are not seen on a page."""


def roc_points(
    reference: Reference, joints: Mapping[str, JointLevels], *, folds: Int[np.ndarray, " exams"] | None = None
) -> tuple[RocPoint, ...]:
    """Return every protocol's curve at the default rule of each scale that some fold has both kinds of totals on.

    Scores of two folds are told by two models and are not ranked against each other: the curve is the mean true
    positive rate of the folds at each false positive rate (Fawcett 2006, vertical averaging), each fold counting by its
    pairs of a united and an ununited examination. So the area below is the stratified AUROC of the tables, up to the
    grid, and what is constant within a fold lies on the diagonal. `folds` is the fold of each row of a prediction; None
    where one model told all.
    """
    labels = reference.first_labels()
    fold_of = np.zeros(len(labels), dtype=np.int64) if folds is None else folds[labels.examination]
    return tuple(
        point
        for name, joint in joints.items()
        for scale in reversed(SCALES)
        for point in _points(labels, fold_of, name, joint, scale)
    )


def _points(
    labels: Reference, fold_of: Int[np.ndarray, " n"], name: str, joint: JointLevels, scale: Scale
) -> Iterator[RocPoint]:
    rows = np.flatnonzero((labels.scales == scale) & labels.complete())
    part, rule = labels[rows], DEFAULT_RULES[scale]
    united = part.totals() >= rule.threshold
    curve = _mean_curve(united, joint[part.examination].union(rule, part.convention), fold_of[rows])
    if curve is not None:
        yield RocPoint(name, str(rule), 0.0, 0.0)
        for false, true in zip(_GRID.tolist(), curve.tolist(), strict=True):
            yield RocPoint(name, str(rule), false, true)


def _mean_curve(
    united: Bool[np.ndarray, " n"], chance: Float[np.ndarray, " n"], fold_of: Int[np.ndarray, " n"]
) -> Float[np.ndarray, "201"] | None:
    """Average the curves of the folds that have both kinds; None where none has."""
    from sklearn.metrics import roc_curve

    curves, pairs = [], []
    for fold in np.unique(fold_of):
        here = fold_of == fold
        both = int(united[here].sum()) * int((~united[here]).sum())
        if both:
            false, true, _ = roc_curve(united[here], chance[here])
            curves.append(np.interp(_GRID, false, true))  # of several true rates at one false rate the highest
            pairs.append(both)
    return np.average(curves, axis=0, weights=pairs) if curves else None
