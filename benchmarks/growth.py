"""How the time of a search's heads grows with films, trials and folds: one is doubled twice, the others stay.

Each figure is the exponent of the growth, 1 where twice as much takes twice as long. The work of an epoch of a fold is
proportional to its films, so that folds count k - 1 times the films of one.
"""

import time
from typing import Any

import numpy as np

from radunion.training.films.many import HeadJob, train_heads
from radunion.training.films.settings import FilmSettings
from radunion.training.films.targets import FilmTargets

CHANNELS, SIGHTS, BATCH, EPOCHS = 2048, 4, 256, 2
USUAL = {"films": 1200, "trials": 1, "folds": 6}
ROUNDS = 2


def run() -> list[dict[str, Any]]:
    """Return the exponents."""
    return [_row(name, [usual * times for times in (1, 2, 4)]) for name, usual in USUAL.items()]


def _row(name: str, sizes: list[int]) -> dict[str, Any]:
    seconds = [min(_seconds(**{**USUAL, name: size}) for _ in range(ROUNDS)) for size in sizes]
    learned = [size - 1 if name == "folds" else size for size in sizes]
    slope = np.polyfit(np.log(learned), np.log(seconds), 1)[0]
    told = ", ".join(f"{size}: {one:.2f} s" for size, one in zip(sizes, seconds, strict=True))
    return {
        "benchmark": f"growth of heads with {name}",
        "value": round(float(slope), 2),
        "unit": "exponent",
        "aim": "<= 1.1",
        "beside": told,
    }


def _seconds(films: int, trials: int, folds: int) -> float:
    """Return the seconds of `EPOCHS` epochs of all folds of all trials."""
    random = np.random.default_rng(0)
    features = random.random((films, SIGHTS, CHANNELS), dtype=np.float32)
    targets = FilmTargets((random.random((films, 18)) < 0.2).astype(np.float32), np.ones((films, 18), dtype=bool))
    places = np.arange(films)
    start = time.perf_counter()
    for trial in range(trials):
        jobs = [_job(trial, places[places % folds != fold], places[places % folds == fold]) for fold in range(folds)]
        train_heads(features, targets, jobs, precision="bfloat16")
    return time.perf_counter() - start


def _job(seed: int, learned: np.ndarray, watched: np.ndarray) -> HeadJob:
    settings = FilmSettings(
        network="inception_v3", weights="none", tap=None, pooling="max", trains="head", head="thesis", outputs="seed18",
        size=299, augmentation="flips", dropout=0.2, batch=BATCH, epochs=EPOCHS, learning_rate=1e-3, epsilon=1e-7,
        seed=seed,
    )  # fmt: skip
    return HeadJob(settings, learned, watched)


if __name__ == "__main__":
    for row in run():
        print(f"{row['benchmark']:40} {row['value']:5.2f}  {row['beside']}", flush=True)
