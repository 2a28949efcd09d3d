"""The study: every protocol on the same folds of one cohort, compared with what needs no image, told in one report."""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int64

from radunion import NOTICE, __version__
from radunion.cohort import Cohort, Finding, check_split
from radunion.cohort.sealed import Seal, without_sealed
from radunion.errors import CohortError, TrainingError
from radunion.evaluation.blinds import BLINDS
from radunion.evaluation.compare import Comparison, compare
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.evaluation.readers import compare_readers
from radunion.features import FeatureCache
from radunion.joint import JointLevels, median_score
from radunion.phantom.simulated import is_simulated
from radunion.report.cohort import summarise_cohort
from radunion.report.study.blocks import slug
from radunion.report.study.ledger import ledger_of
from radunion.report.study.material import ProtocolRun, Skipped, StudyMaterial, Unit
from radunion.report.study.write import write_study_report
from radunion.scale import CORTICES, LEVELS, view_of
from radunion.scoring.views import PAIR
from radunion.study.calibrated import calibration_of
from radunion.study.crossval.data import StudyData, study_data
from radunion.study.crossval.naming import LIBRARIES
from radunion.study.crossval.pool import fold_of_examination, of_fold, out_of_fold
from radunion.study.crossval.run import Job, Planned, Ran, Setting, run_jobs
from radunion.study.crossval.splits import Split, size_of, splits_of
from radunion.study.curves import epoch_records, gaps_of
from radunion.study.flow import flow_of
from radunion.study.place import claimed
from radunion.study.protocols import PROTOCOLS, NetworkProtocol, Protocol, protocol_to_toml, varied
from radunion.study.roc import roc_points
from radunion.study.seed_way import seed_way_of
from radunion.study.settings import StudySettings
from radunion.study.worst import worst_cases
from radunion.training.examples import ABSENT
from radunion.training.learner import Tell
from radunion.training.precision import learning_precision

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
    folds: Int64[np.ndarray, " n"]
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
        ways = _ways(data, settings, Setting(settings.seed, settings.precision, cache, out, tell, settings.maps))
        tell("Measuring", 0, 1, "")
        material = _material(cohort, unsealed, seal, data, settings, ways, findings)
        _write_protocols(out / "protocols", ways[0].ran)
        report = write_study_report(out, material)
        tell("Measuring", 1, 1, "")
    return Study(material, report)


def _ways(data: StudyData, settings: StudySettings, setting: Setting) -> list[_Way]:
    """Run the protocols by the way of the report, and by image too where that was asked for."""
    units: tuple[Unit, ...] = ("patient", "image") if settings.units == "both" else (settings.unit,)
    jobs = [_job(data, settings, unit) for unit in units]
    torn = [_torn(settings) if unit == "image" else [] for unit in units]
    found = run_jobs(jobs, data, setting)
    return [
        _way(data, settings, job, ran, [*skipped, *left])
        for job, (ran, skipped), left in zip(jobs, found, torn, strict=True)
    ]


def _job(data: StudyData, settings: StudySettings, unit: Unit) -> Job:
    splits = splits_of(data, k=settings.k, unit=unit, seed=settings.seed)
    if unit == "patient":
        _must_not_leak(data, splits)
    planned = [one for one in planned_protocols(settings) if unit == "patient" or not _reads_pairs(one)]
    return Job(unit, splits, tuple(planned))


def _way(data: StudyData, settings: StudySettings, job: Job, ran: Sequence[Ran], skipped: Sequence[Skipped]) -> _Way:
    if not any(one.planned.plain not in BLINDS for one in ran) and len(job.planned) > len(BLINDS):
        raise TrainingError("no protocol could run: " + "; ".join(f"{one.name}: {one.reason}" for one in skipped))
    joints = {one.planned.name: out_of_fold(one, data, job.splits) for one in ran}
    folds = fold_of_examination(data, job.splits)
    comparison = _compared(data, job.splits, ran, joints, settings, folds)
    return _Way(job.unit, job.splits, tuple(ran), tuple(skipped), joints, folds, comparison)


def _reads_pairs(planned: Planned) -> bool:
    return planned.protocol.reads_pairs and planned.plain not in BLINDS


def _torn(settings: StudySettings) -> list[Skipped]:
    return [Skipped(f"{one.name}, split by image", _TORN) for one in planned_protocols(settings) if _reads_pairs(one)]


def planned_protocols(settings: StudySettings) -> list[Planned]:
    """Return every protocol as it runs, the blinds first: nothing is compared without them."""
    blinds = tuple(PROTOCOLS[name] for name in BLINDS)
    others = [one for one in settings.protocols if one.name not in BLINDS]
    run = [(protocol, *varied(protocol, settings.variant)) for protocol in (*blinds, *others)]
    return [Planned(changed, name, protocol) for protocol, changed, name in run]


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
    folds: Int64[np.ndarray, " n"],
) -> Comparison:
    return compare(
        data.reference,
        joints,
        seed=settings.seed,
        replicates=settings.replicates,
        subgroups=True,
        seed_way=seed_way_of(data, splits, ran, joints),
        folds=folds,
    )


