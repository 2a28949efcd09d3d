"""How values become cells and words that carry the place of what they show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from radunion.evaluation.compare import Row
from radunion.report.numbers import estimate, interval
from radunion.report.study.blocks import Cell
from radunion.report.study.ledger import Ledger, Paired
from radunion.report.verdicts import verdict
from radunion.report.words import UNDEFINED, rule_words
from radunion.scale import UnionRule

STUDY = "study.json#"
"""Where pointers into the study's own tables begin."""


def study_at(*steps: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of a value in study.json."""
    return STUDY + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def span(text: str, at: str, *, turned: bool = False) -> Markup:
    """Return words that say where they come from; `turned` where the file has the opposite sign."""
    return Markup('<span data-at="{}"{}>{}</span>').format(at, Markup(" data-turned") if turned else "", text)


def row_cell(row: Row | None, at: str | None, *, turned: bool = False) -> Cell:
    """Return the cell of a row that stands at a pointer; differences are marked by their verdict."""
    if row is None or at is None:
        return Cell("–", why="not taken")
    mark = verdict(row) if row.metric.startswith("difference:") else ""
    shown = interval(row) if row.low is not None else ""
    bounds = (row.low, row.high) if shown else None
    return Cell(
        estimate(row).removesuffix(" points"),
        f"{at}/estimate",
        row.estimate,
        shown,
        at if shown else None,
        bounds,
        row.reason or "",
        mark,
        turned,
    )


def found_cell(ledger: Ledger, protocol: str, metric: str, scope: str, scale: str) -> Cell:
    """Return the cell of a row of a comparison, a dash where it was not taken."""
    row = ledger.find(protocol, metric, scope, scale)
    return row_cell(row, None if row is None else ledger.at(row))


def paired_cell(ledger: Ledger, pair: Paired | None) -> Cell:
    """Return the cell of a paired difference, a dash where it was not taken."""
    if pair is None:
        return row_cell(None, None)
    return row_cell(pair.shown, ledger.at(pair.row), turned=pair.turned)


def said_pair(ledger: Ledger, pair: Paired) -> Markup:
    """Say a paired difference, first minus second, with its interval."""
    return _said(pair.shown, ledger.at(pair.row), turned=pair.turned)


@dataclass(frozen=True)
class PageVoice:
    """Tell the numbers of a ledger, each with its place."""

    ledger: Ledger

    def said(self, row: Row | None) -> Markup:
        """Say an estimate with its interval."""
        return UNDEFINED if row is None else _said(row, self.ledger.at(row))

    def exams(self, row: Row) -> Markup:
        """Say over how many examinations a row was taken."""
        return span(f"{row.exams:,}", f"{self.ledger.at(row)}/exams")

    def patients(self, row: Row) -> Markup:
        """Say over how many patients a row was taken."""
        return span(f"{row.patients:,}", f"{self.ledger.at(row)}/patients")

    def rule(self, rule: UnionRule) -> Markup:
        """Say from which total on a fracture is called united."""
        return span(rule_words(rule), f"{self.ledger.file}#/union_rules/{rule.scale}")


def _said(row: Row, at: str, *, turned: bool = False) -> Markup:
    if row.estimate is None:
        return UNDEFINED
    told = span(estimate(row), f"{at}/estimate", turned=turned)
    bounds = span(interval(row), at, turned=turned) if row.low is not None else UNDEFINED
    return Markup("{} (95 % interval {})").format(told, bounds)


def value_cell(value: Any, at: str, *, digits: int | None = None) -> Cell:
    """Return the cell of a plain value; `digits` after the point for numbers that have some."""
    if value is None:
        return Cell("–")
    if isinstance(value, bool):
        return Cell("yes" if value else "no", at, mark="text")
    if isinstance(value, int | float):
        return Cell(_number(value, digits), at, value)
    return Cell(told(value), at, mark="text")


def told(value: Any) -> str:
    """Write a value that is no single number."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {told(one)}" for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(told(one) for one in value)
    return "yes" if value is True else "no" if value is False else "–" if value is None else str(value)


def listed(names: Sequence[str]) -> str:
    """Write names one after another, `and` before the last."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def flat(mapping: Mapping[str, Any], *steps: str | int) -> Iterator[tuple[str, Cell]]:
    """Yield every value of a nested mapping that stands at `steps` of study.json."""
    yield from _flat(mapping, steps, "")


def _flat(mapping: Mapping[str, Any], steps: tuple[str | int, ...], prefix: str) -> Iterator[tuple[str, Cell]]:
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*steps, key), f"{prefix}{key} · ")
        else:
            yield f"{prefix}{key}", value_cell(value, study_at(*steps, key))


def _number(value: float | int, digits: int | None) -> str:
    if isinstance(value, int):
        text = f"{value:,}"
    else:
        text = f"{value + 0.0:g}" if digits is None else f"{round(value, digits) + 0.0:,.{digits}f}"
    return text.replace("-", "−") if "e" not in text else text
