"""The coded checks of a cohort that can be read: code, severity and one sentence each, in one table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

CheckCode = Literal[
    "RU101",
    "RU102",
    "RU103",
    "RU104",
    "RU105",
    "RU106",
    "RU107",
    "RU108",
    "RU109",
    "RU110",
    "RU111",
    "RU112",
    "RU113",
    "RU114",
    "RU115",
    "RU116",
    "RU117",
]
Severity = Literal["error", "warning", "note"]

CHECKS: dict[CheckCode, tuple[Severity, str]] = {
    "RU101": ("error", "a patient is on both sides of a split"),
    "RU102": ("error", "the same film stands in more than one examination"),
    "RU103": ("warning", "the same film stands twice in one examination"),
    "RU104": ("error", "an image file is missing"),
    "RU105": ("error", "views and cortices look swapped"),
    "RU106": ("warning", "cortices are scored without a film of the view that shows them"),
    "RU107": ("warning", "an examination has several films of one view, the first is used"),
    "RU108": ("warning", "two scales are mixed"),
    "RU109": ("warning", "the scale gives the site away"),
    "RU110": ("note", "rows carry no score"),
    "RU111": ("warning", "examinations carry no score"),
    "RU112": ("warning", "a total falls from one visit to the next"),
    "RU113": ("warning", "every cortex of a site has the same level"),
    "RU114": ("warning", "there are few patients"),
    "RU115": ("warning", "a patient stands under several sites"),
    "RU116": ("note", "visits cannot be put in order of time"),
    "RU117": ("error", "two cortices look swapped"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `lines` are those of the table (header = 1)."""

    code: CheckCode
    severity: Severity
    message: str
    lines: tuple[int, ...]

    def __str__(self) -> str:
        shown = ", ".join(str(line) for line in self.lines[:8]) + (", …" if len(self.lines) > 8 else "")
        return f"{self.code} {self.severity}: {self.message}" + (f" (lines {shown})" if shown else "")


def finding(code: CheckCode, detail: str, lines: Iterable[int] = ()) -> Finding:
    """Return a finding whose message is the sentence of its code and a detail."""
    severity, sentence = CHECKS[code]
    return Finding(code, severity, f"{sentence}: {detail}", tuple(sorted(set(lines))))


def known_code(text: str) -> CheckCode | None:
    """Return the code of a check that a user named, None when there is none."""
    return next((code for code in get_args(CheckCode) if code == text.strip().upper()), None)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it must be."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
