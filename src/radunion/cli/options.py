"""What every command's parser has in common, and the kinds of its values."""

import argparse
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from radunion import NOTICE
from radunion.scale import CONVENTIONS, DEFAULT_CONVENTION

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[ArgumentParser]
else:
    Subparsers = argparse._SubParsersAction


def add_command(
    subparsers: Subparsers,
    name: str,
    *,
    summary: str,
    run: Callable[[Namespace], int],
    usage: str | None = None,
    details: str = "",
    resumes: bool = False,
) -> ArgumentParser:
    """Add a command's parser and return it; `resumes` says that an interrupted run goes on when run again.

    `usage` is what follows `radunion `, given where options come after the operands.
    """
    parser = subparsers.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}. {details}".strip(),
        epilog=f"{NOTICE.capitalize()}.",
        usage=f"radunion {usage}" if usage else None,
        allow_abbrev=False,
    )
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(run=run, resumes=resumes)
    return parser


def add_cohort_options(parser: ArgumentParser) -> None:
    """Add how a cohort that is learned from is read and checked, and where its features are kept."""
    parser.add_argument(
        "--convention", choices=CONVENTIONS, default=DEFAULT_CONVENTION, help="how RUST maps to levels (metrc)"
    )
    parser.add_argument("--cache", metavar="DIR", type=Path, help="folder of cached features (the user's cache)")
    parser.add_argument(
        "--silence", metavar="CODE", nargs="+", action="extend", default=[], help="checks of the cohort to pass over"
    )


def add_group(subparsers: Subparsers, name: str, *, summary: str) -> Subparsers:
    """Add a command that has commands of its own, and return where those are added."""
    parser = subparsers.add_parser(name, help=summary, description=f"{summary.capitalize()}.", allow_abbrev=False)
    return parser.add_subparsers(metavar="COMMAND", required=True)


def positive(text: str) -> int:
    """Read a whole number of 1 or more."""
    return _at_least(1, text)


def natural(text: str) -> int:
    """Read a whole number of 0 or more."""
    return _at_least(0, text)


def _at_least(least: int, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise ArgumentTypeError(f"a whole number of {least} or more is wanted, found {text!r}")
    return number
