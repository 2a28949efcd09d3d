"""`radunion evaluate`: models beside the no-image baselines, as a table and a report."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from radunion import NOTICE
from radunion.cli.checks import must_be_sound
from radunion.cli.holdout import leave_sealed_out
from radunion.cli.options import Subparsers, add_command, natural, positive
from radunion.cli.output import must_be_free
from radunion.cli.progress import progress
from radunion.cli.terminal import answer, counted, say, show
from radunion.errors import UsageError

if TYPE_CHECKING:
    from radunion.evaluation.heatmaps.quality import HeatmapQuality
    from radunion.evaluation.precision import FewerBits, Precision
    from radunion.scoring import Bundle
    from radunion.study.evaluate import Evaluated

_REPLICATES = 1000
_TOLD_LATER = ("RU104",)
"""Missing files are left out, and named, when the films are read."""


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "evaluate",
        summary="measure models on a labelled cohort, beside the no-image baselines",
        details="The baselines are those of the first model: what its training labels say of an examination that "
        "nobody looked at. Intervals are bootstrapped by patient. Heat-maps are measured where fractures are marked.",
        run=run,
        usage="evaluate MODEL [MODEL ...] cohort.csv --out DIR [--name NAME ...] [options]",
    )
    parser.add_argument("models", metavar="MODEL", nargs="+", type=Path, help="bundles, folders or zips")
    parser.add_argument("cohort", metavar="cohort.csv", type=Path, help="cohort table of patients not trained on")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for report.html, metrics.json")
    parser.add_argument("--name", metavar="NAME", nargs="+", help="names of the models, in their order (their own)")
    parser.add_argument(
        "--replicates", metavar="N", type=positive, default=_REPLICATES, help=f"bootstrap samples ({_REPLICATES:,})"
    )
    parser.add_argument("--seed", metavar="S", type=natural, default=0, help="seed of the bootstrap (0)")
    parser.add_argument(
        "--occlude", metavar="N", type=natural, default=0,
        help="marked examinations on which models without maps of their own are occluded, seconds a film (0)",
    )  # fmt: skip
    parser.add_argument(
        "--precisions", metavar="A,B", type=_precisions, default=(),
        help="also see whether scores change in fewer bits: int8, bfloat16 or both (not)",
    )  # fmt: skip
    parser.add_argument(
        "--on-training-films", action="store_true", help="go on although a model was trained on this very cohort"
    )
    parser.add_argument(
        "--silence", metavar="CODE", nargs="+", action="extend", default=[], help="checks of the cohort to pass over"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist")


def run(args: Namespace) -> int:
    """Evaluate, print the headline tables and write the report."""
    written = [args.out / name for name in ("report.html", "metrics.json", "heatmaps.json")]
    must_be_free(written, overwrite=args.overwrite)
    from radunion.cohort import read_cohort
    from radunion.study.evaluate import evaluate_bundles

    bundles = _load(args.models, args.name)
    convention = next(iter(bundles.values())).card.convention
    cohort = read_cohort(args.cohort, convention=convention)
    must_be_sound(cohort, [*args.silence, *_TOLD_LATER], before="an evaluation")
    cohort = leave_sealed_out(cohort)
    with progress("examinations scored") as tell:
        found = evaluate_bundles(
            bundles,
            cohort,
            seed=args.seed,
            replicates=args.replicates,
            on_training_films=args.on_training_films,
            progress=tell,
        )
    say_what_matters(found)
    print_headline(found)
    maps = _heatmaps(bundles, found, args)
    bits = _fewer_bits(bundles, found, args.precisions)
    answer(f"{write_evaluation(args.out, found, heatmaps=maps, agreements=bits)}; {NOTICE}")
    return 0


def _heatmaps(bundles: "dict[str, Bundle]", found: "Evaluated", args: Namespace) -> "tuple[HeatmapQuality, ...]":
    """Measure the heat-maps where films are marked, and say in a line each how good they are."""
    from radunion.report.heatmaps.words import in_a_line
    from radunion.study.heatmaps import heatmaps_of

    with progress("examinations whose heat-maps are measured") as tell:
        measured = heatmaps_of(
            bundles,
            found.examinations,
            seed=args.seed,
            replicates=args.replicates,
            simulated=found.simulated,
            occluded=args.occlude,
            progress=tell,
        )
    for one in measured:
        answer(in_a_line(one))
    return measured


def _fewer_bits(
    bundles: "dict[str, Bundle]", found: "Evaluated", precisions: "tuple[Precision, ...]"
) -> "tuple[FewerBits, ...]":
    """See whether scores change in fewer bits where that was asked for, and say in a line each what is proved."""
    if not precisions:
        return ()
    from radunion.report.precision import in_a_line
    from radunion.study.precision import agreements

    with progress("examinations scored in fewer bits") as tell:
        measured = agreements(bundles, found.examinations, precisions, progress=tell)
    for one in measured:
        answer(in_a_line(one))
    return measured


def print_headline(found: "Evaluated") -> None:
    """Print the summary, every protocol's headline numbers and paired differences scale by scale, then the readers."""
    from radunion.cli.comparison import comparison_tables
    from radunion.report.readers import reader_sentences
    from radunion.report.words import headline_model, summary

    comparison = found.comparison
    for sentence in summary(comparison, model=headline_model(comparison), simulated=found.simulated):
        answer(sentence)
    for table in comparison_tables(comparison):
        answer("")
        show(table)
    for sentence in reader_sentences(found.readers, comparison):
        answer(sentence)


