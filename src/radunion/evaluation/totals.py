"""The statistics of the total, and of union by every rule of its scale."""

from collections.abc import Iterator

import numpy as np

from radunion.evaluation.agreement import Weights, cohen_kappa, confusion, intraclass, mean, spread
from radunion.evaluation.alpha import ordinal_alpha
from radunion.evaluation.bootstrap import recentred
from radunion.evaluation.calibration_error import expected_calibration_error, perfect_calibration_error
from radunion.evaluation.discrimination import auroc
from radunion.evaluation.ranked import ranked_probability_score
from radunion.evaluation.readings import Measure, Readings
from radunion.joint import TOTAL_SCORES
from radunion.scale import UNION_RULES, UnionRule


def measure_total(case: Readings, weights: Weights) -> Iterator[Measure]:
    """Take every statistic of the total, where all four cortices are judged."""
    rows = case.complete
    truth, predicted, share = case.reference.totals()[rows], case.totals[rows], weights[:, rows]
    error = predicted - truth
    bias, deviation = mean(error, share), spread(error, share)
    absolute, consistency = intraclass(np.stack([truth, predicted], axis=1), share)
    lowest = TOTAL_SCORES[case.scale][0]
    table = confusion(truth - lowest + 1, predicted - lowest + 1, share, levels=len(TOTAL_SCORES[case.scale]))
    values = {
        "icc-2-1": absolute,
        "icc-3-1": consistency,
        "kappa": cohen_kappa(table),
        "alpha": ordinal_alpha(table + table.swapaxes(1, 2)),
        "mae": mean(np.abs(error), share),
        "rps": mean(ranked_probability_score(case.chances[rows], truth, lowest=lowest), share),
        "exact": mean(error == 0, share),
        "within-1": mean(np.abs(error) <= 1, share),
        "within-2": mean(np.abs(error) <= 2, share),
        "bias": bias,
        "limit-low": bias - 1.96 * deviation,
        "limit-high": bias + 1.96 * deviation,
    }
    for metric, value in values.items():
        yield Measure(metric, "total", case.scale, rows, value)


def measure_union(case: Readings, weights: Weights) -> Iterator[Measure]:
    """Take the statistics of union: by the chosen rule with its calibration, and by the other rules of the scale."""
    yield from _by_rule(case, weights, scope="union", rule=case.rule)
    rows = case.complete
    united, chance, share = case.reference.totals()[rows] >= case.rule.threshold, case.union[rows], weights[:, rows]
    yield Measure("ece", "union", case.scale, rows, recentred(expected_calibration_error(chance, united, share)))
    yield Measure("ece-perfect", "union", case.scale, rows, perfect_calibration_error(chance, share))
    for name, rule in UNION_RULES.items():
        if rule.scale == case.scale and rule != case.rule:
            yield from _by_rule(case, weights, scope=f"union-{name}", rule=rule)


def _by_rule(case: Readings, weights: Weights, *, scope: str, rule: UnionRule) -> Iterator[Measure]:
    rows = case.complete
    united, called = case.reference.totals()[rows] >= rule.threshold, case.totals[rows] >= rule.threshold
    share, chance = weights[:, rows], case.union_by(rule)[rows]
    values = {
        "sensitivity": (np.flatnonzero(united), mean(called[united], share[:, united])),
        "specificity": (np.flatnonzero(~united), mean(~called[~united], share[:, ~united])),
        "auroc": (np.arange(len(rows)), auroc(chance, united, share, strata=case.folds[rows])),
        "brier": (np.arange(len(rows)), mean((chance - united) ** 2, share)),
    }
    for metric, (among, value) in values.items():
        yield Measure(metric, scope, case.scale, rows[among], value)
