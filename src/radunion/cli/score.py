"""`radunion score`: one film or the two of a pair, to a table, a JSON document, pictures or DICOM."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from radunion.cli.options import Subparsers, add_command
from radunion.cli.output import must_be_free, write_file
from radunion.cli.terminal import answer, say, show
from radunion.errors import UsageError
from radunion.scale import DEFAULT_UNION_RULE, UNION_RULES

if TYPE_CHECKING:
    from radunion.scoring import Bundle, Scored
    from radunion.scoring.dicom_out import DicomFiles

_DEFAULT_RULE = next(name for name, rule in UNION_RULES.items() if rule == DEFAULT_UNION_RULE)


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "score",
        summary="score the AP and the lateral film of a fracture, or one of them",
        details="Films are DICOM or pictures, in any order.",
        run=run,
        usage="score FILM [FILM] [--model MODEL] [--views ap lateral] [--out DIR [--dicom]] [--json] [options]",
    )
    parser.add_argument("films", metavar="FILM", nargs="+", type=Path, help="one film, or the two of a pair")
    parser.add_argument("--model", metavar="MODEL", type=Path, help="bundle, a folder or zip (the newest kept one)")
    parser.add_argument("--views", nargs="+", choices=("ap", "lateral"), help="the view of each film, in their order")
    parser.add_argument(
        "--union", choices=tuple(UNION_RULES), default=_DEFAULT_RULE, help=f"when union is called ({_DEFAULT_RULE})"
    )
    parser.add_argument(
        "--coverage", metavar="C", type=float, help="probability that intervals hold, such as 0.9 (the model's own)"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder for score.json, score.png and heat-maps")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--dicom", action="store_true", help="write DICOM into --out as well: a report, and each film's heat-map"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist")


def run(args: Namespace) -> int:
    """Score and print."""
    must_be_free([*_outputs(args), *_dicom_outputs(args)], overwrite=args.overwrite)
    from radunion.scoring import score_films

    scored = score_films(
        args.films, _model(args.model), views=args.views, rule=UNION_RULES[args.union], coverage=args.coverage
    )
    dicom = _dicom(scored) if args.dicom else None
    files = {} if args.out is None else _files(scored)
    if files:
        _write(files, args.out)
    if dicom is not None:
        _write_dicom(dicom, args.out)
    if args.json:
        answer(files["score.json"].decode().rstrip() if files else scored.document.to_json().rstrip())
    else:
        _show(scored)
    return 0


def _outputs(args: Namespace) -> list[Path]:
    if args.out is None:
        return []
    from radunion.scoring.files import FILES

    return [args.out / name for name in FILES]


def _model(path: Path | None) -> "Bundle":
    """Load the model named, else the default one and say which that is."""
    from radunion.scoring import default_bundle, named_bundle

    if path is not None:
        return named_bundle(path)
    bundle, which = default_bundle()
    say(f"no --model was given: scoring with {which}")
    return bundle


def _show(scored: "Scored") -> None:
    from radunion.scoring import score_table

    show(score_table(scored.document))


def _files(scored: "Scored") -> dict[str, bytes]:
    from radunion.scoring.files import score_files

    return score_files(scored)


def _write(files: dict[str, bytes], folder: Path) -> None:
    """Write the files, and remove what an earlier score left under the names of those that are not."""
    from radunion.scoring.files import FILES

    for name, content in files.items():
        write_file(folder / name, content)
    for name in set(FILES) - set(files):
        (folder / name).unlink(missing_ok=True)
    say(f"wrote {', '.join(str(folder / name) for name in files)}")


def _dicom_outputs(args: Namespace) -> list[Path]:
    """Return what may be written as DICOM, and refuse before any work what cannot be."""
    if not args.dicom:
        return []
    if args.out is None:
        raise UsageError("--dicom writes files and needs a folder for them; give --out DIR")
    from radunion.scoring.dicom_out import NAMES, must_become_dicom

    must_become_dicom(args.films)
    return [args.out / name for name in NAMES]


def _dicom(scored: "Scored") -> "DicomFiles":
    from radunion.scoring.dicom_out import dicom_files

    return dicom_files(scored, evidence=scored.evidence)


def _write_dicom(files: "DicomFiles", folder: Path) -> None:
    """Write what there is, and remove what an earlier score left under the names of what there is not."""
    for name, content in files.content.items():
        write_file(folder / name, content)
    say(f"wrote {', '.join(str(folder / name) for name in files.content)}")
    for name in files.left_out:
        (folder / name).unlink(missing_ok=True)
    for why in dict.fromkeys(files.left_out.values()):
        names = ", ".join(name for name, other in files.left_out.items() if other == why)
        say(f"not written: {names}: {why}")
