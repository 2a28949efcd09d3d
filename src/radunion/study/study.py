"""The study: every protocol on the same folds of one cohort, compared with what needs no image, told in one report."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from radunion import NOTICE, __version__
from radunion.cohort import Cohort, Finding, check_split
from radunion.cohort.sealed import Seal, without_sealed
from radunion.errors import CohortError, TrainingError
from radunion.evaluation.blinds import BLINDS
from radunion.evaluation.compare import Comparison, compare
from radunion.evaluation.readers import compare_readers
from radunion.features import FeatureCache
from radunion.joint import JointLevels, median_score
from radunion.phantom.simulated import is_simulated
from radunion.report.cohort import summarise_cohort
from radunion.report.study.ledger import ledger_of
from radunion.report.study.material import ProtocolRun, Skipped, StudyMaterial, Unit
from radunion.report.study.write import write_study_report
from radunion.scale import LEVELS
from radunion.study.calibrated import calibration_of
from radunion.study.crossval.data import StudyData, study_data
from radunion.study.crossval.pool import out_of_fold
from radunion.study.crossval.run import Planned, Ran, Setting, run_protocols
from radunion.study.crossval.splits import Split, size_of, splits_of
from radunion.study.curves import epoch_records, gaps_of
from radunion.study.flow import flow_of
from radunion.study.place import claimed
from radunion.study.protocols import PROTOCOLS, BlindProtocol, protocol_to_toml, varied
from radunion.study.roc import roc_points
from radunion.study.seed_way import seed_way_of
from radunion.study.settings import StudySettings
from radunion.study.worst import worst_cases
from radunion.training.learner import Tell

_LIBRARIES = ("numpy", "scikit-learn", "scipy", "torch", "timm", "pydicom")
_TORN = "it reads both films of an examination, which a split by image tears apart"


@dataclass(frozen=True)
class Study:
    """What a study leaves: everything that its report shows, and where that lies."""

    material: StudyMaterial
    report: Path


@dataclass(frozen=True)
class _Way:
    """All protocols under one way of splitting."""

    unit: Unit
    splits: tuple[Split, ...]
    ran: tuple[Ran, ...]
    skipped: tuple[Skipped, ...]
    joints: Mapping[str, JointLevels]
    comparison: Comparison


def run_study(
    cohort: Cohort,
    out: Path,
    settings: StudySettings,
    *,
    cache: FeatureCache,
    tell: Tell,
    findings: Sequence[Finding] = (),
) -> Study:
    """Run the whole comparison and write its report into `out`; killed and run again it goes on.

    A sealed hold-out is left out. `findings` are those of the cohort's checks, for the report. Raises CohortError when
    there are too few patients or a fold leaks, UsageError for settings that cannot be and a folder that is not a
    study's, TrainingError when no protocol can run.
    """
    unsealed, seal = without_sealed(cohort)
    data = study_data(unsealed)
    with claimed(out):
        main = _way(data, settings, settings.unit, out, cache, tell)
        image = _way(data, settings, "image", out, cache, tell) if settings.units == "both" else None
        tell("Measuring", 0, 1, "")
        material = _material(cohort, unsealed, seal, data, settings, main, image, findings)
        _write_protocols(out / "protocols", main.ran)
        report = write_study_report(out, material)
        tell("Measuring", 1, 1, "")
    return Study(material, report)


def _way(data: StudyData, settings: StudySettings, unit: Unit, out: Path, cache: FeatureCache, tell: Tell) -> _Way:
    splits = splits_of(data, k=settings.k, unit=unit, seed=settings.seed)
    if unit == "patient":
        _must_not_leak(data, splits)
    planned = planned_protocols(settings)
    torn = [one for one in planned if unit == "image" and one.protocol.reads_pairs and one.plain not in BLINDS]
    ran, skipped = run_protocols(
        [one for one in planned if one not in torn],
        data,
        splits,
        Setting(settings.seed, settings.precision, cache),
        out=out,
        tell=tell,
    )
    if not ran:
        raise TrainingError("no protocol could run: " + "; ".join(f"{one.name}: {one.reason}" for one in skipped))
    skipped += [Skipped(f"{one.name}, split by image", _TORN) for one in torn]
    joints = {one.planned.name: out_of_fold(one, data, splits) for one in ran}
    return _Way(unit, splits, tuple(ran), tuple(skipped), joints, _compared(data, splits, ran, joints, settings))


def planned_protocols(settings: StudySettings) -> list[Planned]:
    """Return every protocol as it runs, the blinds first: nothing is compared without them."""
    blinds = tuple(PROTOCOLS[name] for name in BLINDS)
    others = [one for one in settings.protocols if not isinstance(one, BlindProtocol)]
    run = [(protocol, *varied(protocol, settings.variant)) for protocol in (*blinds, *others)]
    return [Planned(changed, name, protocol.name) for protocol, changed, name in run]


def _must_not_leak(data: StudyData, splits: Sequence[Split]) -> None:
    found = [item for split in splits for item in check_split(data.cohort, split.train, split.test)]
    if found:
        raise CohortError(f"{data.cohort.source}: {found[0]}")


def _compared(
    data: StudyData,
    splits: Sequence[Split],
    ran: Sequence[Ran],
    joints: Mapping[str, JointLevels],
    settings: StudySettings,
) -> Comparison:
    return compare(
        data.reference,
        joints,
        seed=settings.seed,
        replicates=settings.replicates,
        subgroups=True,
        seed_way=seed_way_of(data, splits, ran, joints),
    )


def _material(
    table: Cohort,
    unsealed: Cohort,
    seal: Seal | None,
    data: StudyData,
    settings: StudySettings,
    main: _Way,
    image: _Way | None,
    findings: Sequence[Finding],
) -> StudyMaterial:
    simulated = is_simulated(table)
    calibrated = calibration_of(data, main.joints, main.splits, settings) if main.unit == "patient" else None
    comparison = main.comparison
    if calibrated is not None:
        comparison = replace(comparison, rows=(*comparison.rows, *calibrated.rows))
    best = ledger_of(main.comparison, "metrics.json").best_model()
    return StudyMaterial(
        title="Study of protocols on simulated films" if simulated else "Study of protocols",
        notice=NOTICE,
        simulated=simulated,
        unit=main.unit,
        k=settings.k,
        seed=settings.seed,
        comparison=comparison,
        cohort=summarise_cohort(data.cohort.examinations),
        flow=flow_of(table, unsealed, data),
        findings=tuple(findings),
        folds=tuple(size_of(data, split) for split in main.splits),
        runs=tuple(_run_of(one, main.joints[one.planned.name]) for one in main.ran),
        skipped=(*main.skipped, *(one for one in (image.skipped if image else ()) if one not in main.skipped)),
        history=epoch_records(main.ran, main.splits),
        gaps=gaps_of(main.ran, data, main.splits),
        reliability=calibrated.reliability if calibrated else (),
        coverage=calibrated.coverage if calibrated else (),
        roc=roc_points(data.reference, main.joints),
        worst=worst_cases(data, main.joints[best], protocol=best) if best else (),
        by_image=image.comparison if image else None,
        readers=compare_readers(data.reference, main.joints, seed=settings.seed, replicates=settings.replicates),
        preset=settings.preset,
        about=settings.about,
        provenance={
            **_provenance(data, settings, seal),
            "Calibration": "; ".join(calibrated.notes) or "every fold fitted" if calibrated else "none: split by image",
        },
    )


def says_the_same(joint: JointLevels) -> bool:
    """Say whether every examination has the same levels: a predictor that looks at nothing, whatever it was shown."""
    levels = median_score(joint.margins(), LEVELS[0])
    return len(levels) > 1 and bool((levels == levels[0]).all())


def _run_of(ran: Ran, joint: JointLevels) -> ProtocolRun:
    protocol = ran.planned.protocol
    settings = {name: value for name, value in asdict(protocol).items() if name not in ("name", "title", "source")}
    if "weights" in settings:
        settings["weights"] = Path(settings["weights"]).name  # a path says where the user works
    total, learned = ran.parameters or (None, None)
    note = ran.planned.name.removeprefix(ran.planned.plain).strip(" ()")
    constant = ran.planned.plain not in BLINDS and says_the_same(joint)
    seconds = sum(fold.seconds for fold in ran.folds)
    return ProtocolRun(
        ran.planned.name, ran.planned.plain, protocol.family, protocol.title, protocol.source, settings, note,
        total, learned, seconds, constant,
    )  # fmt: skip


def _provenance(data: StudyData, settings: StudySettings, seal: Seal | None) -> dict[str, Any]:
    versions = {name: metadata.version(name) for name in _LIBRARIES}
    return {
        "radunion": __version__,
        "Python": platform.python_version(),
        "Libraries": versions,
        "Cohort SHA-256 (without the sealed hold-out)": data.cohort.digest(),
        "Sealed hold-out": "none" if seal is None else f"seal {seal.digest()[:16]}, left out",
        "Convention": data.cohort.convention,
        "Folds": f"{settings.k}, seed {settings.seed}",
        "Features": settings.precision,
        "Bootstrap": f"{settings.replicates} samples of patients, seed {settings.seed}",
    }


def _write_protocols(folder: Path, ran: Sequence[Ran]) -> None:
    """Leave every protocol as it ran, as TOML that a study takes."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in ran:
        protocol = one.planned.protocol
        if one.planned.name != one.planned.plain:
            plain = "".join(
                letter if letter.isalnum() or letter in "-_." else "-" for letter in one.planned.name.lower()
            )
            protocol = replace(protocol, name="-".join(filter(None, plain.split("-"))))
        (folder / f"{protocol.name}.toml").write_text(protocol_to_toml(protocol), encoding="utf-8")
