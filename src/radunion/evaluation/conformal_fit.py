"""Fit the masses of conformal sets to labels, patient by patient.

Patients are exchangeable; their cortices, readings and examinations are not. So each patient counts once, with the
share of their readings that a set holds, and the mass is the least at which these shares, summed over n patients, reach
(n + 1) · coverage. As a share never falls when the mass grows and is at most 1, a new patient's expected share is
then at least the coverage, and above it by at most about 1 / (n + 1) (conformal risk control: Angelopoulos 2024).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Integer, Shaped

from radunion.evaluation.conformal import Conformal, Threshold, run_masses, share_held
from radunion.evaluation.reference import Reference
from radunion.joint import TOTAL_SCORES, JointLevels
from radunion.scale import CORTICES, SCALES, Cortex, Scale, score_of

FEWEST_OF_A_CORTEX = 50
"""Patients; a cortex with fewer labelled ones shares the pooled threshold."""
_STEPS = 50


@dataclass(frozen=True)
class Read:
    """Hold n readings of one thing: the label's row, the score counted from 0, and what was predicted.

    `before` is the mass that the run holds when it takes in the score read, `own` the probability of that score.
    """

    rows: Integer[np.ndarray, " n"]
    patients: Shaped[np.ndarray, " n"]
    score: Integer[np.ndarray, " n"]
    distribution: Float[np.ndarray, "n scores"]
    before: Float[np.ndarray, " n"]
    own: Float[np.ndarray, " n"]


def fit_conformal(reference: Reference, joint: JointLevels, *, coverage: float) -> Conformal:
    """Fit the masses on labels of patients that the model did not learn from; `joint` has one row an examination.

    mRUST masses come from mRUST labels only, RUST ones from RUST labels and from mRUST labels mapped by the convention.
    """
    parts = {scale: readings_on(reference, scale) for scale in SCALES}
    levels, cortices, totals = {}, {}, {}
    for scale, part in parts.items():
        each = {cortex: read_of(part, joint, cortex, scale=scale) for cortex in CORTICES}
        levels[scale] = fit_threshold(list(each.values()), coverage=coverage)
        cortices[scale] = dict(_own(each, coverage))
        totals[scale] = fit_threshold([read_of(part, joint, None, scale=scale)], coverage=coverage)
    return Conformal(coverage, levels, cortices, totals)


def _own(each: dict[Cortex, Read], coverage: float) -> Iterator[tuple[Cortex, Threshold]]:
    for cortex, part in each.items():
        if len(np.unique(part.patients)) >= FEWEST_OF_A_CORTEX:
            yield cortex, fit_threshold([part], coverage=coverage)


def readings_on(reference: Reference, scale: Scale) -> Reference:
    """Return the labels that say something on a scale, their scores on it: all of them on RUST, mapped."""
    if scale == "mrust":
        return reference.on("mrust")
    mapped = np.array([0, *(score_of(level, "rust", reference.convention) for level in range(1, 5))])
    scores = np.where((reference.scales == "mrust")[:, None], mapped[reference.scores], reference.scores)
    return replace(reference, scores=scores, scales=np.full(len(reference), "rust"))


def read_of(part: Reference, joint: JointLevels, cortex: Cortex | None, *, scale: Scale) -> Read:
    """Return the readings of a cortex that are scored and visible; for None those of the total, with all four so.

    `part` is what `readings_on` gave, `joint` has one row an examination.
    """
    if cortex is None:
        rows = np.flatnonzero(part.complete())
        totals = joint[part.examination[rows]].totals(scale, part.convention)
        return _read(part, rows, totals, part.totals()[rows] - TOTAL_SCORES[scale][0])
    column = CORTICES.index(cortex)
    rows = np.flatnonzero(part.judged()[:, column])
    margins = joint[part.examination[rows]].score_margins(scale, part.convention)[:, column]
    return _read(part, rows, margins, part.scores[rows, column] - 1)


def _read(part: Reference, rows: np.ndarray, distribution: np.ndarray, score: np.ndarray) -> Read:
    chances = distribution.astype(np.float64)
    before, own = run_masses(chances)
    here = np.arange(len(rows)), score
    return Read(rows, part.patients[rows], score, chances, before[here], own[here])


def fit_threshold(parts: list[Read], *, coverage: float) -> Threshold:
    """Return the least mass whose tie-randomised runs keep the promise, found by bisection; 1 where none does."""
    patients = np.concatenate([part.patients for part in parts])
    before, own = (np.concatenate([getattr(part, name) for part in parts]) for name in ("before", "own"))
    names, patient = np.unique(patients, return_inverse=True)
    weight = 1 / np.bincount(patient)[patient] if len(patient) else np.zeros(0)
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        reached = float(weight @ share_held(before, own, middle)) >= (len(names) + 1) * coverage
        low, high = (low, middle) if reached else (middle, high)
    return Threshold(high, len(names))
