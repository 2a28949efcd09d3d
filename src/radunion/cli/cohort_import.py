"""`radunion cohort import`: other people's tables and folders as a cohort table."""

import os
import shlex
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from radunion.cli.options import Subparsers, add_command
from radunion.cli.output import must_be_free
from radunion.cli.terminal import answer, counted, say
from radunion.errors import CohortError, UsageError

if TYPE_CHECKING:
    import polars as pl

_EXAMPLE = r"(?P<patient>\w+)/(?P<visit>\w+)_(?P<view>ap|lat)\.dcm"


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "import",
        summary="make a cohort table of another table or of a folder of films",
        run=run,
        usage="cohort import SOURCE --from metrc|folder --out cohort.csv [options]",
    )
    parser.add_argument("source", metavar="SOURCE", type=Path, help="the table (metrc) or the folder of films (folder)")
    parser.add_argument(
        "--from", dest="origin", choices=("metrc", "folder"), required=True,
        help="metrc: the one-hot table of the METRC thesis; folder: films whose names say patient, visit and view",
    )  # fmt: skip
    parser.add_argument(
        "--out", metavar="cohort.csv", type=Path, required=True, help="table to write, .csv or .parquet"
    )
    parser.add_argument("--images", metavar="DIR", type=Path, help="folder of the films (metrc)")
    parser.add_argument(
        "--views", choices=("as-named", "swapped"),
        help="keep or exchange the names of the views, where they and the scored cortices conflict (metrc)",
    )  # fmt: skip
    parser.add_argument(
        "--pattern", metavar="REGEX", help=f"how a film's path under the folder reads (folder), such as {_EXAMPLE!r}"
    )
    parser.add_argument(
        "--contact-sheet", metavar="FILE.png", type=Path, help="draw films under the view that the table names"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist")


def run(args: Namespace) -> int:
    """Import, write the table and say what it holds."""
    _must_go_together(args)
    must_be_free([path for path in (args.out, args.contact_sheet) if path], overwrite=args.overwrite)
    from radunion.cohort import contact_sheet, write_cohort

    frame = _metrc(args) if args.origin == "metrc" else _folder(args)
    if args.contact_sheet:
        say(f"contact sheet: {contact_sheet(frame, args.contact_sheet)}")
    write_cohort(_relative(frame, args.out), args.out)
    answer(_summary(args.out))
    say(f"check it next: {_command('radunion', 'cohort', 'check', args.out)}")
    return 0


def _must_go_together(args: Namespace) -> None:
    """Refuse options of the other kind of source."""
    foreign = {"metrc": ("pattern",), "folder": ("images", "views")}[args.origin]
    given = [f"--{name}" for name in foreign if getattr(args, name) is not None]
    if given:
        raise UsageError(f"{' and '.join(given)} cannot go with --from {args.origin}; leave it out")
    if args.origin == "folder" and args.pattern is None:
        raise UsageError(
            "a folder is imported by --pattern, a regular expression with groups patient, visit and view; "
            f"give one, such as --pattern {shlex.quote(_EXAMPLE)}"
        )
    if args.origin == "metrc" and args.contact_sheet and args.images is None:
        raise UsageError("a contact sheet shows films, so --contact-sheet needs --images DIR; give the folder of films")


def _metrc(args: Namespace) -> "pl.DataFrame":
    """Import the table; where its views conflict with its cortices, say how to see and how to settle it."""
    from radunion.cohort import contact_sheet, import_metrc

    if args.images is not None and not args.images.is_dir():
        raise UsageError(f"{args.images}: --images is the folder of the films; found none of this name, check the path")
    try:
        return import_metrc(args.source, images=args.images, views=args.views)
    except CohortError as conflict:
        if args.views is not None:
            raise
        as_named = import_metrc(args.source, images=args.images, views="as-named")  # any other fault is raised again
        if args.contact_sheet:
            contact_sheet(as_named, args.contact_sheet)
        raise CohortError(f"{conflict}\n{_way_out(args)}") from None


def _folder(args: Namespace) -> "pl.DataFrame":
    from radunion.cohort import import_folder

    return import_folder(args.source, pattern=args.pattern)


def _way_out(args: Namespace) -> str:
    """Give the commands to copy: for the sheet, unless it was drawn just now, and for either answer."""
    command = ["radunion", "cohort", "import", args.source, "--from", "metrc", "--out", args.out]
    images = ["--images", args.images or "FILMS"]
    overwrite = ["--overwrite"] if args.overwrite else []
    known = [*command, *(images if args.images else []), *overwrite]
    if args.contact_sheet:
        look = f"  the contact sheet is {args.contact_sheet}; look at it, then run one of"
    else:
        sheet = _command(*command, *images, *overwrite, "--contact-sheet", "views.png")
        look = f"  to draw the contact sheet:\n    {sheet}\n  then run one of"
    choices = (_command(*known, "--views", choice) for choice in ("as-named", "swapped"))
    return "\n    ".join((look, *choices))


def _command(*words: str | Path) -> str:
    return shlex.join(str(word) for word in words)


def _relative(frame: "pl.DataFrame", table: Path) -> "pl.DataFrame":
    """Write absolute image paths relative to the table; a film on another drive keeps its own."""
    import polars as pl

    folder = os.path.abspath(table.parent)  # noqa: PTH100 (resolve() would follow links, reading the table does not)
    images = [_relative_path(image, folder) for image in frame["image"].to_list()]
    return frame.with_columns(pl.Series("image", images, dtype=pl.String))


def _relative_path(image: str, folder: str) -> str:
    if not Path(image).is_absolute():
        return image
    try:
        return Path(os.path.relpath(image, folder)).as_posix()
    except ValueError:
        return image


def _summary(table: Path) -> str:
    """Read the table back and count; it stays where it is when it cannot be read, for its lines are to be mended."""
    from radunion.cohort import read_cohort

    try:
        cohort = read_cohort(table)
    except CohortError as error:
        raise CohortError(f"{table} was written, but mend it before it is used. {error}") from None
    films = [film for examination in cohort.examinations for film in examination.films]
    absent = sum(not film.path.is_file() for film in films)
    missing = f"; {counted(absent, 'file')} missing, image paths are relative to the table" if absent else ""
    patients, examinations = counted(len(cohort.patients), "patient"), counted(len(cohort), "examination")
    return f"{table}: {counted(len(films), 'film')} of {examinations} of {patients}{missing}"
