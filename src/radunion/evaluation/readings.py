"""What a protocol says of the labels of one scale, as scores on that scale, and one statistic taken of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Integer, Shaped

from radunion.evaluation.agreement import Values
from radunion.evaluation.reference import Reference
from radunion.joint import TOTAL_SCORES, JointLevels, median_score
from radunion.scale import UNION_RULES, Scale, UnionRule

DEFAULT_RULES: dict[Scale, UnionRule] = {"mrust": UNION_RULES["mrust-13"], "rust": UNION_RULES["rust-10"]}


@dataclass(frozen=True)
class Measure:
    """Hold one statistic in every bootstrap sample (row 0 the cohort itself) and what it was taken over."""

    metric: str
    scope: str
    scale: str
    rows: Shaped[np.ndarray, " m"]
    values: Values


@dataclass(frozen=True)
class Readings:
    """Hold a prediction and the labels of one scale, row by row, as scores on that scale.

    `margins` are P(score) of each cortex, `chances` P(total); `levels` and `totals` are their medians; `union` is the
    probability of it by `rule`. `folds` says which rows the same models told: scores of two models, or of two training
    sets, do not rank examinations against each other.
    """

    scale: Scale
    reference: Reference
    margins: Float[np.ndarray, "n 4 scores"]
    chances: Float[np.ndarray, "n totals"]
    levels: Integer[np.ndarray, "n 4"]
    totals: Integer[np.ndarray, " n"]
    union: Float[np.ndarray, " n"]
    scorable: Float[np.ndarray, "n 4"]
    rule: UnionRule
    folds: Integer[np.ndarray, " n"]

    @property
    def judged(self) -> Bool[np.ndarray, "n 4"]:
        return self.reference.judged()

    @property
    def complete(self) -> Integer[np.ndarray, " m"]:
        return np.flatnonzero(self.reference.complete())

    def __getitem__(self, rows: Sequence[int] | np.ndarray) -> "Readings":
        return Readings(
            self.scale,
            self.reference[rows],
            self.margins[rows],
            self.chances[rows],
            self.levels[rows],
            self.totals[rows],
            self.union[rows],
            self.scorable[rows],
            self.rule,
            self.folds[rows],
        )

    def union_by(self, rule: UnionRule) -> Float[np.ndarray, " n"]:
        """Return P(total >= threshold) of another rule on the same scale."""
        return self.chances[:, np.array(TOTAL_SCORES[self.scale]) >= rule.threshold].sum(axis=1)


def readings(
    reference: Reference,
    prediction: JointLevels,
    *,
    scale: Scale,
    rule: UnionRule,
    folds: Integer[np.ndarray, " n"] | None = None,
) -> Readings:
    """Turn distributions, row by row with labels of one scale, into scores: medians of margins and of the total.

    `folds` is the fold of each row; None where one model told all.
    """
    margins = prediction.score_margins(scale, reference.convention).astype(np.float64)
    totals = prediction.totals(scale, reference.convention)
    chances = totals.astype(np.float64)
    return Readings(
        scale,
        reference,
        margins,
        chances,
        median_score(margins, 1),
        median_score(totals, TOTAL_SCORES[scale][0]),
        chances[:, np.array(TOTAL_SCORES[scale]) >= rule.threshold].sum(axis=1),
        prediction.scorable.astype(np.float64),
        rule,
        np.zeros(len(reference), dtype=np.int64) if folds is None else folds,
    )
