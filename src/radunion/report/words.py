"""What a comparison says, in sentences: which model beats which no-image baseline, and by how much.

A sentence is markup, so that a page can say with each number where it stands; without the tags it is plain text.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from markupsafe import Markup

from radunion.evaluation.compare import Comparison, Row
from radunion.report.numbers import SCALE_NAMES, TITLES, estimate, interval
from radunion.report.verdicts import Finding, findings, highest, nearest, verdict
from radunion.scale import Scale, UnionRule

UNION_AUROC = ("auroc", "union")
"""The metric and scope by which the baselines are ranked where union is judged."""

UNDEFINED = Markup("undefined")


@runtime_checkable
class Voice(Protocol):
    """How numbers are told."""

    def said(self, row: Row | None) -> Markup:
        """Say an estimate with its interval."""
        ...

    def exams(self, row: Row) -> Markup:
        """Say over how many examinations a row was taken."""
        ...

    def patients(self, row: Row) -> Markup:
        """Say over how many patients a row was taken."""
        ...

    def rule(self, rule: UnionRule) -> Markup:
        """Say from which total on a fracture is called united."""
        ...


@dataclass(frozen=True)
class PlainVoice:
    """Tell numbers alone."""

    def said(self, row: Row | None) -> Markup:
        if row is None or row.estimate is None:
            return UNDEFINED
        return Markup("{} (95 % interval {})").format(
            estimate(row), interval(row) if row.low is not None else UNDEFINED
        )

    def exams(self, row: Row) -> Markup:
        return Markup("{:,}").format(row.exams)

    def patients(self, row: Row) -> Markup:
        return Markup("{:,}").format(row.patients)

    def rule(self, rule: UnionRule) -> Markup:
        return Markup("{}").format(rule_words(rule))


def headline_model(comparison: Comparison) -> str | None:
    """Return the first protocol that is no baseline; None when there are only baselines."""
    return next((name for name in comparison.protocols if name not in comparison.baselines), None)


def summary(comparison: Comparison, *, model: str | None, simulated: bool) -> list[str]:
    """Say in a few plain sentences what was measured and whether the model beats what needs no image."""
    if model is None:
        return ["Only no-image baselines were evaluated; no model is compared."]
    scale, voice = comparison.scales[0], PlainVoice()
    told = [
        _how_good(comparison, voice, model=model, scale=scale, simulated=simulated),
        total_words(comparison, voice, model=model, scale=scale),
        blind_words(comparison, voice, model=model, scale=scale),
        union_words(comparison, voice, model=model, scale=scale),
    ]
    return [sentence.striptags() for sentence in told if sentence]


def total_words(comparison: Comparison, voice: Voice, *, model: str, scale: Scale) -> Markup:
    """Say how far the total is from the reference."""
    error = comparison.find(model, "mae", "total", scale)
    if error is None or error.estimate is None:
        return Markup("No examination has all four cortices scored and in view, so nothing is said of the total.")
    near = comparison.find(model, "within-1", "total", scale)
    text = Markup(
        "Where all four cortices are scored ({} examinations) the total of {} misses the reference by {} points on "
        "average and is within ±1 in {}."
    )
    return text.format(voice.exams(error), model, voice.said(error), voice.said(near))


def blind_words(comparison: Comparison, voice: Voice, *, model: str, scale: Scale) -> Markup:
    """Say whether a model beats every baseline, by which statistics, and which baseline comes nearest."""
    found = findings(comparison, model=model, scale=scale)
    if not found:
        return Markup("No no-image baseline was evaluated beside it, so nothing can be said of what the films add.")
    by = " and in ".join(dict.fromkeys(one.title for one in found))
    lost = [one for one in found if one.verdict != "better"]
    if lost:
        text = Markup("It is not shown to beat every no-image baseline in {}: {}.")
        return text.format(by, _differences(voice, lost))
    text = Markup("It beats every no-image baseline in {}. The baselines that come nearest: {}.")
    return text.format(by, _differences(voice, nearest(found)))


def union_words(comparison: Comparison, voice: Voice, *, model: str, scale: Scale) -> Markup:
    """Say sensitivity and specificity of union, beside the baseline that tells union best; empty without totals."""
    metrics = ("sensitivity", "specificity")
    rows = [comparison.find(model, metric, "union", scale) for metric in metrics]
    if any(row is None or row.estimate is None for row in rows):
        return Markup("")
    rule = voice.rule(comparison.rules[scale])
    text = Markup("It calls union ({}) with a sensitivity of {} and a specificity of {}{}.")
    blind = highest(comparison, comparison.baselines, UNION_AUROC, scale)
    beside = Markup("")
    if blind is not None:
        pairs = [comparison.find(f"{model} - {blind}", f"difference:{metric}", "union", scale) for metric in metrics]
        told = [_than(voice, metric, row) for metric, row in zip(metrics, pairs, strict=True)]
        both = Markup(" and its ").join(told)
        beside = Markup("; beside {}, the baseline that tells union best, its {}").format(blind, both)
    return text.format(rule, *(voice.said(row) for row in rows), beside)


def _than(voice: Voice, metric: str, row: Row | None) -> Markup:
    told = "unclear" if row is None else verdict(row)
    how = {"better": "is better", "worse": "is worse", "unclear": "is not shown to be better or worse"}[told]
    return Markup("{} {}, paired difference {}").format(metric, how, voice.said(row))


def _how_good(comparison: Comparison, voice: Voice, *, model: str, scale: Scale, simulated: bool) -> Markup:
    kappa = comparison.find(model, "kappa", "cortices", scale)
    if kappa is None:
        return Markup("{} was not measured on {}.").format(model, SCALE_NAMES[scale])
    kind = "simulated examinations" if simulated else "examinations"
    text = Markup("On {} {} of {} patients scored on {}, the protocol {} reaches a mean cortex kappa of {}.")
    parts = (voice.exams(kappa), kind, voice.patients(kappa), SCALE_NAMES[scale], model, voice.said(kappa))
    return text.format(*parts)


def _differences(voice: Voice, found: list[Finding]) -> Markup:
    text = Markup("{} against {}, paired difference {}")
    return Markup("; ").join(text.format(one.title, one.other, voice.said(one.row)) for one in found)


def rule_words(rule: UnionRule) -> str:
    """Write a rule of union, with a true sign."""
    return str(rule).replace(">=", "≥")


def caption_of(metric: str, scale: str) -> str:
    """Name a metric with its scale."""
    return f"{TITLES[metric]}, {SCALE_NAMES[scale]}"
