"""The tables of a report, as plain cells for the template; every number is a row of the comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from radunion.evaluation.compare import Comparison, Row
from radunion.report.numbers import SCALE_NAMES, TITLES, estimate, interval
from radunion.report.verdicts import verdict
from radunion.scale import CORTICES

Kind = Literal["blind", "model", "difference"]
Column = tuple[str, str, str]

HEADLINE: tuple[Column, ...] = (
    ("kappa", "cortices", "Cortex kappa"),
    ("auroc", "cortices", "Cortex AUROC"),
    ("icc-2-1", "total", "Total ICC(2,1)"),
    ("mae", "total", "Total MAE"),
    ("within-1", "total", "Total within ±1"),
    ("sensitivity", "union", "Union sensitivity"),
    ("specificity", "union", "Union specificity"),
    ("auroc", "union", "Union AUROC"),
)
"""Metric, scope and heading of each column of the headline table."""
CORTEX_KAPPA: tuple[Column, ...] = tuple(("kappa", cortex, cortex.capitalize()) for cortex in CORTICES)
CORTEX_AUROC: tuple[Column, ...] = tuple(("auroc", cortex, cortex.capitalize()) for cortex in CORTICES)
REST: tuple[Column, ...] = (
    ("icc-3-1", "total", "ICC(3,1)"),
    ("within-2", "total", "Within ±2"),
    ("bias", "total", "Bias"),
    ("limit-low", "total", "Lower limit"),
    ("limit-high", "total", "Upper limit"),
    ("brier", "union", "Union Brier"),
    *((f"recall-{level}", "cortices", f"Recall {level}") for level in (1, 2, 3, 4)),
)
SEED: tuple[Column, ...] = (
    ("seed18-macro", "films", TITLES["seed18-macro"]),
    ("seed18-micro", "films", TITLES["seed18-micro"]),
)


@dataclass(frozen=True)
class Cell:
    """Hold one printed number, its interval, what it is exactly, and the reason where it is missing."""

    text: str
    interval: str
    exact: float | None
    reason: str | None
    mark: str


@dataclass(frozen=True)
class Line:
    """Hold one protocol's cells."""

    name: str
    kind: Kind
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Hold headings and lines; blinds first."""

    caption: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]


def table(comparison: Comparison, columns: Sequence[Column], *, scale: str, caption: str) -> Table:
    """Lay out protocols by columns, blinds first; a column that no protocol has on this scale is left out."""
    columns = [
        (metric, scope, heading)
        for metric, scope, heading in columns
        if any(comparison.find(name, metric, scope, scale) for name in comparison.protocols)
    ]
    lines = [
        _line(comparison, name, columns, scale=scale, kind="blind" if name in comparison.baselines else "model")
        for name in comparison.protocols
    ]
    return Table(caption, tuple(heading for _, _, heading in columns), tuple(lines))


def differences(comparison: Comparison, columns: Sequence[Column], *, scale: str, caption: str) -> Table:
    """Lay out the paired differences by columns."""
    pairs = dict.fromkeys(row.protocol for row in comparison.rows if row.metric.startswith("difference:"))
    changed = [(f"difference:{metric}", scope, heading) for metric, scope, heading in columns]
    lines = [_line(comparison, name, changed, scale=scale, kind="difference") for name in pairs]
    return Table(caption, tuple(heading for _, _, heading in columns), tuple(lines))


def counted(comparison: Comparison, scale: str) -> str:
    """Say over how many examinations the columns of a scale are taken."""
    parts = [
        (what, comparison.find(comparison.protocols[0], metric, scope, scale))
        for what, metric, scope in (("cortices", "kappa", "cortices"), ("total and union", "mae", "total"))
    ]
    told = [f"{what}: {row.exams} examinations of {row.patients} patients" for what, row in parts if row is not None]
    rule = next(str(rule) for name, rule in comparison.rules.items() if name == scale)
    return f"On {SCALE_NAMES[scale]} – {'; '.join(told)}. Union is called at {rule}.".replace(">=", "≥")


def _line(comparison: Comparison, name: str, columns: Sequence[Column], *, scale: str, kind: Kind) -> Line:
    rows = [comparison.find(name, metric, scope, scale) for metric, scope, _ in columns]
    return Line(name.replace(" - ", " − "), kind, tuple(_cell(row) for row in rows))


def _cell(row: Row | None) -> Cell:
    if row is None:
        return Cell("–", "", None, "not taken on this scale", "")
    mark = verdict(row) if row.metric.startswith("difference:") else ""
    shown = interval(row) if row.low is not None else ""
    return Cell(estimate(row).removesuffix(" points"), shown, row.estimate, row.reason, mark)