def write_evaluation(
    out: Path,
    found: "Evaluated",
    *,
    title: str | None = None,
    heatmaps: "Sequence[HeatmapQuality]" = (),
    agreements: "Sequence[FewerBits]" = (),
) -> Path:
    """Write report.html and metrics.json into a folder; return the path of the report."""
    from radunion.report.cohort import summarise_cohort
    from radunion.report.write import write_report

    models = [name for name in found.comparison.protocols if name not in found.comparison.baselines]
    return write_report(
        out,
        title=title or f"Evaluation of {', '.join(models)}",
        comparison=found.comparison,
        cohort_summary=summarise_cohort(found.examinations),
        history=(),
        pictures=(),
        provenance={**found.provenance, "To be known": ". ".join(found.notes)},
        notice=NOTICE,
        simulated=found.simulated,
        heatmaps=heatmaps,
        agreements=agreements,
        readers=found.readers,
    )


def say_what_matters(found: "Evaluated") -> None:
    """Name the films that were left out, and tell every note."""
    if found.unread:
        say(f"{counted(len(found.unread), 'film')} that cannot be read, left out:")
        for film in found.unread:
            say(f"  {film}")
    for note in found.notes:
        say(note)


def _precisions(text: str) -> "tuple[Precision, ...]":
    """Read int8 and bfloat16, with a comma between them."""
    from radunion.evaluation.precision import FEWER_BITS

    named = tuple(one for one in FEWER_BITS if one in text.split(","))
    if sorted(named) != sorted(text.split(",")):
        raise ArgumentTypeError(f"{text!r} must be {' or '.join(FEWER_BITS)}, or both with a comma between them")
    return named


def _load(paths: Sequence[Path], names: Sequence[str] | None) -> "dict[str, Bundle]":
    """Load the models under the names given, else their own; two of one name also bear what tells them apart."""
    from radunion.scoring import named_bundle

    if names is not None and len(names) != len(paths):
        raise UsageError(f"--name gives every model a name, in their order; found {len(names)} for {len(paths)} models")
    bundles = [named_bundle(path) for path in paths]
    own = [bundle.card.name for bundle in bundles]
    shown = names or [
        name if own.count(name) == 1 else f"{name}-{bundle.sha256[:8]}"
        for name, bundle in zip(own, bundles, strict=True)
    ]
    if len(set(shown)) < len(shown):
        raise UsageError(f"models are told apart by their names, each once; found {', '.join(shown)}")
    return dict(zip(shown, bundles, strict=True))
