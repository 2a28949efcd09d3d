"""`radunion train`: a model bundle from a labelled cohort."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from radunion.cli.checks import must_be_sound
from radunion.cli.holdout import leave_sealed_out
from radunion.cli.options import Subparsers, add_cohort_options, add_command, natural, positive
from radunion.cli.stages import stages
from radunion.cli.terminal import answer, say, show
from radunion.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from radunion.features import BackboneSpec
    from radunion.training.plan import Plan
    from radunion.training.start import Start
    from radunion.training.tuned.machine import Machine

_COMPACT = "compact"
_OF_BACKBONES = ("weights", "tap", "pooling", "precision", "input", "cache")


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "train",
        summary="train a model on a cohort and write its bundle",
        details="Patients are kept whole in every split. Killed and run again, it goes on and ends the same.",
        run=run,
        usage="train COHORT --out MODEL [--from box | --backbone NAME --weights W --tap LAYER] [--folds K] [--seed S]",
        resumes=True,
    )
    parser.add_argument("cohort", metavar="COHORT", type=Path, help="label table, .csv or .parquet")
    parser.add_argument("--out", metavar="MODEL", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--name", help="the model's name on its card (the folder's)")
    parser.add_argument(
        "--protocol", default="pair", help="pair, another network of `radunion study --list`, or a TOML file (pair)"
    )
    parser.add_argument(
        "--backbone", default=_COMPACT, help="compact, trained from scratch, or a timm name, frozen (compact)"
    )
    parser.add_argument(
        "--from", dest="start", metavar="MODEL",
        help="go on from a trained model's weights: box, the one that comes with radunion, or a bundle's folder",
    )  # fmt: skip
    parser.add_argument("--weights", help="of a timm backbone: none (random), imagenet (downloads) or a local file")
    parser.add_argument("--tap", metavar="LAYER", help="layer of the backbone to take features from (its last map)")
    parser.add_argument("--pooling", choices=("max", "avg"), help="of the backbone's map (max)")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), help="of the frozen backbone (float32)")
    parser.add_argument(
        "--input", choices=("film", "shaft", "fracture", "glimpse"),
        help="what the frozen backbone sees: the whole film, its straightened shaft, a crop of the fracture by the "
        "finder that comes with radunion, a glimpse of it by a finder of its own (film)",
    )  # fmt: skip
    parser.add_argument("--devices", metavar="N", type=positive, help="of pair-tuned: on how many GPUs it is tuned (1)")
    parser.add_argument(
        "--nodes", metavar="N", type=positive,
        help="of pair-tuned: on how many machines, the same command on each, by torchrun or SLURM (1)",
    )  # fmt: skip
    parser.add_argument(
        "--accelerator", choices=("auto", "cpu", "cuda"), help="of pair-tuned: where it is tuned (auto: cuda if any)"
    )
    parser.add_argument(
        "--tuning-precision", choices=("32-true", "bf16-mixed", "16-mixed"), help="of pair-tuned (32-true)"
    )
    parser.add_argument(
        "--at-once", metavar="N", type=positive,
        help="of pair-tuned: examinations that fit on a device, where a batch does not (a batch)",
    )  # fmt: skip
    parser.add_argument("--folds", metavar="K", type=positive, help="also measure out of fold, by patient")
    parser.add_argument("--epochs", metavar="N", type=positive, help="at most this many")
    parser.add_argument("--batch", metavar="N", type=positive, help="examinations in a step")
    parser.add_argument("--learning-rate", metavar="R", type=float, help="at its highest")
    parser.add_argument("--seed", metavar="S", type=natural, default=0, help="the same seed gives the same model (0)")
    add_cohort_options(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace a model that exists")
    parser.add_argument("--not-default", action="store_true", help="do not keep a copy that `score` uses by default")


def run(args: Namespace) -> int:
    """Check the cohort, train, keep a copy as the default model, show what was measured."""
    plan = _plan(args)
    if (args.out / "card.json").exists() and not args.overwrite:
        raise UsageError(f"{args.out}: a model is there and would be replaced; name another, or give --overwrite")
    from radunion.cohort import read_cohort
    from radunion.features import FeatureCache
    from radunion.scoring import keep_bundle

    cohort = read_cohort(args.cohort, convention=args.convention)
    must_be_sound(cohort, args.silence, before="training")
    cohort = leave_sealed_out(cohort)
    from radunion.training.train import train_model

    with stages() as tell, _place_of(args.out, plan) as (place, kept):
        trained = train_model(cohort, place, plan, cache=FeatureCache(args.cache), tell=tell)
    if not kept:
        return 0
    if trained.comparison is not None:
        from radunion.cli.comparison import comparison_tables

        for table in comparison_tables(trained.comparison):
            show(table)
    if not args.not_default:
        say(f"kept as the default of `radunion score`: {keep_bundle(args.out).name}")
    answer(f"{args.out}: {trained.bundle.card.summary} ({trained.bundle.card.trained_on.description})")
    return 0


@contextmanager
def _place_of(out: Path, plan: "Plan") -> Iterator[tuple[Path, bool]]:
    """Return where a process writes its bundle, and whether it is kept: only one of many that learn together is."""
    from radunion.training.tuned.machine import leads

    if plan.tuned is None or leads(plan.machine):
        yield out, True
        return
    with TemporaryDirectory() as folder:
        yield Path(folder) / out.name, False


def must_have_torch() -> None:
    """Raise MissingExtraError before any long work where training cannot run."""
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("torch", "timm", "onnx", "onnxscript")):
        raise MissingExtraError("training", "train")


def _plan(args: Namespace) -> "Plan":
    must_have_torch()
    from dataclasses import replace

    from radunion.training.plan import PROTOCOL, Plan
    from radunion.training.settings import ADAPTED, COMPACT, FROZEN

    start = _start(args)
    if args.protocol != PROTOCOL:
        return _plan_of_protocol(args)
    if _machine(args) is not None:
        raise UsageError("pair learns on the processor; devices and their precision are for --protocol pair-tuned")
    spec = _backbone(args)
    given = {"epochs": args.epochs, "batch": args.batch, "learning_rate": args.learning_rate}
    settings = replace(
        FROZEN if spec is not None else COMPACT if start is None else ADAPTED,
        seed=args.seed,
        **{name: value for name, value in given.items() if value is not None},
    )
    name = args.name or _plain(args.out.name)
    return Plan(
        name=name, settings=settings, backbone=spec, folds=args.folds,
        precision=args.precision or "float32", input=args.input or "film", start=start,
    )  # fmt: skip


def _start(args: Namespace) -> "Start | None":
    """Read the model to start from. Raises UsageError where what is trained cannot start from one."""
    from radunion.scoring import named_bundle
    from radunion.training.plan import PROTOCOL
    from radunion.training.start import start_from

    if args.start is None:
        return None
    if args.protocol != PROTOCOL or args.backbone != _COMPACT:
        raise UsageError("--from is for pair with its compact network; leave out --protocol and --backbone")
    return start_from(named_bundle(args.start))


def _plan_of_protocol(args: Namespace) -> "Plan":
    """Plan a protocol of the study, by its name or its TOML file, as it would run there."""
    from radunion.study.plans import plan_of
    from radunion.study.protocols import Variant, protocol_of

    own = {"--backbone": args.backbone != _COMPACT, "--batch": args.batch, "--learning-rate": args.learning_rate}
    own |= {"--pooling": args.pooling, "--input": args.input}
    foreign = [name for name, given in own.items() if given]
    if foreign:
        raise UsageError(
            f"{args.protocol} decides {' and '.join(foreign)} itself; to change it write a TOML file with "
            f'base = "{args.protocol}"'
        )
    protocol = protocol_of(args.protocol)
    weights = {"imagenet": "download"}.get(args.weights, args.weights)
    variant = Variant(
        files={} if weights is None else {protocol.name: weights},
        taps={} if args.tap is None else {protocol.name: args.tap},
        epochs={} if args.epochs is None else {protocol.name: args.epochs},
    )
    name = args.name or _plain(args.out.name)
    return plan_of(
        protocol, variant, name=name, seed=args.seed, precision=args.precision or "float32", folds=args.folds,
        machine=_machine(args),
    )  # fmt: skip


def _machine(args: Namespace) -> "Machine | None":
    """Return where a network is tuned; None where nothing is said of it."""
    from radunion.training.tuned.machine import Machine

    said = {
        "accelerator": args.accelerator, "devices": args.devices, "nodes": args.nodes,
        "precision": args.tuning_precision, "at_once": args.at_once,
    }  # fmt: skip
    given = {name: value for name, value in said.items() if value is not None}
    return Machine(**given) if given else None


def _backbone(args: Namespace) -> "BackboneSpec | None":
    from radunion.features import BackboneSpec

    if args.backbone == _COMPACT:
        foreign = [name for name in _OF_BACKBONES if getattr(args, name) is not None]
        if foreign:
            named = " and ".join(f"--{name}" for name in foreign)
            raise UsageError(f"{named} belongs to a timm backbone; name one with --backbone")
        return None
    if args.weights is None:
        raise UsageError(
            f"--backbone {args.backbone} needs --weights: none (random), imagenet (downloads them) or a local file"
        )
    return BackboneSpec(args.backbone, weights=args.weights, tap=args.tap, pooling=args.pooling or "max")


def _plain(name: str) -> str:
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in name)
    return kept.lstrip("._-")[:64] or "model"
