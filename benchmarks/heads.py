"""Heads of the seed's search on cached features: one by one as `train_films` does, in a loop, batched, and the floor.

An epoch of all six folds learns 2,448 films a fold and watches 489; the figure is the time of one fold's epoch. The
floor is what has to be multiplied at the best rate at which this machine multiplies matrices, each precision at its own
rate. scikit-learn's network of the same layers, without dropout and without a look at the watched films, stands beside.
Ways take turns, so that whatever else the machine does falls on all; the quickest round of each counts. Features are
simulated noise: what is learned makes no difference to the time.
"""

import time
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import torch

from benchmarks.arithmetic import head_operations, matrix_rate
from radunion.training.films.data import feature_inputs
from radunion.training.films.loop import FilmRun, train_films
from radunion.training.films.many import HeadJob, HeadPrecision, How, train_heads
from radunion.training.films.network import head_of
from radunion.training.films.settings import FilmSettings
from radunion.training.films.targets import FilmTargets

FILMS, SIGHTS, CHANNELS, FOLDS = 2937, 4, 2048, 6
BATCHES = (16, 128, 1024, 2048)
ROUNDS = 2
WAYS: tuple[tuple[HeadPrecision, How], ...] = (
    ("float32", "loop"), ("float32", "batched"), ("bfloat16", "loop"), ("bfloat16", "batched"),
)  # fmt: skip
_TIMED = 2
_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def run() -> list[dict[str, Any]]:
    """Return seconds of a fold's epoch for every batch size and way, beside the floor of its precision."""
    random = np.random.default_rng(0)
    features = random.random((FILMS, SIGHTS, CHANNELS), dtype=np.float32)
    targets = FilmTargets((random.random((FILMS, 18)) < 0.2).astype(np.float32), np.ones((FILMS, 18), dtype=bool))
    operations = head_operations(FILMS - FILMS // FOLDS, FILMS // FOLDS)
    floors = {name: operations / matrix_rate(kind) for name, kind in _DTYPES.items()}
    return [row for batch in BATCHES for row in _rows(batch, features, targets, floors)]


def _rows(batch: int, features: np.ndarray, targets: FilmTargets, floors: dict[str, float]) -> list[dict[str, Any]]:
    settings = FilmSettings(
        network="inception_v3", weights="none", tap=None, pooling="max", trains="head", head="thesis", outputs="seed18",
        size=299, augmentation="flips", dropout=0.2, batch=batch, epochs=_TIMED + 1, learning_rate=1e-3, epsilon=1e-7,
    )  # fmt: skip
    films = np.arange(FILMS)
    jobs = [HeadJob(settings, films[films % FOLDS != fold], films[films % FOLDS == fold]) for fold in range(FOLDS)]
    ways: dict[tuple[str, str], Callable[[], float]] = {
        ("float32", "train_films"): lambda: _alone(jobs[0], features, targets),
        ("float32", "scikit-learn"): lambda: _scikit_learn(jobs[0], features, targets),
    }
    for precision, how in WAYS:
        ways[precision, how] = lambda precision=precision, how=how: _together(jobs, features, targets, precision, how)  # type: ignore[misc]
    rounds = [{way: work() for way, work in ways.items()} for _ in range(ROUNDS)]
    return [_row(batch, way, [one[way] for one in rounds], floors[way[0]]) for way in ways]


def _alone(job: HeadJob, features: np.ndarray, targets: FilmTargets) -> float:
    """Return the seconds of an epoch after the first."""
    stamps: list[float] = []
    run = FilmRun(
        feature_inputs(features, each=False), targets, job.learned, job.watched, job.settings, "bench",
        progress=lambda epoch: stamps.append(time.perf_counter()),
    )  # fmt: skip
    train_films(head_of(job.settings, CHANNELS), run)
    return (stamps[-1] - stamps[0]) / (len(stamps) - 1)


def _scikit_learn(job: HeadJob, features: np.ndarray, targets: FilmTargets) -> float:
    """Return the seconds of an epoch after the first."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    seconds = []
    network = MLPClassifier(
        (1024, 512, 256), batch_size=job.settings.batch, learning_rate_init=1e-3, alpha=0.0, max_iter=1, warm_start=True
    )
    films, wanted = features[job.learned, 0], targets.values[job.learned].astype(int)
    for _ in range(_TIMED + 1):
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(films, wanted)
        seconds.append(time.perf_counter() - start)
    return sum(seconds[1:]) / _TIMED


def _together(
    jobs: list[HeadJob], features: np.ndarray, targets: FilmTargets, precision: HeadPrecision, how: How
) -> float:
    """Return the seconds of a fold's epoch after the first."""
    stamps: list[float] = []

    def ending(epochs: Mapping[int, object]) -> Collection[int]:
        stamps.append(time.perf_counter())
        return epochs if len(stamps) == _TIMED else ()

    train_heads(features, targets, jobs, precision=precision, how=how, ending=ending)
    return (stamps[-1] - stamps[0]) / (len(stamps) - 1) / len(jobs)


def _row(batch: int, way: tuple[str, str], seconds: list[float], floor: float) -> dict[str, Any]:
    best = min(seconds)
    return {
        "benchmark": f"an epoch of a head, batch {batch}, {way[1]}, {way[0]}",
        "value": round(best, 3),
        "low": round(best, 3),
        "high": round(max(seconds), 3),
        "unit": "s",
        "aim": "<= 1.5 floors",
        "beside": f"{best / floor:.2f} times its floor of {floor:.3f} s",
    }


if __name__ == "__main__":
    for row in run():
        print(f"{row['benchmark']:60} {row['value']:7.3f} to {row['high']:7.3f} s  {row['beside']}", flush=True)
