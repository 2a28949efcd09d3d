"""What happened while folds learned: every epoch, and how much better a fold is on what it learned from."""

from collections.abc import Iterator, Sequence

import numpy as np

from radunion.evaluation.measures import DEFAULT_RULES, measure
from radunion.evaluation.readings import readings
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.report.study.material import EpochRecord, Gap
from radunion.scale import SCALES, Scale
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.pool import of_fold
from radunion.study.crossval.run import Ran
from radunion.study.crossval.splits import Split
from radunion.study.protocols import PairProtocol, TunedProtocol

GAP_METRICS: tuple[tuple[str, str], ...] = (("kappa", "cortices"), ("icc-2-1", "total"), ("mae", "total"))


def epoch_records(ran: Sequence[Ran], splits: Sequence[Split]) -> tuple[EpochRecord, ...]:
    """Lay out every epoch of every fold."""
    return tuple(
        EpochRecord(
            one.planned.name,
            split.fold,
            stage,
            int(epoch["epoch"]),
            epoch["train_loss"],
            epoch.get("validation_loss"),
            epoch.get("train_auroc18"),
            epoch.get("validation_auroc18"),
            "validation" if isinstance(one.planned.protocol, PairProtocol | TunedProtocol) else "test",
        )
        for one in ran
        for split, fold in zip(splits, one.folds, strict=True)
        for stage, epochs in fold.history.items()
        for epoch in epochs
    )


def gaps_of(ran: Sequence[Ran], data: StudyData, splits: Sequence[Split]) -> tuple[Gap, ...]:
    """Average over folds what each fold's model reaches on what it learned from, and on what it did not.

    Patients that only stopped a training early count among those learned from.
    """
    labels = data.reference.first_labels()
    scales = [scale for scale in reversed(SCALES) if (labels.scales == scale).any()]
    return tuple(gap for one in ran for scale in scales for gap in _gaps(one, data, splits, labels.on(scale), scale))


def _gaps(ran: Ran, data: StudyData, splits: Sequence[Split], labels: Reference, scale: Scale) -> Iterator[Gap]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = {key: [] for key in GAP_METRICS}
    for fold, split in zip(ran.folds, splits, strict=True):
        joint = of_fold(fold, ran.planned.protocol, data)
        trained, tested = (_statistics(labels, joint, side, scale) for side in (split.train, split.test))
        for key in GAP_METRICS:
            found[key].append((trained[key], tested[key]))
    for (metric, scope), values in found.items():
        train, test = np.array(values).T
        yield Gap(ran.planned.name, metric, scope, scale, _mean(train), _mean(test))


def _statistics(labels: Reference, joint: JointLevels, side: np.ndarray, scale: Scale) -> dict[tuple[str, str], float]:
    part = labels[np.isin(labels.examination, side)]
    case = readings(part, joint[part.examination], scale=scale, rule=DEFAULT_RULES[scale])
    taken = measure(case, np.ones((1, len(part))))
    values = {(one.metric, one.scope): float(one.values[0]) for one in taken}
    return {key: values.get(key, float("nan")) for key in GAP_METRICS}


def _mean(values: np.ndarray) -> float | None:
    defined = values[np.isfinite(values)]
    return float(defined.mean()) if len(defined) else None
