"""A few headline statistics among the examinations of one site, visit or fixation."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Shaped

from radunion.evaluation.agreement import Values, Weights, intraclass, mean
from radunion.evaluation.cortices import kappa_of_cortices
from radunion.evaluation.discrimination import auroc
from radunion.evaluation.readings import Measure, Readings
from radunion.evaluation.reference import Reference

FEWEST_IN_SUBGROUP = 10
"""A subgroup with fewer labels on a scale is not shown: its numbers would say nothing, or tell of single patients."""


def measure_subgroups(case: Readings, weights: Weights) -> Iterator[Measure]:
    """Take the headline statistics of every subgroup that is large enough; scopes read `total|fixation=nail`."""
    for name, column in _columns(case.reference).items():
        values, counts = np.unique(column, return_counts=True)
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            if value and count >= FEWEST_IN_SUBGROUP:
                rows = np.flatnonzero(column == value)
                for one in _headline(case[rows], weights[:, rows]):
                    yield replace(one, scope=f"{one.scope}|{name}={value}", rows=rows[one.rows])


def _columns(reference: Reference) -> dict[str, Shaped[np.ndarray, " n"]]:
    return {"site": reference.sites, "visit": reference.visits, "fixation": reference.fixations}


def _headline(case: Readings, weights: Weights) -> Iterator[Measure]:
    judged = np.flatnonzero(case.judged.any(axis=1))
    yield Measure("kappa", "cortices", case.scale, judged, kappa_of_cortices(case, weights))
    rows = case.complete
    truth, share = case.reference.totals()[rows], weights[:, rows]
    error = np.abs(case.totals[rows] - truth)
    values: dict[tuple[str, str], Values] = {
        ("icc-2-1", "total"): intraclass(np.stack([truth, case.totals[rows]], axis=1), share)[0],
        ("mae", "total"): mean(error, share),
        ("within-1", "total"): mean(error <= 1, share),
        ("auroc", "union"): auroc(case.union[rows], truth >= case.rule.threshold, share, strata=case.folds[rows]),
    }
    for (metric, scope), value in values.items():
        yield Measure(metric, scope, case.scale, rows, value)
