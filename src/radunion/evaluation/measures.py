"""Which statistics there are, which way each is better, and which of them protocols are compared by."""

from collections.abc import Collection
from typing import Literal

from radunion.evaluation.agreement import Weights
from radunion.evaluation.cortices import measure_cortices, measure_levels, measure_scorable
from radunion.evaluation.readings import DEFAULT_RULES, Measure, Readings, readings
from radunion.evaluation.totals import measure_total, measure_union

__all__ = ["BETTER", "COMPARED", "DEFAULT_RULES", "Direction", "Measure", "Readings", "measure", "readings"]

Direction = Literal["higher", "lower", "neither"]

BETTER: dict[str, Direction] = {
    "kappa": "higher",
    "kappa-linear": "higher",
    "alpha": "higher",
    "auroc": "higher",
    "auroc-level": "higher",
    "exact": "higher",
    "balanced-accuracy": "higher",
    "macro-f1": "higher",
    "rps": "lower",
    "recall-1": "higher",
    "recall-2": "higher",
    "recall-3": "higher",
    "recall-4": "higher",
    "precision-1": "higher",
    "precision-2": "higher",
    "precision-3": "higher",
    "precision-4": "higher",
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
    "ece": "lower",
    "ece-perfect": "neither",
    "seed18-macro": "higher",
    "seed18-micro": "higher",
}
"""Every metric by name, and which way is better; docs/metrics.md defines each."""

COMPARED: frozenset[tuple[str, str]] = frozenset(
    {
        *((metric, "cortices") for metric in ("kappa", "alpha", "auroc", "exact", "rps", "ece")),
        *((metric, "total") for metric in ("icc-2-1", "icc-3-1", "mae", "rps", "exact", "within-1", "within-2")),
        *((metric, "union") for metric in ("sensitivity", "specificity", "auroc", "brier", "ece")),
        ("auroc", "scorable"),
        ("seed18-macro", "films"),
        ("seed18-micro", "films"),
    }
)
"""Metric and scope of the paired differences; all others would be rows that nobody reads."""


def measure(case: Readings, weights: Weights, metrics: Collection[str] | None = None) -> list[Measure]:
    """Take every statistic of one protocol on one scale, or some; `weights` (b, n) as in `agreement`."""
    parts = [measure_levels, measure_total, measure_union]
    if metrics is None or "auroc" in metrics:
        parts.append(measure_scorable)
    taken = [*measure_cortices(case, weights, metrics), *(one for part in parts for one in part(case, weights))]
    return [one for one in taken if metrics is None or one.metric in metrics]
