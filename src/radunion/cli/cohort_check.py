"""`radunion cohort check`: every finding about a label table and its films."""

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radunion.cli.options import Subparsers, add_command
from radunion.cli.terminal import answer, counted, show
from radunion.scale import CONVENTIONS, DEFAULT_CONVENTION

if TYPE_CHECKING:
    from rich.table import Table

    from radunion.cohort import Cohort, Finding

_SEVERITIES = ("error", "warning", "note")
_LINES_SHOWN = 6


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "check",
        summary="check a cohort table and its films, each finding with a code",
        details="Exits with 1 while an error remains. Silence by its code what you have looked at and accept.",
        run=run,
        usage="cohort check cohort.csv [--silence CODE ...] [--no-content] [--convention NAME] [--json]",
    )
    parser.add_argument("cohort", metavar="cohort.csv", type=Path, help="cohort table, .csv or .parquet")
    parser.add_argument("--silence", metavar="CODE", nargs="+", action="extend", default=[], help="such as RU110")
    parser.add_argument("--no-content", action="store_true", help="do not read the films to find the same one twice")
    parser.add_argument(
        "--convention", choices=CONVENTIONS, default=DEFAULT_CONVENTION, help=f"RUST to mRUST ({DEFAULT_CONVENTION})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: Namespace) -> int:
    """Print the findings; 1 when one of them is an error."""
    from radunion.cohort import check_cohort, read_cohort

    cohort = read_cohort(args.cohort, convention=args.convention)
    findings = check_cohort(cohort, silence=args.silence, contents=not args.no_content)
    if args.json:
        answer(json.dumps(_document(cohort, findings, silenced=args.silence), indent=2))
    else:
        if findings:
            show(_table(findings))
        answer(_summary(cohort, findings))
    return int(any(finding.severity == "error" for finding in findings))


def _document(cohort: "Cohort", findings: Sequence["Finding"], *, silenced: Sequence[str]) -> dict[str, Any]:
    return {
        "schema": 1,
        "cohort": str(cohort.source),
        "sha256": cohort.digest(),
        "convention": cohort.convention,
        "patients": len(cohort.patients),
        "examinations": len(cohort),
        "silenced": sorted({code.upper() for code in silenced}),
        "counts": {f"{severity}s": _count(findings, severity) for severity in _SEVERITIES},
        "findings": [
            {"code": one.code, "severity": one.severity, "message": one.message, "lines": list(one.lines)}
            for one in findings
        ],
    }


def _table(findings: Sequence["Finding"]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table()
    table.add_column("Code", no_wrap=True)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Finding", ratio=1, overflow="fold")
    table.add_column("Lines", max_width=24)
    for one in findings:
        table.add_row(one.code, one.severity, Text(one.message), _lines(one.lines))
    return table


def _lines(lines: Sequence[int]) -> str:
    more = len(lines) - _LINES_SHOWN
    return ", ".join(map(str, lines[:_LINES_SHOWN])) + (f" and {more:,} more" if more > 0 else "")


def _summary(cohort: "Cohort", findings: Sequence["Finding"]) -> str:
    counts = ", ".join(counted(_count(findings, severity), severity) for severity in _SEVERITIES)
    size = f"{counted(len(cohort), 'examination')} of {counted(len(cohort.patients), 'patient')}"
    return f"{cohort.source}: {counts} in {size}"


def _count(findings: Sequence["Finding"], severity: str) -> int:
    return sum(one.severity == severity for one in findings)
