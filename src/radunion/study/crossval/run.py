"""Run every protocol on every fold, keep what is finished, say how long the rest will take."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from radunion.errors import TrainingError
from radunion.features import FeatureCache
from radunion.features import Precision as FeaturePrecision
from radunion.report.study.material import Skipped, Unit
from radunion.study.crossval.data import StudyData
from radunion.study.crossval.methods import Method, Tools, method_of
from radunion.study.crossval.naming import Naming, naming_of
from radunion.study.crossval.preflight import why_not
from radunion.study.crossval.remaining import Remaining
from radunion.study.crossval.result import FoldResult, FoldStore, Record
from radunion.study.crossval.splits import Split
from radunion.study.protocols import BlindProtocol, Protocol
from radunion.training.learner import Tell


@dataclass(frozen=True)
class Planned:
    """A protocol as it runs, the name that it runs under, and what it was before the run changed it."""

    protocol: Protocol
    name: str
    base: Protocol

    @property
    def plain(self) -> str:
        """The protocol's own name."""
        return self.base.name


@dataclass(frozen=True)
class Ran:
    """A protocol's folds, in order, and what is known of all of them."""

    planned: Planned
    folds: tuple[FoldResult, ...]
    record: Record

    @property
    def seconds(self) -> float:
        """What looking at the films and fitting the folds took."""
        return self.record.prepared + sum(fold.seconds for fold in self.folds)


@dataclass(frozen=True)
class Setting:
    """What decides every fold beside protocol, films and split, and what the work is told to.

    `maps` is on how many held-out examinations of the first fold heat-maps are measured, of a split by patient.
    """

    seed: int
    precision: FeaturePrecision
    cache: FeatureCache
    out: Path
    tell: Tell
    maps: int = 0


@dataclass(frozen=True)
class Job:
    """All protocols under one way of splitting."""

    unit: Unit
    splits: tuple[Split, ...]
    planned: tuple[Planned, ...]


def run_jobs(jobs: Sequence[Job], data: StudyData, setting: Setting) -> list[tuple[list[Ran], list[Skipped]]]:
    """Run all; a protocol that cannot run on this machine, or whose training diverges, is skipped with the reason.

    Killed at any moment and run again it goes on, and ends with the same numbers. Raises UsageError, before any work,
    for a protocol that can run nowhere.
    """
    every = {one.name: one for job in jobs for one in job.planned}
    reasons = {name: why_not(one.protocol, seed=setting.seed) for name, one in every.items()}
    runnable = [(job.unit, one.name) for job in jobs for one in job.planned if reasons[one.name] is None]
    remaining = Remaining(runnable, len(jobs[0].splits))
    naming = naming_of(data, seed=setting.seed, precision=setting.precision)
    by_image = replace(setting, maps=0)
    return [
        _run_job(job, data, setting if job.unit == "patient" else by_image, naming, reasons, remaining) for job in jobs
    ]


def _run_job(
    job: Job,
    data: StudyData,
    setting: Setting,
    naming: Naming,
    reasons: dict[str, str | None],
    remaining: Remaining,
) -> tuple[list[Ran], list[Skipped]]:
    ran, skipped = [], []
    for one in job.planned:
        reason = reasons[one.name]
        if reason is None:
            try:
                ran.append(_run_one(one, job, data, setting, naming, remaining))
                continue
            except TrainingError as error:
                reason = str(error)
                remaining.drop((job.unit, one.name))
        skipped.append(Skipped(one.name, reason))
    return ran, skipped


def _run_one(
    planned: Planned, job: Job, data: StudyData, setting: Setting, naming: Naming, remaining: Remaining
) -> Ran:
    run = naming.run(planned.protocol)
    store = FoldStore(setting.out / "folds" / plain_name(planned.name), run)
    work = setting.out / "work" / f"{plain_name(planned.name)}-{job.unit}"
    told = f"{planned.name}{', by image' if job.unit == 'image' else ''}"

    def tell(stage: str, done: int, total: int, note: str) -> None:
        setting.tell(f"{told}: {stage.lower()}", done, total, note)

    method: Method | None = None
    folds = []
    for split in job.splits:
        name = naming.fold(run, split, maps=setting.maps)
        kept = store.get(name)
        if kept is None:
            if method is None:
                method = _prepared(planned, data, setting, store, work, tell)
            kept = method.fit(split, work=work / name)
            store.finish(method.parameters, method.taught)
            if not isinstance(planned.protocol, BlindProtocol):  # refitted sooner than read
                store.put(name, kept)
            shutil.rmtree(work / name, ignore_errors=True)
        folds.append(kept)
        remaining.finished((job.unit, planned.name), kept.seconds)
        setting.tell(f"{told}: folds", split.fold, len(job.splits), str(remaining))
    shutil.rmtree(work, ignore_errors=True)
    return Ran(planned, tuple(folds), store.record())


def _prepared(planned: Planned, data: StudyData, setting: Setting, store: FoldStore, work: Path, tell: Tell) -> Method:
    """Look at all films, and note how long that took."""
    start = time.monotonic()
    method = method_of(
        planned.protocol, data, Tools(setting.cache, setting.precision, setting.seed, work, tell, setting.maps)
    )
    store.prepared(time.monotonic() - start)
    return method


def plain_name(name: str) -> str:
    """Return a name that any file system takes."""
    return "".join(letter if letter.isalnum() or letter in "._-@" else "-" for letter in name).strip("-")
