"""From the label table down to what was measured: who left where, for the flow diagram."""

from collections.abc import Iterable

from radunion.cohort import Cohort, Examination
from radunion.evaluation.reference import Reference
from radunion.report.study.material import FlowStep
from radunion.scale import SCALES
from radunion.study.crossval.data import StudyData

_NAMES = {"rust": "RUST", "mrust": "mRUST"}


def flow_of(table: Cohort, unsealed: Cohort, data: StudyData) -> tuple[FlowStep, ...]:
    """Count the table, what the sealed hold-out left, what could be learned from, and what has a total."""
    steps = [_step("Label table", table.examinations)]
    if len(unsealed) < len(table):
        held = len(table.patients) - len(unsealed.patients)
        steps.append(_step("Without the sealed hold-out", unsealed.examinations, left=f"{held:,} patients held out"))
    unlabelled = sum(not one.labels for one in unsealed.examinations)
    unseen = len(unsealed) - len(data) - unlabelled
    left = f"{unlabelled:,} examinations without a label, {unseen:,} without an AP or lateral film"
    steps.append(_step("In the study", data.cohort.examinations, left=left))
    labels = data.reference.first_labels()
    scales = [scale for scale in reversed(SCALES) if (labels.scales == scale).any()]
    return (*steps, *(_complete(labels.on(scale), data, _NAMES[scale]) for scale in scales))


def _complete(labels: Reference, data: StudyData, name: str) -> FlowStep:
    rows = labels.examination[labels.complete()]
    left = f"{len(labels) - len(rows):,} of {len(labels):,} with a cortex unscored, unscorable or not seen"
    return _step(f"With a whole {name} total", [data.cohort.examinations[row] for row in rows], left=left, part=True)


def _step(label: str, examinations: Iterable[Examination], *, left: str = "", part: bool = False) -> FlowStep:
    every = list(examinations)
    films = sum(len(one.films) for one in every)
    return FlowStep(label, len({one.patient for one in every}), len(every), films, left, part)
