"""The statistics of the cortices: each one, the mean of the four, the mean of the two that a view shows."""

from collections.abc import Iterator

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
from radunion.evaluation.discrimination import auroc
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


def measure_cortices(case: Readings, weights: Weights) -> Iterator[Measure]:
    """Take every statistic of each cortex, and their means."""
    taken: dict[Cortex, dict[str, Values]] = {}
    for column, cortex in enumerate(CORTICES):
        rows = np.flatnonzero(case.judged[:, column])
        taken[cortex] = _of_cortex(case, column, rows, weights[:, rows])
        for metric, value in taken[cortex].items():
            yield Measure(metric, cortex, case.scale, rows, value)
    for scope, among in MEANS.items():
        rows = np.flatnonzero(case.judged[:, [CORTICES.index(cortex) for cortex in among]].any(axis=1))
        for metric in taken[among[0]] if scope == "cortices" else OF_VIEWS:
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
    both = (said & positive).any(axis=0) & (said & ~positive).any(axis=0)
    if not (said & ~positive).any():
        return
    parts = []
    for column in range(len(CORTICES)):
        rows = np.flatnonzero(said[:, column])
        parts.append(auroc(case.scorable[rows, column], positive[rows, column], weights[:, rows]))
    among = said[:, both] if both.any() else said
    yield Measure("auroc", "scorable", case.scale, np.flatnonzero(among.any(axis=1)), _average(parts))


def _of_cortex(case: Readings, column: int, rows: Integer[np.ndarray, " m"], weights: Weights) -> dict[str, Values]:
    truth, margin = case.reference.scores[rows, column], case.margins[rows, column]
    table = _table(case, column, rows, weights)
    return {
        "kappa": cohen_kappa(table),
        "kappa-linear": cohen_kappa(table, power=1),
        "alpha": ordinal_alpha(table + table.swapaxes(1, 2)),
        "exact": within(table),
        "balanced-accuracy": balanced_accuracy(table),
        "macro-f1": macro_f1(table),
        "rps": mean(ranked_probability_score(margin, truth, lowest=1), weights),
        "auroc": _ordinal_auroc(margin, truth, weights),
        "auroc-level": _level_auroc(margin, truth, weights),
    }


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
