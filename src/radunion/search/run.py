"""Search for the best settings of a protocol on a cohort, together with whoever shares the trials, and tell of it."""

import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from radunion import NOTICE, __version__
from radunion.cohort import Cohort
from radunion.cohort.sealed import Seal, without_sealed
from radunion.errors import TrainingError
from radunion.features import FeatureCache
from radunion.phantom.simulated import is_simulated
from radunion.report.cohort import summarise_cohort
from radunion.report.search.material import SearchMaterial, Trial, Work
from radunion.report.search.write import write_search_report
from radunion.search.again import Repeater, Repeats
from radunion.search.analysis import against_median, importance, which_to_repeat
from radunion.search.claims import Trials, open_trials
from radunion.search.decides import identity_of
from radunion.search.fitting import Fitter
from radunion.search.memory import peak_memory
from radunion.search.place import AGAIN, LOCK, TRIALS, search_folder
from radunion.search.preflight import as_it_runs, must_run
from radunion.search.scores import headline_scale
from radunion.search.settings import SearchSettings
from radunion.search.space import protocol_of
from radunion.search.trying import Trier
from radunion.study.crossval.data import StudyData, study_data
from radunion.study.crossval.methods import Tools
from radunion.study.crossval.naming import LIBRARIES
from radunion.study.crossval.run import Planned
from radunion.study.crossval.splits import Split, splits_of
from radunion.study.protocols import protocol_to_toml
from radunion.study.seed_way import seed_way_of
from radunion.study.study import as_written
from radunion.training.learner import Tell

_SEARCHING = ("optuna",)


def run_search(
    cohort: Cohort, out: Path, settings: SearchSettings, *, cache: FeatureCache, tell: Tell
) -> tuple[SearchMaterial, Path]:
    """Run the trials that are left, repeat the best ones and write the report into `out`; killed and run again it goes
    on.

    A sealed hold-out is left out. Raises UsageError, before any work, for a space that cannot run, a folder of
    something else and a storage that holds another search; CohortError for too few patients; TrainingError when no
    trial could be finished.
    """
    must_run(settings.word, settings.space, seed=settings.seed, variant=settings.variant)
    unsealed, seal = without_sealed(cohort)
    data = study_data(unsealed)
    splits = splits_of(data, k=settings.space.k, unit="patient", seed=settings.seed)
    identity = identity_of(data, settings)
    folder = search_folder(out, settings, identity)
    tools = Tools(cache, settings.precision, settings.seed, folder / "work", tell)
    trier = Trier(data, splits, settings, Fitter(data, tools, heads=settings.heads, device=settings.device), tell)
    with open_trials(
        settings.storage or folder / TRIALS,
        name=settings.space.name,
        space=settings.space,
        seed=settings.seed,
        identity=identity,
        alone=settings.storage is None,
    ) as trials:
        if trials.begun and trials.beside:
            tell("A new search beside others", 0, settings.space.trials, "; ".join(trials.beside))
        trier.run(trials)
        finished = _some_complete(trials.finished())
        repeater = Repeater(trier.repeated, settings.space, identity, folder / AGAIN, tell)
        numbers = which_to_repeat(finished, settings.top)
        repeats = repeater.again(finished, numbers, seed=settings.seed, seeds=settings.repeats)
        with FileLock(folder / LOCK):  # who ends later writes the same again
            material = _material(cohort, data, seal, settings, trials, trier, repeats)
            return material, write_search_report(folder, material)


def _some_complete(finished: Sequence[Trial]) -> Sequence[Trial]:
    if not any(one.state == "complete" for one in finished):
        reasons = dict.fromkeys(one.reason for one in finished if one.reason)
        raise TrainingError(f"no trial of {len(finished)} was completed: {'; '.join(reasons) or 'all were pruned'}")
    return finished


