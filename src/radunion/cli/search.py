"""`radunion search`: the best settings of a protocol on a cohort, and how sure that is."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from radunion.cli.checks import must_be_sound
from radunion.cli.holdout import leave_sealed_out
from radunion.cli.options import Subparsers, add_cohort_options, add_command, natural, positive
from radunion.cli.stages import stages
from radunion.cli.terminal import answer
from radunion.errors import UsageError

if TYPE_CHECKING:
    from radunion.report.search.material import SearchMaterial
    from radunion.search.settings import SearchSettings

_ON_GPU = 8


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "search",
        summary="search for the best settings of a protocol",
        details="Several processes, on several machines with a shared --storage, work on one search: start the same "
        "command more than once. A sealed hold-out is left out.",
        run=run,
        usage="search cohort.csv --space regime-1|regime-2|FILE.toml --out DIR [--trials N] [--storage URL]",
        resumes=True,
    )
    parser.add_argument("cohort", metavar="cohort.csv", type=Path, nargs="?", help="label table, .csv or .parquet")
    parser.add_argument("--space", metavar="NAME", help="regime-1, regime-2 (the seed study's) or a TOML file")
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder for report.html, chosen.toml and all else")
    parser.add_argument("--trials", metavar="N", type=positive, help="how many trials (the space's own)")
    parser.add_argument(
        "--storage", metavar="URL",
        help="where the trials are kept: a file (SQLite), a .journal file or a database's address that Optuna takes "
        "(a file in DIR)",
    )  # fmt: skip
    parser.add_argument("--again", metavar="N", type=natural, default=5, help="fresh seeds of the best trials (5)")
    parser.add_argument(
        "--top", metavar="N", type=positive, default=5, help="how many of the best are trained again (5)"
    )
    parser.add_argument(
        "--weights", metavar="NAME=FILE", nargs="+", action="extend", default=[], help="as of `radunion study`"
    )
    parser.add_argument("--tap", metavar="LAYER", nargs="+", action="extend", default=[], help="as of `radunion study`")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32", help="of frozen networks")
    parser.add_argument(
        "--heads", choices=("float32", "bfloat16", "float64"), default="float32", help="in what heads learn"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where heads learn (auto)")
    parser.add_argument(
        "--at-once", metavar="N", type=positive, help="trials whose heads learn together (8 on a GPU, else 1)"
    )
    parser.add_argument("--threads", metavar="N", type=positive, help="cores of this process (all)")
    parser.add_argument("--seed", metavar="S", type=natural, default=0, help="of trials, folds and training (0)")
    add_cohort_options(parser)


def run(args: Namespace) -> int:
    """Check space and cohort, run the trials that are left, say what is best and where the report is."""
    from radunion.cli.train import must_have_torch

    if args.cohort is None or args.out is None or args.space is None:
        raise UsageError("a search needs a cohort table, --space and --out; e.g. --space regime-1 --out search")
    must_have_torch()
    settings = _settings(args)
    from radunion.cohort import read_cohort
    from radunion.features import FeatureCache
    from radunion.search.run import run_search

    cohort = read_cohort(args.cohort, convention=args.convention)
    must_be_sound(leave_sealed_out(cohort), args.silence, before="a search")
    with stages() as tell:
        material, report = run_search(cohort, args.out, settings, cache=FeatureCache(args.cache), tell=tell)
    answer(_said(material))
    answer(f"{report}{'; simulated films' if material.simulated else ''}; {material.notice}")
    return 0


def _settings(args: Namespace) -> "SearchSettings":
    from dataclasses import replace

    import torch

    from radunion.cli.study import variant_of
    from radunion.search.settings import SearchSettings
    from radunion.search.space_file import space_of

    if args.threads:
        torch.set_num_threads(args.threads)
    space = space_of(args.space)
    if args.trials is not None:
        space = replace(space, trials=args.trials)
    device = _device(args.device)
    return SearchSettings(
        space=space,
        word=args.space,
        seed=args.seed,
        variant=variant_of(args.weights, args.tap, [], (space.base,)),
        precision=args.precision,
        heads=args.heads,
        device=device,
        at_once=args.at_once or (_ON_GPU if device == "cuda" else 1),
        storage=args.storage,
        top=args.top,
        repeats=args.again,
    )


def _device(word: str) -> str:
    import torch

    found = "cuda" if torch.cuda.is_available() else "cpu"
    if word == "cuda" and found != "cuda":
        raise UsageError("--device cuda needs a GPU that torch can use, found none; give cpu")
    return found if word == "auto" else word


def _said(material: "SearchMaterial") -> str:
    complete = [one for one in material.trials if one.state == "complete"]
    best = max(complete, key=lambda one: (one.score or 0.0, -one.number))
    values = ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in best.values.items()
    )
    said = f"best of {len(material.trials)}: trial {best.number} ({values}), {material.objective} {best.score:.3f}"
    told = material.verdict
    if told is None:
        return said
    shown = "more than noise" if told.low > 0 else "not shown to be more than noise"
    return (
        f"{said}; with fresh seeds {told.repeated:+.3f} ({told.low:+.3f} to {told.high:+.3f}) over the median of "
        f"{len(complete)} completed trials, {shown}"
    )
