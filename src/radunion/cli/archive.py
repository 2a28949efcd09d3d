"""`radunion archive`: every examination of a folder, a DICOM tree or a table, to one Parquet file."""

from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from radunion import NOTICE
from radunion.cli.options import Subparsers, add_command, positive
from radunion.cli.stages import stages
from radunion.cli.terminal import answer, counted, say, show
from radunion.errors import UsageError
from radunion.scale import DEFAULT_UNION_RULE, UNION_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType

    from radunion.scoring import Bundle
    from radunion.scoring.archive import ArchiveSettings
    from radunion.scoring.archive.codes import FileCode

_DEFAULT_RULE = next(name for name, rule in UNION_RULES.items() if rule == DEFAULT_UNION_RULE)
_ENGINES = ("local", "ray")
_FILM_SECONDS = 120.0


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "archive",
        summary="score every examination of a folder, a DICOM tree or a table",
        details="Pairs are found by patient, day, side and view. Every file is in one row of the result: of a score, "
        "of an error, or unused and why. Patients and examinations are pseudonyms; files are named as you named them, "
        "so a name that tells who somebody is stands in the result. Killed and run again, it goes on.",
        run=run,
        usage="archive SOURCE --out results.parquet [--model MODEL] [--engine local|ray] [--workers N] "
        "[--pattern REGEX] [options]",
        resumes=True,
    )
    parser.add_argument("source", metavar="SOURCE", type=Path, help="folder, or table that ends in .csv or .parquet")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the result, which ends in .parquet")
    parser.add_argument("--model", metavar="MODEL", type=Path, help="bundle, a folder or zip (the newest kept one)")
    parser.add_argument(
        "--pattern", metavar="REGEX",
        help="how the names of a folder tell patient, visit and view, as of `radunion cohort import`; without it "
        "pictures are scored alone",
    )  # fmt: skip
    parser.add_argument(
        "--union", choices=tuple(UNION_RULES), default=_DEFAULT_RULE, help=f"when union is called ({_DEFAULT_RULE})"
    )
    parser.add_argument(
        "--coverage", metavar="C", type=float, help="probability that intervals hold, such as 0.9 (the model's own)"
    )
    parser.add_argument("--engine", choices=_ENGINES, default="local", help="processes of this machine, or Ray (local)")
    parser.add_argument("--workers", metavar="N", type=positive, help="processes, each of one thread (one a core)")
    parser.add_argument("--address", metavar="ADDR", help="of a Ray cluster that sees the same paths (this machine)")
    parser.add_argument(
        "--seconds", metavar="S", type=_seconds, default=_FILM_SECONDS,
        help=f"a film takes at most so long ({_FILM_SECONDS:.0f})",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace a result that exists")


def run(args: Namespace) -> int:
    """Score what is not scored yet, and tell what became of every file."""
    if args.address is not None and args.engine != "ray":
        raise UsageError("--address is that of a Ray cluster; add --engine ray")
    from radunion.scoring.archive import score_archive
    from radunion.scoring.archive.summary import summarise

    settings = _settings(args)
    with stages() as tell:
        score_archive(args.source, args.out, _model(args.model), settings, tell=tell, overwrite=args.overwrite)
    found = summarise(args.out)
    if found.reasons:
        show(_table(found.reasons))
    answer(
        f"{args.out}: {counted(found.examinations, 'examination')} scored from {counted(found.films, 'film')} "
        f"({found.unfamiliar:,} unlike those of training), {counted(found.errors, 'file')} with an error, "
        f"{counted(found.unused, 'file')} not used; {NOTICE}"
    )
    return 0


def _settings(args: Namespace) -> "ArchiveSettings":
    from radunion.scoring.archive import ArchiveSettings

    return ArchiveSettings(
        rule=UNION_RULES[args.union], coverage=args.coverage, pattern=args.pattern, engine=args.engine,
        workers=args.workers, address=args.address, seconds=args.seconds,
    )  # fmt: skip


def _model(path: Path | None) -> "Bundle":
    """Load the model named, else the default one and say which that is."""
    from radunion.scoring import default_bundle, named_bundle

    if path is not None:
        return named_bundle(path)
    bundle, which = default_bundle()
    say(f"no --model was given: scoring with {which}")
    return bundle


def _table(reasons: "Mapping[FileCode, int]") -> "RenderableType":
    from rich.table import Table

    from radunion.scoring.archive import ARCHIVE_CODES

    table = Table(title="Files without a score", title_justify="left", title_style="bold")
    table.add_column("Code")
    table.add_column("Files", justify="right")
    table.add_column("Why")
    for code, files in reasons.items():
        table.add_row(code, f"{files:,}", ARCHIVE_CODES[code])
    return table


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"seconds are a number above 0, found {text!r}")
    return seconds
