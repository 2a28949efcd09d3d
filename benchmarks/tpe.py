"""A third of the work against all of it: TPE with successive halving beside the seed study's regime I.

Both search the same ranges on the same simulated cohort. A search's own best figure flatters it, so that the best of
each is trained again with the same fresh seeds of weights and folds, and those means are compared. TPE is repeated with
five seeds of its own; each time it has a third of the epochs of heads that regime I took, and no trial counts that
ended after they were spent. The network has ImageNet weights where the files beside the repository hold them, else
random ones. Not part of `make bench`: some twenty minutes on two cores.
"""

import math
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search import KEPT, simulated
from radunion.cohort import read_cohort
from radunion.features import FeatureCache
from radunion.report.search.material import Axis, Trial
from radunion.search.fitting import Fitter
from radunion.search.preflight import as_it_runs
from radunion.search.run import run_search
from radunion.search.settings import SearchSettings
from radunion.search.space import SPACES, Space
from radunion.study.crossval.data import StudyData, study_data
from radunion.study.crossval.methods import Tools
from radunion.study.crossval.splits import splits_of
from radunion.study.protocols import Variant
from radunion.training.learner import quiet

PATIENTS, SEED = 200, 77_042
REPEATS = 5
FRESH = tuple(range(9_000, 9_010))
_FILE = (
    Path(os.environ.get("RADUNION_SHARED", "../shared")) / "weights" / "inception_v3_imagenet_to_mixed_7a.safetensors"
)
VARIANT = (
    Variant(files={"imagenet": str(_FILE)}, taps={"": "Mixed_7a"})
    if _FILE.is_file()
    else Variant(files={"imagenet": "none"})
)
REGIME = SPACES["regime-1"]
TPE = replace(
    REGIME,
    name="tpe",
    sampler="tpe",
    pruning="halving",
    axes=(Axis("batch", low=16.0, high=2048.0, log=True), Axis("dropout", low=0.0, high=0.5)),
)


@dataclass(frozen=True)
class Found:
    """Hold the best trial of a search, and the epochs of heads that it took to the end of the last trial counted."""

    best: Trial
    epochs: int
    trials: int


def run() -> list[dict[str, Any]]:
    """Return the fresh mean of regime I's best, and what each TPE's best differs from it."""
    table = simulated(PATIENTS, SEED)
    data = study_data(read_cohort(table))
    with tempfile.TemporaryDirectory() as folder:
        again = Again(data, Path(folder))
        whole = _counted(_searched(table, REGIME, 0, Path(folder)), math.inf, REGIME.k)
        least = again.means(REGIME, whole.best)
        rows = [_row_of_regime(whole, least)]
        for seed in range(1, REPEATS + 1):
            found = _counted(_searched(table, TPE, seed, Path(folder)), whole.epochs / 3, TPE.k)
            rows.append(_row(seed, found, again.means(TPE, found.best), least))
            print(rows[-1], flush=True)
    return rows


class Again:
    """Train a trial again with seeds that no search used."""

    def __init__(self, data: StudyData, work: Path) -> None:
        self.data = data
        tools = Tools(FeatureCache(KEPT / "features"), "bfloat16", 0, work, quiet)
        self.fitter = Fitter(data, tools, heads="bfloat16", device="cpu")

    def means(self, space: Space, trial: Trial) -> np.ndarray:
        """Return the mean over folds for each fresh seed."""
        protocol, _ = as_it_runs(space, trial.values, VARIANT)
        return np.array([self._mean(space, protocol, seed) for seed in FRESH])

    def _mean(self, space: Space, protocol: Any, seed: int) -> float:
        splits = splits_of(self.data, k=space.k, unit="patient", seed=seed)
        fitted = self.fitter.fit(protocol, splits, seed=seed, go_on=lambda step, value: True)
        return float(np.mean(fitted.folds(space.objective)))


def _searched(table: Path, space: Space, seed: int, folder: Path) -> tuple[Trial, ...]:
    settings = SearchSettings(
        word=space.name,
        space=space,
        variant=VARIANT,
        precision="bfloat16",
        heads="bfloat16",
        seed=seed,
        repeats=0,
        top=1,
    )
    cohort = read_cohort(table)
    cache = FeatureCache(KEPT / "features")
    material, _ = run_search(cohort, folder / f"{space.name}-{seed}", settings, cache=cache, tell=quiet)
    return material.trials


def _counted(trials: Iterable[Trial], budget: float, k: int) -> Found:
    """Count trials in their order until the budget is spent, and find the best of them."""
    spent, counted = 0, []
    for trial in trials:
        if spent + trial.epochs * k > budget:
            break
        spent += trial.epochs * k
        counted.append(trial)
    complete = [one for one in counted if one.state == "complete"]
    return Found(max(complete, key=lambda one: one.score or 0.0), spent, len(counted))


def _row_of_regime(found: Found, fresh: np.ndarray) -> dict[str, Any]:
    return {
        "benchmark": f"regime I, best of {found.trials} trials, AUROC with {len(fresh)} fresh seeds",
        "value": round(float(fresh.mean()), 4),
        "unit": f"± {_error(fresh):.4f} (SE)",
        "aim": "",
        "beside": f"{found.best.score:.4f} as searched; {_told(found)}",
    }


def _row(seed: int, found: Found, fresh: np.ndarray, least: np.ndarray) -> dict[str, Any]:
    difference = float(fresh.mean() - least.mean())
    return {
        "benchmark": f"TPE with halving, seed {seed}, a third of the work: best minus regime I's, fresh seeds",
        "value": round(difference, 4),
        "unit": f"({difference / _error(least):+.1f} SE)",
        "aim": ">= -1 SE",
        "beside": f"{fresh.mean():.4f} ± {_error(fresh):.4f}, {found.best.score:.4f} as searched; {_told(found)}",
    }


def _told(found: Found) -> str:
    values = ", ".join(f"{name} {value:.3g}" for name, value in found.best.values.items())
    return f"{found.trials} trials, {found.epochs} epochs of heads, best at {values}"


def _error(fresh: np.ndarray) -> float:
    """Return the standard error of the mean over seeds: of the seeds alone, which all judge the same films."""
    return float(fresh.std(ddof=1) / math.sqrt(len(fresh)))


if __name__ == "__main__":
    for row in run():
        print(f"{row['benchmark']:90} {row['value']} {row['unit']}  {row['beside']}", flush=True)