def _material(
    cohort: Cohort,
    data: StudyData,
    seal: Seal | None,
    settings: SearchSettings,
    trials: Trials,
    trier: Trier,
    repeats: Repeats,
) -> SearchMaterial:
    space, finished = settings.space, trials.finished()
    best = trials.best()
    simulated = is_simulated(cohort)
    base = protocol_of(space)
    return SearchMaterial(
        title=f"Search {space.name}{' on simulated films' if simulated else ''}",
        notice=NOTICE,
        simulated=simulated,
        space=space.name,
        protocol=as_it_runs(space, None, settings.variant)[1],
        settings={name: _told(value) for name, value in asdict(base).items() if name not in ("title", "source")},
        objective=space.objective,
        scale="mixed" if space.objective == "auroc18" else headline_scale(data),
        sampler=space.sampler,
        k=space.k,
        epochs=int(getattr(base, "epochs", 0)),
        patience=space.patience,
        pruned=space.pruning != "none",
        axes=space.axes,
        trials=finished,
        work=_work(finished, trials, trier, repeats),
        cohort=summarise_cohort(data.cohort.examinations),
        repeats=repeats.found,
        verdict=against_median(finished, repeats.found, space.k),
        importance=importance(finished, space.axes),
        chosen="" if best is None else _chosen(best, settings),
        provenance={
            **_provenance(data, seal, settings, finished),
            "Memory of the heads that learned at once, estimated": f"{trier.fitter.memory / 2**20:,.0f} MiB",
            "Other searches of this name in the storage": "; ".join(trials.beside) or "none",
            "Repeats that failed": "; ".join(repeats.failed) or "none",
            "blind-view": _blind(data, trier.splits),
        },
    )


def _chosen(best: Trial, settings: SearchSettings) -> str:
    """Return the best trial's protocol as TOML, without a path of the user's."""
    values = dict(best.values)
    if settings.space.patience is not None and best.epochs:  # a protocol's own training knows no patience
        values["epochs"] = best.epochs
    base = protocol_of(settings.space, values)
    changed, told = as_it_runs(settings.space, values, settings.variant)
    return protocol_to_toml(as_written(Planned(changed, told, base)))


def _told(value: Any) -> Any:
    return Path(value).name if isinstance(value, str) and "/" in value else value


def _work(finished: Sequence[Trial], trials: Trials, trier: Trier, repeats: Repeats) -> Work:
    held = [one.memory for one in finished if one.memory] + [peak_memory() or 0]
    return Work(
        head_epochs=sum(one.epochs * trier.settings.space.k for one in finished),
        head_seconds=sum(one.seconds for one in finished),
        repeat_epochs=repeats.epochs,
        repeat_seconds=repeats.seconds,
        feature_seconds=trier.fitter.feature_seconds,
        peak_memory=max(held) or None,
        workers=max(1, trials.workers()),
    )


def _blind(data: StudyData, splits: Sequence[Split]) -> dict[str, float]:
    """Return what knowing only the view gets by the seed study's measure on these folds."""
    labels = data.reference.first_labels()
    taken = seed_way_of(data, splits, [], {}).measure("blind-view", labels, np.ones((1, len(labels))))
    return {"auroc18": next(float(one.values[0]) for one in taken if one.metric == "seed18-macro")}


def _provenance(
    data: StudyData, seal: Seal | None, settings: SearchSettings, finished: Sequence[Trial]
) -> dict[str, Any]:
    devices = sorted({one.device for one in finished if one.device} | {settings.device})
    return {
        "radunion": __version__,
        "Python": platform.python_version(),
        "Libraries": {name: metadata.version(name) for name in (*LIBRARIES, *_SEARCHING)},
        "Cohort SHA-256 (without the sealed hold-out)": data.cohort.digest(),
        "Sealed hold-out": "none" if seal is None else f"seal {seal.digest()[:16]}, left out",
        "Convention": data.cohort.convention,
        "Folds": f"{settings.space.k} by patient, seed {settings.seed}",
        "Features of frozen networks": settings.precision,
        "Heads learned in": f"{settings.heads} on {' and '.join(devices)}",
    }
