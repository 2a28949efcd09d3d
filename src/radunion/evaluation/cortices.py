"""The statistics of the cortices: each one, the mean of the four, the mean of the two that a view shows."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Integer

from radunion.evaluation.agreement import (
    Values,
    Weights,
    balanced_accuracy,
    cohen_kappa,
    confusion,
    macro_f1,
    mean,
    ratio,
    within,
)
from radunion.evaluation.alpha import ordinal_alpha
from radunion.evaluation.bootstrap import recentred
from radunion.evaluation.calibration_error import expected_calibration_error
from radunion.evaluation.discrimination import auroc, mean_of_defined
from radunion.evaluation.ranked import ranked_probability_score
from radunion.evaluation.readings import Measure, Readings
from radunion.evaluation.reference import BLANK, SCORED
from radunion.scale import CORTICES, CORTICES_ON, TOP_SCORE, Cortex

MEANS: dict[str, tuple[Cortex, ...]] = {
    "cortices": CORTICES,
    "view-ap": CORTICES_ON["ap"],
    "view-lateral": CORTICES_ON["lateral"],
}
"""The scopes that are means over cortices."""
OF_VIEWS = ("kappa", "auroc", "exact")
"""What is also taken view by view."""


def measure_cortices(case: Readings, weights: Weights, metrics: Collection[str] | None = None) -> Iterator[Measure]:
    """Take every statistic of each cortex, or some, and their means."""
    wanted = {name: take for name, take in _TAKEN.items() if metrics is None or name in metrics}
    taken: dict[Cortex, dict[str, Values]] = {}
    for column, cortex in enumerate(CORTICES):
        rows = np.flatnonzero(case.judged[:, column])
        seen = _seen(case, column, rows, weights[:, rows])
        taken[cortex] = {name: take(seen) for name, take in wanted.items()}
        for metric, value in taken[cortex].items():
            yield Measure(metric, cortex, case.scale, rows, value)
    for scope, among in MEANS.items():
        rows = np.flatnonzero(case.judged[:, [CORTICES.index(cortex) for cortex in among]].any(axis=1))
        for metric in [name for name in wanted if scope == "cortices" or name in OF_VIEWS]:
            value = np.mean([taken[cortex][metric] for cortex in among], axis=0)
            yield Measure(metric, scope, case.scale, rows, value)


def kappa_of_cortices(case: Readings, weights: Weights) -> Values:
    """Return the mean quadratic kappa of the four cortices alone."""
    parts = []
    for column in range(len(CORTICES)):
        rows = np.flatnonzero(case.judged[:, column])
        parts.append(cohen_kappa(_table(case, column, rows, weights[:, rows])))
    return np.mean(parts, axis=0)


def measure_levels(case: Readings, weights: Weights) -> Iterator[Measure]:
    """Take recall and precision of each score, and the calibration error, all cortices together."""
    for level in range(1, TOP_SCORE[case.scale] + 1):
        said, called = case.judged & (case.reference.scores == level), case.judged & (case.levels == level)
        hits = weights @ (said & called).sum(axis=1)
        for metric, here in (("recall", said), ("precision", called)):
            values = ratio(hits, weights @ here.sum(axis=1))
            yield Measure(f"{metric}-{level}", "cortices", case.scale, np.flatnonzero(here.any(axis=1)), values)
    yield _level_calibration(case, weights)


def measure_scorable(case: Readings, weights: Weights) -> Iterator[Measure]:
    """Judge the probability that a reader could score a cortex, among cortices in view of which something was said.

    Each cortex is judged apart, then averaged: how often each is scorable is known without a film.
    """
    said = case.reference.visible & (case.reference.scorable != BLANK)
    positive = case.reference.scorable == SCORED
    if not (said & ~positive).any():
        return
    parts = []
    for column in range(len(CORTICES)):
        rows = np.flatnonzero(said[:, column])
        chance, known = case.scorable[rows, column], positive[rows, column]
        parts.append(auroc(chance, known, weights[:, rows], strata=case.folds[rows]))
    both = np.array([np.isfinite(part[0]) for part in parts])
    among = said[:, both] if both.any() else said
    yield Measure("auroc", "scorable", case.scale, np.flatnonzero(among.any(axis=1)), mean_of_defined(parts))


@dataclass(frozen=True)
class _Seen:
    """Hold what was said of one cortex where it is judged: the score read, P(score), and the counts of both."""

    truth: Integer[np.ndarray, " m"]
    margin: Float[np.ndarray, "m scores"]
    table: Float[np.ndarray, "b scores scores"]
    weights: Weights
    folds: Integer[np.ndarray, " m"]


def _seen(case: Readings, column: int, rows: Integer[np.ndarray, " m"], weights: Weights) -> _Seen:
    return _Seen(
        case.reference.scores[rows, column],
        case.margins[rows, column],
        _table(case, column, rows, weights),
        weights,
        case.folds[rows],
    )


def _table(
    case: Readings, column: int, rows: Integer[np.ndarray, " m"], weights: Weights
) -> Float[np.ndarray, "b scores scores"]:
    truth, predicted = case.reference.scores[rows, column], case.levels[rows, column]
    return confusion(truth, predicted, weights, levels=TOP_SCORE[case.scale])


def _level_calibration(case: Readings, weights: Weights) -> Measure:
    rows, columns = np.nonzero(case.judged)
    top = TOP_SCORE[case.scale]
    happened = case.reference.scores[rows, columns][:, None] == np.arange(1, top + 1)
    chances = case.margins[rows, columns].ravel()
    values = expected_calibration_error(chances, happened.ravel(), weights, rows=np.repeat(rows, top))
    return Measure("ece", "cortices", case.scale, np.unique(rows), recentred(values))


def _ordinal_auroc(seen: _Seen) -> Values:
    """Average the AUROC of P(score >= k) for score >= k over the thresholds that some fold has both sides of."""
    above = np.cumsum(seen.margin[:, ::-1], axis=1)[:, ::-1]
    cuts = range(1, seen.margin.shape[1])
    return mean_of_defined([auroc(above[:, cut], seen.truth > cut, seen.weights, strata=seen.folds) for cut in cuts])


def _level_auroc(seen: _Seen) -> Values:
    """Average the AUROC of P(score = k) for score = k over the scores that some fold has, among others."""
    levels = range(seen.margin.shape[1])
    return mean_of_defined(
        [auroc(seen.margin[:, one], seen.truth == one + 1, seen.weights, strata=seen.folds) for one in levels]
    )


_TAKEN: dict[str, Callable[[_Seen], Values]] = {
    "kappa": lambda seen: cohen_kappa(seen.table),
    "kappa-linear": lambda seen: cohen_kappa(seen.table, power=1),
    "alpha": lambda seen: ordinal_alpha(seen.table + seen.table.swapaxes(1, 2)),
    "exact": lambda seen: within(seen.table),
    "balanced-accuracy": lambda seen: balanced_accuracy(seen.table),
    "macro-f1": lambda seen: macro_f1(seen.table),
    "rps": lambda seen: mean(ranked_probability_score(seen.margin, seen.truth, lowest=1), seen.weights),
    "auroc": _ordinal_auroc,
    "auroc-level": _level_auroc,
}
"""What is taken of each cortex, by metric."""
