"""Receiver operating curves of union, out of fold."""

from collections.abc import Iterator, Mapping

import numpy as np

from radunion.evaluation.readings import DEFAULT_RULES
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.report.study.material import RocPoint
from radunion.scale import SCALES

_POINTS = 200
"""More are not seen on a page."""


def roc_points(reference: Reference, joints: Mapping[str, JointLevels]) -> tuple[RocPoint, ...]:
    """Return every protocol's curve at the default rule of each scale that has both united and ununited totals."""
    return tuple(point for name, joint in joints.items() for point in _points(reference.first_labels(), name, joint))


def _points(labels: Reference, name: str, joint: JointLevels) -> Iterator[RocPoint]:
    from sklearn.metrics import roc_curve

    for scale in reversed(SCALES):
        part = labels.on(scale)
        part = part[np.flatnonzero(part.complete())]
        rule = DEFAULT_RULES[scale]
        united = part.totals() >= rule.threshold
        if united.all() or not united.any():
            continue
        chance = joint[part.examination].union(rule, part.convention)
        false, true, _ = roc_curve(united, chance)
        kept = np.unique(np.linspace(0, len(false) - 1, min(len(false), _POINTS)).round().astype(np.int64))
        for at in kept.tolist():
            yield RocPoint(name, str(rule), float(false[at]), float(true[at]))
