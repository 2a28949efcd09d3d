"""What a comparison says, in sentences: which model beats which no-image baseline, and by how much."""

from dataclasses import dataclass
from typing import Literal

from radunion.evaluation.compare import Comparison, Row
from radunion.evaluation.measures import BETTER
from radunion.report.numbers import SCALE_NAMES, TITLES, estimate, interval

Verdict = Literal["better", "worse", "unclear"]

TESTS: tuple[tuple[str, str, str], ...] = (
    ("kappa", "cortices", "mean cortex kappa"),
    ("mae", "total", "mean absolute error of the total"),
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


def headline_model(comparison: Comparison) -> str | None:
    """Return the first protocol that is no baseline; None when there are only baselines."""
    return next((name for name in comparison.protocols if name not in comparison.baselines), None)


def findings(comparison: Comparison, *, model: str, scale: str) -> list[Finding]:
    """Return the paired differences between a model and every baseline."""
    found = [
        (other, title, comparison.find(f"{model} - {other}", f"difference:{metric}", scope, scale))
        for other in comparison.baselines
        for metric, scope, title in TESTS
    ]
    return [Finding(model, other, title, row, verdict(row)) for other, title, row in found if row is not None]


def verdict(row: Row) -> Verdict:
    """Judge a paired difference: its interval excludes zero on the good side, on the bad side, or not at all."""
    direction = BETTER[row.metric.removeprefix("difference:")]
    if row.low is None or row.high is None or direction == "neither" or row.low <= 0 <= row.high:
        return "unclear"
    return "better" if (row.low > 0) == (direction == "higher") else "worse"


def summary(comparison: Comparison, *, model: str | None, simulated: bool) -> list[str]:
    """Say in a few sentences what was measured and whether the model beats what needs no image."""
    if model is None:
        return ["Only no-image baselines were evaluated; no model is compared."]
    scale = comparison.scales[0]
    return [
        _how_good(comparison, model=model, scale=scale, simulated=simulated),
        _against_blinds(comparison, model=model, scale=scale),
    ]


def _how_good(comparison: Comparison, *, model: str, scale: str, simulated: bool) -> str:
    kappa = comparison.find(model, "kappa", "cortices", scale)
    if kappa is None:
        return f"{model} was not measured on {SCALE_NAMES[scale]}."
    kind = "simulated examinations" if simulated else "examinations"
    return (
        f"On {kappa.exams} {kind} of {kappa.patients} patients scored on {SCALE_NAMES[scale]}, the protocol {model} "
        f"reaches a mean cortex kappa of {estimate(kappa)} (95 % interval {interval(kappa)}). "
        f"{_how_near(comparison, model=model, scale=scale)}"
    )


def _how_near(comparison: Comparison, *, model: str, scale: str) -> str:
    error = comparison.find(model, "mae", "total", scale)
    if error is None or error.estimate is None:
        return "No examination has all four cortices scored and in view, so nothing is said of the total."
    return (
        f"Where all four cortices are scored ({error.exams} examinations) its total misses the reference by "
        f"{estimate(error)} points on average ({interval(error)}), by one point at most in "
        f"{estimate(comparison.find(model, 'within-1', 'total', scale))} of them."
    )


def _against_blinds(comparison: Comparison, *, model: str, scale: str) -> str:
    found = findings(comparison, model=model, scale=scale)
    if not found:
        return "No no-image baseline was evaluated beside it, so nothing can be said of what the films add."
    lost = [one for one in found if one.verdict != "better"]
    if not lost:
        return f"It beats every no-image baseline: no interval of the paired differences holds zero. {_closest(found)}"
    told = "; ".join(f"{one.title} against {one.other} {_difference(one)}" for one in lost)
    return f"It is not shown to beat every no-image baseline: {told}."


def _closest(found: list[Finding]) -> str:
    """Tell, for each test, the baseline that came nearest."""
    told = []
    for _, _, title in TESTS:
        of_test = [one for one in found if one.title == title]
        nearest = min(of_test, key=lambda one: abs(one.row.estimate or 0.0))
        told.append(f"in {title} it is {nearest.other}, paired difference {_difference(nearest)}")
    return f"The baseline that comes nearest: {'; '.join(told)}."


def _difference(one: Finding) -> str:
    return f"{estimate(one.row)} (95 % interval {interval(one.row)})"


def caption_of(metric: str, scale: str) -> str:
    """Name a metric with its scale."""
    return f"{TITLES[metric]}, {SCALE_NAMES[scale]}"
