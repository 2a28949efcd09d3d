"""Heads of the seed's search on cached features: one by one as `train_films` does, in a loop, batched, and the floor.

An epoch of all six folds learns 2,447 films a fold and watches 490; the figure is the time of one fold's epoch. The
floor is six operations a parameter and film at the rate that this machine multiplies matrices of these shapes at, each
precision at its own rate. Ways take turns, so that whatever else the machine does falls on all; the quickest round of
each counts. Features are simulated noise: what is learned makes no difference to the time.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from radunion.training.films.data import feature_inputs
from radunion.training.films.loop import FilmRun, train_films
from radunion.training.films.many import HeadJob, HeadPrecision, How, train_heads
from radunion.training.films.network import head_of
from radunion.training.films.settings import FilmSettings
from radunion.training.films.targets import FilmTargets

FILMS, SIGHTS, CHANNELS, FOLDS = 2937, 4, 2048, 6
BATCHES = (16, 128, 1024, 2048)
SHAPES = ((1024, 2048), (512, 1024), (256, 512))
PARAMETERS = sum(after * before + after for after, before in (*SHAPES, (18, 256)))
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
    rates = {name: max(_rate(kind) for _ in range(ROUNDS)) for name, kind in _DTYPES.items()}
    floors = {name: 6 * PARAMETERS * (FILMS - FILMS // FOLDS) / rate for name, rate in rates.items()}
    return [row for batch in BATCHES for row in _rows(batch, features, targets, floors)]


def _rows(batch: int, features: np.ndarray, targets: FilmTargets, floors: dict[str, float]) -> list[dict[str, Any]]:
    settings = FilmSettings(
        network="inception_v3", weights="none", tap=None, pooling="max", trains="head", head="thesis", outputs="seed18",
        size=299, augmentation="flips", dropout=0.2, batch=batch, epochs=_TIMED + 1, learning_rate=1e-3, epsilon=1e-7,
    )  # fmt: skip
    films = np.arange(FILMS)
    jobs = [HeadJob(settings, films[films % FOLDS != fold], films[films % FOLDS == fold]) for fold in range(FOLDS)]
    ways: dict[tuple[str, str], Callable[[], float]] = {
        ("float32", "train_films"): lambda: _alone(jobs[0], features, targets)
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


def _together(
    jobs: list[HeadJob], features: np.ndarray, targets: FilmTargets, precision: HeadPrecision, how: How
) -> float:
    """Return the seconds of a fold's epoch after the first."""
    stamps: list[float] = []

    def all_go_on(epochs: object) -> bool:
        stamps.append(time.perf_counter())
        return len(stamps) < _TIMED

    train_heads(features, targets, jobs, precision=precision, how=how, all_go_on=all_go_on)
    return (stamps[-1] - stamps[0]) / (len(stamps) - 1) / len(jobs)


def _rate(kind: torch.dtype) -> float:
    """Return operations a second of the products of a step of 2,048 films: forward, and both gradients."""
    work = []
    for after, before in SHAPES:
        weight, inputs = torch.randn(after, before).to(kind), torch.randn(2048, before).to(kind)
        outputs = torch.randn(2048, after).to(kind)
        work += [(inputs, weight.mT), (outputs.mT, inputs), (outputs, weight)]
    for left, right in work:
        left @ right
    start = time.perf_counter()
    for left, right in work:
        left @ right
    seconds = time.perf_counter() - start
    return sum(6 * 2048 * after * before for after, before in SHAPES) / seconds


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
