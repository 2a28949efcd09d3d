"""`radunion holdout`: put patients aside once, say what is put aside, and open it, which is recorded."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from radunion import NOTICE
from radunion.cli.checks import must_be_sound
from radunion.cli.options import Subparsers, add_command, add_group, natural, positive
from radunion.cli.output import must_be_free
from radunion.cli.terminal import answer, counted, say
from radunion.errors import UsageError
from radunion.scale import CONVENTIONS, DEFAULT_CONVENTION

if TYPE_CHECKING:
    from radunion.cohort import Cohort, Seal
    from radunion.scoring import Bundle
    from radunion.study.evaluate import Evaluated

_REPLICATES = 1000
_TOLD_LATER = ("RU104",)
"""Missing files are left out, and named, when the films are read."""


def add_to(subparsers: Subparsers) -> None:
    """Add the parsers of the group."""
    group = add_group(subparsers, "holdout", summary="seal a hold-out, say what is sealed, or open it")
    _add_seal(group)
    _add_status(group)
    _add_open(group)


def leave_sealed_out(cohort: "Cohort") -> "Cohort":
    """Return the cohort less its sealed patients, and say how many were left out."""
    from radunion.cohort import without_sealed

    rest, seal = without_sealed(cohort)
    if seal is not None:
        left_out = len(cohort.patients) - len(rest.patients)
        say(f"{counted(left_out, 'patient')} of the sealed hold-out {'was' if left_out == 1 else 'were'} left out")
        _say_vanished(seal, cohort)
    return rest


def seal(args: Namespace) -> int:
    """Choose the hold-out and write its seal."""
    from radunion.cohort import read_cohort, seal_holdout, seal_path

    cohort = read_cohort(args.cohort, convention=args.convention)
    sealed = seal_holdout(cohort, fraction=args.fraction, seed=args.seed)
    answer(
        f"{seal_path(args.cohort)}: {sealed.patients:,} of {counted(len(cohort.patients), 'patient')} sealed, "
        f"{counted(sealed.examinations, 'examination')}; seal {sealed.digest()}; {NOTICE}"
    )
    return 0


def status(args: Namespace) -> int:
    """Say what is sealed, what changed since, and every opening."""
    from radunion.cohort import read_cohort, read_seal

    sealed = read_seal(args.cohort)
    if sealed is None:
        read_cohort(args.cohort)  # a table that is not there has no status
        answer(f"{args.cohort}: no hold-out is sealed")
        return 0
    for line in _status(read_cohort(args.cohort, convention=sealed.convention), sealed):
        answer(line)
    return 0


def open_holdout(args: Namespace) -> int:
    """Evaluate a model on the sealed patients alone; the opening is recorded before anything is shown."""
    must_be_free([args.out / "report.html", args.out / "metrics.json"], overwrite=args.overwrite)
    from radunion.cli.evaluate import print_headline, say_what_matters, write_evaluation
    from radunion.cli.progress import progress
    from radunion.cohort import only_sealed, read_cohort, record_opening
    from radunion.cohort.seal_file import locked
    from radunion.scoring import named_bundle
    from radunion.study.evaluate import evaluate_bundles

    bundle = named_bundle(args.model)
    cohort = read_cohort(args.cohort, convention=bundle.card.convention)
    sealed, before = only_sealed(cohort)
    with locked(args.cohort):
        pass  # a seal that cannot be written is told before the long work, not after it
    _must_be_unseen(bundle, cohort, sealed, before)
    must_be_sound(sealed, [*args.silence, *_TOLD_LATER], before="the hold-out is opened")
    with progress("examinations scored") as tell:
        found = evaluate_bundles(
            {bundle.card.name: bundle}, sealed, seed=args.seed, replicates=args.replicates, progress=tell
        )
    after = record_opening(args.cohort, model=bundle.card.name, model_sha256=bundle.sha256, out=args.out.resolve().name)
    found = _as_opening(found, after, vanished=after.vanished(cohort), bundle=bundle)
    say_what_matters(found)
    answer(found.notes[0])
    print_headline(found)
    title = f"Sealed hold-out, opening number {len(after.openings)}: evaluation of {bundle.card.name}"
    answer(f"{write_evaluation(args.out, found, title=title)}; {NOTICE}")
    return 0


def _add_seal(group: Subparsers) -> None:
    parser = add_command(
        group,
        "seal",
        summary="choose a hold-out, once, and write its seal beside the table",
        details="Whole patients are chosen, balanced by site, scale and total. From then on training and evaluation "
        "leave them out. The table itself is not changed.",
        run=seal,
        usage="holdout seal cohort.csv [--fraction F] [--seed S] [--convention C]",
    )
    parser.add_argument("cohort", metavar="cohort.csv", type=Path, help="label table, .csv or .parquet")
    parser.add_argument("--fraction", metavar="F", type=float, default=0.15, help="of the examinations, about (0.15)")
    parser.add_argument("--seed", metavar="S", type=natural, default=0, help="the same seed chooses the same (0)")
    parser.add_argument(
        "--convention", choices=CONVENTIONS, default=DEFAULT_CONVENTION, help="how RUST maps to levels (metrc)"
    )


def _add_status(group: Subparsers) -> None:
    parser = add_command(
        group,
        "status",
        summary="say what is sealed, since when, and who opened it",
        run=status,
        usage="holdout status cohort.csv",
    )
    parser.add_argument("cohort", metavar="cohort.csv", type=Path, help="label table, .csv or .parquet")


def _add_open(group: Subparsers) -> None:
    parser = add_command(
        group,
        "open",
        summary="measure a model on the sealed patients; this is recorded for good",
        details="A hold-out is fresh once. Every later opening says so, in its output and in its report.",
        run=open_holdout,
        usage="holdout open cohort.csv MODEL --out DIR [--replicates N] [--seed S]",
    )
    parser.add_argument("cohort", metavar="cohort.csv", type=Path, help="label table, .csv or .parquet")
    parser.add_argument("model", metavar="MODEL", type=Path, help="bundle, a folder or a zip")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for report.html, metrics.json")
    parser.add_argument(
        "--replicates", metavar="N", type=positive, default=_REPLICATES, help=f"bootstrap samples ({_REPLICATES:,})"
    )
    parser.add_argument("--seed", metavar="S", type=natural, default=0, help="seed of the bootstrap (0)")
    parser.add_argument(
        "--silence", metavar="CODE", nargs="+", action="extend", default=[], help="checks of the cohort to pass over"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist")


def _must_be_unseen(bundle: "Bundle", cohort: "Cohort", sealed: "Cohort", seal: "Seal") -> None:
    """Refuse a model that was trained on the whole table, or on any film of the hold-out, before it is opened."""
    from radunion.scoring.card import film_digest

    trained = bundle.card.trained_on
    paths = {film.path for examination in sealed.examinations for film in examination.films}
    seen = {film_digest(path) for path in paths if path.is_file()} & set(trained.film_digests)
    if seen or trained.cohort_sha256 in (cohort.digest(), sealed.digest(), seal.cohort_sha256):
        raise UsageError(
            f"a hold-out is opened for a model that never saw it, and {bundle.card.name} was trained on films of it; "
            "train a model on the sealed cohort, which leaves them out. Nothing was opened"
        )


def _as_opening(found: "Evaluated", seal: "Seal", *, vanished: int, bundle: "Bundle") -> "Evaluated":
    """Say in the notes and the provenance which opening this is, and what was opened before."""
    number = len(seal.openings)
    first = f"sealed hold-out, opening number {number}"
    notes = [f"{first}: it was not opened before" if number == 1 else f"{first}, no longer fresh: {_earlier(seal)}"]
    if vanished:
        notes.append(_vanished(vanished))
    if not bundle.card.trained_on.film_digests:
        notes.append(
            f"the card of {bundle.card.name} lists no films of training: that it saw none of these was not checked"
        )
    record = {"opening": number, "opened": seal.openings[-1].when, "sealed": seal.when, "seal": seal.digest()}
    if number > 1:
        record["before"] = _earlier(seal)
    provenance = {**found.provenance, "Sealed hold-out": record}
    return replace(found, notes=(*notes, *found.notes), provenance=provenance)


def _earlier(seal: "Seal") -> str:
    told = (f"{one.when} ({one.model}, SHA-256 {one.model_sha256[:12]})" for one in seal.openings[:-1])
    return "opened before: " + "; ".join(told)


def _status(cohort: "Cohort", seal: "Seal") -> Iterator[str]:
    held = cohort.subset(seal.held(cohort))
    yield (
        f"{cohort.source}: sealed on {seal.when}, {counted(seal.patients, 'patient')}, "
        f"{counted(seal.examinations, 'examination')} (fraction {seal.fraction:g}, seed {seal.seed}, {seal.convention})"
    )
    yield f"seal {seal.digest()}"
    if cohort.digest() != seal.cohort_sha256:
        yield (
            f"the table has changed since: {counted(len(held.patients), 'patient')} of the hold-out, "
            f"{counted(len(held), 'examination')}, are in it; patients that came later are not held out"
        )
    if vanished := seal.vanished(cohort):
        yield _vanished(vanished)
    yield "never opened" if not seal.openings else f"opened {counted(len(seal.openings), 'time')}"
    for number, one in enumerate(seal.openings, start=1):
        model = f"{one.model} (SHA-256 {one.model_sha256})"
        yield f"  {number}: {one.when}, {model}, radunion {one.radunion}, into {one.out}"
    yield NOTICE


def _say_vanished(seal: "Seal", cohort: "Cohort") -> None:
    if vanished := seal.vanished(cohort):
        say(_vanished(vanished))


def _vanished(number: int) -> str:
    return (
        f"{counted(number, 'patient')} of the sealed hold-out {'is' if number == 1 else 'are'} no longer in the table"
    )
