"""The parser of all commands. Modules of commands are quick to import: whatever is heavy they import when they run."""

from argparse import ArgumentParser
from collections.abc import Callable

from radunion import NOTICE, __version__
from radunion.cli.options import Subparsers

AddTo = Callable[[Subparsers], None]
"""Adds the parser of one command."""


def build_parser() -> ArgumentParser:
    """Return the parser of `radunion`, its commands in the order of a study."""
    parser = ArgumentParser(
        prog="radunion",
        description="Score the healing of long-bone fractures (RUST, mRUST) on radiographs, cortex by cortex.",
        epilog=f"{NOTICE.capitalize()}. `radunion COMMAND --help` tells more.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"radunion {__version__} ({NOTICE})")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error; it may name patients")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for add_to in _commands():
        add_to(subparsers)
    return parser


def _commands() -> tuple[AddTo, ...]:
    from radunion.cli import archive, cohort, demo, evaluate, holdout, score, search, simulate, study, train

    return (
        demo.add_to,
        simulate.add_to,
        cohort.add_to,
        holdout.add_to,
        train.add_to,
        study.add_to,
        search.add_to,
        evaluate.add_to,
        score.add_to,
        archive.add_to,
    )
