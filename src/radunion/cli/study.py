"""`radunion study`: every protocol on the same folds, compared with what needs no image, in one report."""

import tomllib
from argparse import Namespace
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from radunion import NOTICE
from radunion.cli.checks import must_be_sound
from radunion.cli.holdout import leave_sealed_out
from radunion.cli.options import Subparsers, add_cohort_options, add_command, natural, positive
from radunion.cli.stages import stages
from radunion.cli.terminal import answer, say, show
from radunion.errors import UsageError

if TYPE_CHECKING:
    from radunion.study.protocols import Protocol, Variant
    from radunion.study.settings import StudySettings

_DEFAULT = "forest,haar,thesis-2,pair"
_FOLDS = 10
_REPLICATES = 1000
_MAPS = 24


def add_to(subparsers: Subparsers) -> None:
    """Add the command's parser."""
    parser = add_command(
        subparsers,
        "study",
        summary="compare protocols on a labelled cohort by cross-validation, and write one report",
        details="The no-image baselines always run beside them. A sealed hold-out is left out. `radunion study "
        "--list` tells the protocols.",
        run=run,
        usage="study cohort.csv --out DIR [--protocols a,b,my.toml | --preset thesis] [--folds K] "
        "[--unit patient|image|both] [--epochs N] [--weights imagenet=FILE]",
        resumes=True,
    )
    parser.add_argument("cohort", metavar="cohort.csv", type=Path, nargs="?", help="label table, .csv or .parquet")
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder for report.html, metrics.json and all else")
    parser.add_argument("--list", action="store_true", help="tell every protocol and its source, and stop")
    parser.add_argument(
        "--protocols", metavar="NAMES", help=f"names and TOML files, parted by commas, or `all` ({_DEFAULT})"
    )
    parser.add_argument("--preset", choices=("thesis",), help="the seed study's protocols, 10 folds, both units")
    parser.add_argument("--folds", metavar="K", type=positive, help=f"how many folds ({_FOLDS})")
    parser.add_argument(
        "--unit", choices=("patient", "image", "both"),
        help="what folds keep whole: patients, or images as the seed study did, which leaks; both sets them side by "
        "side (patient)",
    )  # fmt: skip
    parser.add_argument(
        "--epochs", metavar="[NAME=]N", nargs="+", action="extend", default=[],
        help="epochs of the networks trained end to end, or of a protocol; its name then says so",
    )  # fmt: skip
    parser.add_argument(
        "--weights", metavar="NAME=FILE", nargs="+", action="extend", default=[],
        help="a weights file by a protocol's name, a frozen network's (such as resnet50), or imagenet or radimagenet, "
        "which are InceptionV3's; `none` is random weights, the name then says so, and `download` timm's own",
    )  # fmt: skip
    parser.add_argument(
        "--tap", metavar="[NAME=]LAYER", nargs="+", action="extend", default=[],
        help="layer of the frozen networks, or of a protocol's; its name then says so",
    )  # fmt: skip
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32", help="of frozen networks")
    parser.add_argument("--seed", metavar="S", type=natural, default=0, help="of folds, training and bootstrap (0)")
    parser.add_argument(
        "--replicates", metavar="N", type=positive, default=_REPLICATES, help=f"bootstrap samples ({_REPLICATES:,})"
    )
    parser.add_argument(
        "--heatmaps", metavar="N", type=natural, default=_MAPS,
        help=f"marked examinations, held out of the first fold, on which heat-maps are measured ({_MAPS}; 0 for none)",
    )  # fmt: skip
    parser.add_argument(
        "--about", metavar="FILE", type=Path,
        help="TOML of what only you know (provenance, ethics, funding, contact), for the model cards",
    )  # fmt: skip
    add_cohort_options(parser)


def run(args: Namespace) -> int:
    """Check the cohort, run the study, print the comparison, say where the report is."""
    from radunion.cli.train import must_have_torch

    if args.list:
        return _list()
    if args.cohort is None or args.out is None:
        raise UsageError("a study needs a cohort table and --out DIR; `radunion study --list` tells the protocols")
    must_have_torch()
    settings = _settings(args)
    from radunion.cohort import read_cohort
    from radunion.features import FeatureCache
    from radunion.study.study import run_study

    cohort = read_cohort(args.cohort, convention=args.convention)
    findings = must_be_sound(leave_sealed_out(cohort), args.silence, before="a study")
    with stages() as tell:
        study = run_study(cohort, args.out, settings, cache=FeatureCache(args.cache), tell=tell, findings=findings)
    from radunion.cli.comparison import comparison_tables

    for table in comparison_tables(study.material.comparison):
        show(table)
        answer("")
    for one in study.material.skipped:
        say(f"{one.name} did not run: {one.reason}")
    answer(f"{study.report}{'; simulated films' if study.material.simulated else ''}; {NOTICE}")
    return 0


