"""What a score says of an examination, as its document prints it, and whether another score says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from radunion.evaluation.precision import Part
from radunion.joint import JointLevels
from radunion.scale import CORTICES, DEFAULT_UNION_RULE, SCALES
from radunion.scoring.card import Card
from radunion.scoring.document import UnionScore
from radunion.scoring.graph import Inferred
from radunion.scoring.totals import score_cortices, score_total, score_union, used_cortices

Said = dict[Part, tuple[object, ...]]
"""Each thing that is said, in a fixed order: four levels and sets, two totals and intervals, one verdict on union."""


@dataclass(frozen=True)
class Stated:
    """What is said of one examination, and the probabilities behind it."""

    said: Said
    probabilities: Float[np.ndarray, " p"]


def stated_of(card: Card, inferred: Inferred) -> list[Stated]:
    """Return what scores by this card say of each examination: corrected and with its sets where it is calibrated."""
    joint = card.calibrated(inferred.joint)
    return [_stated(card, joint[[row]], inferred.present[row]) for row in range(len(joint))]


def changes(wanted: Stated, found: Stated) -> dict[Part, int]:
    """Count what differs in each part, between two scores of the same films."""
    return {
        part: sum(one != other for one, other in zip(said, found.said[part], strict=True))
        for part, said in wanted.said.items()
    }


def largest_change(wanted: Sequence[Stated], found: Sequence[Stated]) -> float:
    """Return the largest change of any probability: of a level, of being scorable, of union."""
    return max(
        float(np.abs(one.probabilities - other.probabilities).max()) for one, other in zip(wanted, found, strict=True)
    )


def _stated(card: Card, joint: JointLevels, present: np.ndarray) -> Stated:
    coverage = card.coverage
    sets = None if card.calibration is None else card.calibration.sets_for(coverage)
    used = used_cortices(joint, present)
    cortices = score_cortices(joint, present=present, coverage=coverage, sets=sets)
    totals = [
        score_total(joint, scale, convention=card.convention, used=used, coverage=coverage, sets=sets)
        for scale in SCALES
    ]
    union = score_union(joint, DEFAULT_UNION_RULE, convention=card.convention, used=used)
    said: Said = {
        "level": tuple(cortices[cortex].level for cortex in CORTICES),
        "total": tuple(one.total if one.bounds is None else one.bounds for one in totals),
        "set": tuple(cortices[cortex].levels for cortex in CORTICES),
        "interval": tuple(one.interval for one in totals),
        "union": (_verdict(union),),
    }
    return Stated(said, np.array([*joint.margins()[0].ravel(), *joint.scorable[0], *_chances(union)]))


def _chances(union: UnionScore) -> tuple[float, float]:
    """Return P(union) as bounds, which are equal where no cortex is missing."""
    return union.bounds if union.probability is None and union.bounds else (union.probability or 0.0,) * 2


def _verdict(union: UnionScore) -> tuple[bool, ...]:
    """Say whether union is more likely than not, at either bound."""
    return tuple(chance >= 0.5 for chance in _chances(union))
