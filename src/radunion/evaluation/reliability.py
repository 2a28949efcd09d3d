"""How often something was seen among predictions of one tenth of the range: the reliability diagram's bins."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.scale import SCALES, TOP_SCORE, UNION_RULES, Scale

BINS = 10
CORTEX_TARGETS: dict[Scale, str] = {"mrust": "cortex level", "rust": "cortex score on RUST"}


@dataclass(frozen=True)
class ReliabilityBin:
    """Hold one bin; `target` is `union mRUST >= 13` and the like, or one of `CORTEX_TARGETS`.

    `cases` counts examinations for union; for cortices it counts each score of each cortex, against P(score).
    """

    protocol: str
    target: str
    calibrated: bool
    lower: float
    upper: float
    predicted: float
    observed: float
    cases: int


def reliability_bins(
    reference: Reference, joint: JointLevels, *, protocol: str, calibrated: bool
) -> tuple[ReliabilityBin, ...]:
    """Return the bins that are not empty, of the first label of each examination on each scale, on its own scale.

    `joint` has one row an examination; `calibrated` says what it is and changes nothing.
    """
    return tuple(
        ReliabilityBin(protocol, target, calibrated, *numbers)
        for target, chance, seen in _cases(reference.first_labels(), joint)
        for numbers in _bins(chance, seen)
    )


def _cases(
    labels: Reference, joint: JointLevels
) -> Iterator[tuple[str, Float[np.ndarray, " m"], Bool[np.ndarray, " m"]]]:
    for scale in reversed(SCALES):
        part = labels.on(scale)
        whole = part[part.complete()]
        for rule in UNION_RULES.values():
            if rule.scale == scale:
                chance = joint[whole.examination].union(rule, whole.convention)
                yield f"union {rule}", chance.astype(np.float64), whole.totals() >= rule.threshold
        margins = joint[part.examination].score_margins(scale, part.convention)[part.judged()]
        seen = part.scores[part.judged()][:, None] == np.arange(1, TOP_SCORE[scale] + 1)
        yield CORTEX_TARGETS[scale], margins.ravel().astype(np.float64), seen.ravel()


def _bins(
    chance: Float[np.ndarray, " m"], seen: Bool[np.ndarray, " m"]
) -> Iterator[tuple[float, float, float, float, int]]:
    """Yield lower and upper end, mean prediction, share seen and number of each bin that holds anything."""
    place = np.clip((chance * BINS).astype(np.int64), 0, BINS - 1)
    for position in np.unique(place).tolist():
        here = place == position
        yield (
            position / BINS,
            (position + 1) / BINS,
            float(chance[here].mean()),
            float(seen[here].mean()),
            int(here.sum()),
        )
