"""What paired differences say: which of two protocols is better, and which no-image baseline comes nearest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from radunion.evaluation.compare import Comparison, Row
from radunion.evaluation.measures import BETTER

Verdict = Literal["better", "worse", "unclear"]

TESTS: tuple[tuple[str, str, str], ...] = (
    ("kappa", "cortices", "mean cortex kappa"),
    ("mae", "total", "the error of the total"),
)
"""The two differences by which a model is said to beat a baseline."""


@dataclass(frozen=True)
class Finding:
    """Hold one paired difference and what it means."""

    model: str
    other: str
    title: str
    row: Row
    verdict: Verdict


def findings(comparison: Comparison, *, model: str, scale: str) -> list[Finding]:
    """Return the paired differences between a model and every baseline."""
    found = [
        (other, title, comparison.find(f"{model} - {other}", f"difference:{metric}", scope, scale))
        for other in comparison.baselines
        for metric, scope, title in TESTS
    ]
    return [Finding(model, other, title, row, verdict(row)) for other, title, row in found if row is not None]


def nearest(found: Sequence[Finding]) -> list[Finding]:
    """Return, test by test, the baseline that comes nearest to the model."""
    titles = dict.fromkeys(one.title for one in found)
    groups = ([one for one in found if one.title == title] for title in titles)
    return [min(group, key=lambda one: abs(one.row.estimate or 0.0)) for group in groups]


def verdict(row: Row) -> Verdict:
    """Judge a paired difference: its interval excludes zero on the good side, on the bad side, or not at all."""
    direction = BETTER[row.metric.removeprefix("difference:")]
    if row.low is None or row.high is None or direction == "neither" or row.low <= 0 <= row.high:
        return "unclear"
    return "better" if (row.low > 0) == (direction == "higher") else "worse"


def highest(comparison: Comparison, names: Sequence[str], key: tuple[str, str], scale: str) -> str | None:
    """Return the protocol with the highest row of a metric and scope, the first of equals; None where none has it."""
    found = [(name, comparison.find(name, *key, scale)) for name in names]
    ranked = [(row.estimate, name) for name, row in found if row is not None and row.estimate is not None]
    return max(ranked, key=lambda one: one[0])[1] if ranked else None