def _list() -> int:
    from radunion.study.protocols import PROTOCOLS

    for protocol in PROTOCOLS.values():
        answer(f"{protocol.name:14} {protocol.title} [{protocol.source}]")
    return 0


def _settings(args: Namespace) -> "StudySettings":
    from radunion.study.settings import StudySettings

    preset = args.preset
    if preset is not None and args.protocols is not None:
        raise UsageError("--preset names its protocols itself; leave --protocols out, or the preset")
    protocols = _protocols(args)
    return StudySettings(
        protocols=protocols,
        k=args.folds or _FOLDS,
        units=args.unit or ("both" if preset else "patient"),
        seed=args.seed,
        variant=variant_of(args.weights, args.tap, args.epochs, protocols, networks=_networks_of(protocols)),
        precision=args.precision,
        replicates=args.replicates,
        maps=args.heatmaps,
        preset=preset,
        about=_about(args.about),
    )


def _protocols(args: Namespace) -> "tuple[Protocol, ...]":
    from radunion.study.protocols import PROTOCOLS, protocol_of
    from radunion.study.settings import thesis_protocols

    if args.preset is not None:
        return thesis_protocols()
    names = [name.strip() for name in (args.protocols or _DEFAULT).split(",") if name.strip()]
    if names == ["all"]:
        return tuple(PROTOCOLS.values())
    return tuple(protocol_of(name) for name in names)


def variant_of(
    weights: Sequence[str],
    tap: Sequence[str],
    epochs: Sequence[str],
    protocols: "Sequence[Protocol]",
    *,
    networks: Collection[str] | None = None,
) -> "Variant":
    """Read what a run says of its protocols.

    `networks` are those whose weights go by the network's name; None where only the caller can tell them, who then has
    to refuse others, as a search does of those in its space. Raises UsageError for names and files that are not there.
    """
    from radunion.study.protocols import Variant
    from radunion.study.protocols.variant import KINDS

    files = dict(_named(weights, optional=False))
    absent = [file for file in files.values() if file not in ("none", "download") and not Path(file).is_file()]
    if absent:
        raise UsageError(f"{absent[0]}: --weights names no file that exists; check the path, or give none")
    taps = dict(_named(tap, optional=True))
    counts = _counts(epochs)
    names = [protocol.name for protocol in protocols]
    _must_be_among({*taps, *counts} - {""}, names, option="--tap and --epochs name a protocol of this run")
    if networks is not None:
        accepted = [*names, *networks, *KINDS]
        _must_be_among(files, accepted, option="--weights names a protocol of this run, a frozen network or a kind")
    return Variant(files=files, taps=taps, epochs=counts)


def _networks_of(protocols: "Sequence[Protocol]") -> list[str]:
    from radunion.study.protocols.variant import network_of_file

    found = [network_of_file(protocol) for protocol in protocols]
    return list(dict.fromkeys(network for network in found if network is not None))


def _must_be_among(words: Collection[str], accepted: Collection[str], *, option: str) -> None:
    unknown = sorted(set(words) - set(accepted))
    if unknown:
        raise UsageError(f"{option}: {', '.join(dict.fromkeys(accepted))}; found {', '.join(unknown)}")


def _counts(words: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, value in _named(words, optional=True):
        if not value.isdigit() or int(value) < 1:
            raise UsageError(f"--epochs takes N or NAME=N, N a whole number of 1 or more; found {value!r}")
        counts[name] = int(value)
    return counts


def _named(words: Sequence[str], *, optional: bool) -> list[tuple[str, str]]:
    """Split NAME=VALUE; a bare value has the empty name where that is allowed."""
    found = []
    for word in words:
        head, equals, tail = word.partition("=")
        name, value = (head, tail) if equals else ("", head)
        if not value or (not equals and not optional):
            raise UsageError(f"NAME=VALUE is wanted, found {word!r}")
        found.append((name, value))
    return found


def _about(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: --about cannot be read ({error.strerror}); check the path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: --about must be TOML: {error}") from None
    wrong = [name for name, value in content.items() if not isinstance(value, str)]
    if wrong:
        raise UsageError(f"{path}: every field of --about is text; {', '.join(wrong)} is not")
    return {name: str(value) for name, value in content.items()}
