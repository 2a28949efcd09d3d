"""Which statistic is taken where: each cortex, the four together, the total, union; each on the label's own scale."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Integer, Shaped

from radunion.evaluation.agreement import Values, Weights, intraclass, mean, quadratic_kappa, ratio, spread
from radunion.evaluation.discrimination import auroc
from radunion.evaluation.reference import BLANK, SCORED, Reference
from radunion.joint import TOTAL_SCORES, JointLevels, median_score
from radunion.scale import CORTICES, TOP_SCORE, UNION_RULES, Scale, UnionRule

Direction = Literal["higher", "lower", "neither"]

BETTER: dict[str, Direction] = {
    "kappa": "higher",
    "auroc": "higher",
    "auroc-level": "higher",
    "recall-1": "higher",
    "recall-2": "higher",
    "recall-3": "higher",
    "recall-4": "higher",
    "icc-2-1": "higher",
    "icc-3-1": "higher",
    "mae": "lower",
    "within-1": "higher",
    "within-2": "higher",
    "bias": "neither",
    "limit-low": "neither",
    "limit-high": "neither",
    "sensitivity": "higher",
    "specificity": "higher",
    "brier": "lower",
    "seed18-macro": "higher",
    "seed18-micro": "higher",
}
"""Every metric by name, and which way is better; docs/metrics.md defines each."""

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
    """Hold a prediction and the labels of one scale, row by row, as scores on that scale."""

    scale: Scale
    reference: Reference
    margins: Float[np.ndarray, "n 4 scores"]
    levels: Integer[np.ndarray, "n 4"]
    totals: Integer[np.ndarray, " n"]
    union: Float[np.ndarray, " n"]
    scorable: Float[np.ndarray, "n 4"]
    rule: UnionRule

    @property
    def judged(self) -> Bool[np.ndarray, "n 4"]:
        return self.reference.judged()

    @property
    def complete(self) -> Integer[np.ndarray, " m"]:
        return np.flatnonzero(self.reference.complete())


def readings(reference: Reference, prediction: JointLevels, *, scale: Scale, rule: UnionRule) -> Readings:
    """Turn distributions, row by row with labels of one scale, into scores: medians of margins and of the total."""
    margins = prediction.score_margins(scale, reference.convention).astype(np.float64)
    totals = prediction.totals(scale, reference.convention)
    return Readings(
        scale,
        reference,
        margins,
        median_score(margins, 1),
        median_score(totals, TOTAL_SCORES[scale][0]),
        prediction.union(rule, reference.convention).astype(np.float64),
        prediction.scorable.astype(np.float64),
        rule,
    )


def measure(case: Readings, weights: Weights) -> list[Measure]:
    """Take every statistic of one protocol on one scale; `weights` (b, n) as in `agreement`."""
    parts = (_cortices, _recalls, _total, _union, _scorable)
    return [one for part in parts for one in part(case, weights)]


def _cortices(case: Readings, weights: Weights) -> Iterator[Measure]:
    top = TOP_SCORE[case.scale]
    everywhere = np.flatnonzero(case.judged.any(axis=1))
    gathered: dict[str, list[Values]] = {"kappa": [], "auroc": [], "auroc-level": []}
    for column, cortex in enumerate(CORTICES):
        rows = np.flatnonzero(case.judged[:, column])
        truth, share = case.reference.scores[rows, column], weights[:, rows]
        margin = case.margins[rows, column]
        values = {
            "kappa": quadratic_kappa(truth, case.levels[rows, column], share, levels=top),
            "auroc": _ordinal_auroc(margin, truth, share),
            "auroc-level": _level_auroc(margin, truth, share),
        }
        for metric, value in values.items():
            gathered[metric].append(value)
            yield Measure(metric, cortex, case.scale, rows, value)
    for metric, parts in gathered.items():
        yield Measure(metric, "cortices", case.scale, everywhere, np.mean(parts, axis=0))


def _ordinal_auroc(margin: Float[np.ndarray, "m scores"], truth: Integer[np.ndarray, " m"], weights: Weights) -> Values:
    """Average the AUROC of P(score >= k) for score >= k over the thresholds that the cohort has both sides of."""
    above = np.cumsum(margin[:, ::-1], axis=1)[:, ::-1]
    cuts = range(1, margin.shape[1])
    return _average([auroc(above[:, cut], truth > cut, weights) for cut in cuts])


def _level_auroc(margin: Float[np.ndarray, "m scores"], truth: Integer[np.ndarray, " m"], weights: Weights) -> Values:
    """Average the AUROC of P(score = k) for score = k over the scores that the cohort has."""
    return _average([auroc(margin[:, level], truth == level + 1, weights) for level in range(margin.shape[1])])


def _average(parts: list[Values]) -> Values:
    """Average the parts that the cohort itself (row 0) defines; a sample that lacks one of them is NaN."""
    defined = [part for part in parts if np.isfinite(part[0])]
    return np.mean(defined, axis=0) if defined else np.full_like(parts[0], np.nan)


def _recalls(case: Readings, weights: Weights) -> Iterator[Measure]:
    for level in range(1, TOP_SCORE[case.scale] + 1):
        here = case.judged & (case.reference.scores == level)
        hit = here & (case.levels == level)
        values = ratio(weights @ hit.sum(axis=1), weights @ here.sum(axis=1))
        yield Measure(f"recall-{level}", "cortices", case.scale, np.flatnonzero(here.any(axis=1)), values)


def _total(case: Readings, weights: Weights) -> Iterator[Measure]:
    rows = case.complete
    truth, predicted, share = case.reference.totals()[rows], case.totals[rows], weights[:, rows]
    error = predicted - truth
    bias, deviation = mean(error, share), spread(error, share)
    absolute, consistency = _intraclass(truth, predicted, share)
    values = {
        "icc-2-1": absolute,
        "icc-3-1": consistency,
        "mae": mean(np.abs(error), share),
        "within-1": mean(np.abs(error) <= 1, share),
        "within-2": mean(np.abs(error) <= 2, share),
        "bias": bias,
        "limit-low": bias - 1.96 * deviation,
        "limit-high": bias + 1.96 * deviation,
    }
    for metric, value in values.items():
        yield Measure(metric, "total", case.scale, rows, value)


def _intraclass(
    truth: Integer[np.ndarray, " m"], predicted: Integer[np.ndarray, " m"], weights: Weights
) -> tuple[Values, Values]:
    if not len(truth):
        nothing = np.full(len(weights), np.nan)
        return nothing, nothing
    return intraclass(np.stack([truth, predicted], axis=1), weights)


def _union(case: Readings, weights: Weights) -> Iterator[Measure]:
    rows = case.complete
    united = case.reference.totals()[rows] >= case.rule.threshold
    called = case.totals[rows] >= case.rule.threshold
    share, chance = weights[:, rows], case.union[rows]
    values = {
        "sensitivity": (np.flatnonzero(united), mean(called[united], share[:, united])),
        "specificity": (np.flatnonzero(~united), mean(~called[~united], share[:, ~united])),
        "auroc": (np.arange(len(rows)), auroc(chance, united, share)),
        "brier": (np.arange(len(rows)), mean((chance - united) ** 2, share)),
    }
    for metric, (among, value) in values.items():
        yield Measure(metric, "union", case.scale, rows[among], value)


def _scorable(case: Readings, weights: Weights) -> Iterator[Measure]:
    """Judge the probability that a reader could score a cortex, among cortices in view of which something was said.

    Each cortex is judged apart, then averaged: how often each is scorable is known without a film.
    """
    said = case.reference.visible & (case.reference.scorable != BLANK)
    positive = case.reference.scorable == SCORED
    both = (said & positive).any(axis=0) & (said & ~positive).any(axis=0)
    if not (said & ~positive).any():
        return
    parts = []
    for column in range(len(CORTICES)):
        rows = np.flatnonzero(said[:, column])
        parts.append(auroc(case.scorable[rows, column], positive[rows, column], weights[:, rows]))
    among = said[:, both] if both.any() else said
    yield Measure("auroc", "scorable", case.scale, np.flatnonzero(among.any(axis=1)), _average(parts))