def _material(
    table: Cohort,
    unsealed: Cohort,
    seal: Seal | None,
    data: StudyData,
    settings: StudySettings,
    ways: Sequence[_Way],
    findings: Sequence[Finding],
) -> StudyMaterial:
    main, image = ways[0], ways[1] if len(ways) > 1 else None
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
        runs=tuple(_run_of(one, data, main.splits) for one in main.ran),
        skipped=(*main.skipped, *(one for one in (image.skipped if image else ()) if one not in main.skipped)),
        history=epoch_records(main.ran, main.splits),
        gaps=gaps_of(main.ran, data, main.splits),
        reliability=calibrated.reliability if calibrated else (),
        coverage=calibrated.coverage if calibrated else (),
        roc=roc_points(data.reference, main.joints, folds=main.folds),
        heatmaps=tuple(_heatmaps(main.ran)),
        worst=worst_cases(data, main.joints[best], protocol=best) if best else (),
        by_image=image.comparison if image else None,
        readers=compare_readers(data.reference, main.joints, seed=settings.seed, replicates=settings.replicates),
        preset=settings.preset,
        sealed=seal is not None,
        about=settings.about,
        provenance={
            **_provenance(data, settings, seal),
            "Calibration": "; ".join(calibrated.notes) or "every fold fitted" if calibrated else "none: split by image",
        },
    )


def _heatmaps(ran: Sequence[Ran]) -> Iterator[HeatmapQuality]:
    """Yield what was measured of each protocol's heat-maps, under the name that it runs under."""
    for one in ran:
        for quality in (found for fold in one.folds for found in fold.heatmaps):
            yield quality.named(one.planned.name, key=f"heatmaps-{slug(one.planned.name)}-{quality.way}")


def says_the_same(ran: Ran, data: StudyData, splits: Sequence[Split]) -> bool:
    """Say whether each fold gives every cortex that it sees one level: a predictor that learned nothing from films."""
    seen = np.array([[pair[PAIR.index(view_of(cortex))] != ABSENT for cortex in CORTICES] for pair in data.pairs])
    for fold, split in zip(ran.folds, splits, strict=True):
        levels = median_score(of_fold(fold, ran.planned.protocol, data).margins(), LEVELS[0])[split.test]
        for column in range(len(CORTICES)):
            if len(np.unique(levels[seen[split.test, column], column])) > 1:
                return False
    return True


def _run_of(ran: Ran, data: StudyData, splits: Sequence[Split]) -> ProtocolRun:
    protocol = ran.planned.protocol
    settings = {name: value for name, value in asdict(protocol).items() if name not in ("name", "title", "source")}
    if "weights" in settings:
        settings["weights"] = Path(settings["weights"]).name  # a path says where the user works
    total, learned = ran.record.parameters or (None, None)
    note = ran.planned.name.removeprefix(ran.planned.plain).strip(" ()")
    constant = ran.planned.plain not in BLINDS and says_the_same(ran, data, splits)
    return ProtocolRun(
        ran.planned.name, ran.planned.plain, protocol.family, protocol.title, protocol.source, settings, note,
        total, learned, ran.seconds, constant, ran.record.taught,
    )  # fmt: skip


def _provenance(data: StudyData, settings: StudySettings, seal: Seal | None) -> dict[str, Any]:
    versions = {name: metadata.version(name) for name in LIBRARIES}
    return {
        "radunion": __version__,
        "Python": platform.python_version(),
        "Libraries": versions,
        "Cohort SHA-256 (without the sealed hold-out)": data.cohort.digest(),
        "Sealed hold-out": "none" if seal is None else f"seal {seal.digest()[:16]}, left out",
        "Convention": data.cohort.convention,
        "Folds": f"{settings.k}, seed {settings.seed}",
        "Features of frozen networks": settings.precision,
        "Networks learned in": f"{learning_precision()}; heads on frozen features in float32",
        "Bootstrap": f"{settings.replicates} samples of patients, seed {settings.seed}",
    }


def _write_protocols(folder: Path, ran: Sequence[Ran]) -> None:
    """Leave every protocol as it ran, as TOML that a study takes; a weights file is given again with --weights."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in ran:
        protocol = as_written(one.planned)
        (folder / f"{protocol.name}.toml").write_text(protocol_to_toml(protocol), encoding="utf-8")


def as_written(planned: Planned) -> Protocol:
    """Return a protocol as it ran, under a name of its own where it is changed, and without the user's path."""
    protocol, base = planned.protocol, planned.base
    if isinstance(protocol, NetworkProtocol) and isinstance(base, NetworkProtocol):
        protocol = replace(protocol, weights="none" if protocol.weights == "none" else base.weights)
    if protocol == base:
        return protocol
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in planned.name.lower())
    return replace(protocol, name="-".join(filter(None, plain.split("-"))))
