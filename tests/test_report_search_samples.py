"""Made-up searches for the tests of their report: both regimes of the seed study, and a mixed space with pruning."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from radunion import NOTICE
from radunion.report.search.material import Axis, Repeat, Sampler, SearchMaterial, State, Trial, Value, Work
from radunion.search.analysis import against_median, which_to_repeat

REGIME_1 = (Axis("batch", 16.0, 2048.0), Axis("dropout", 0.0, 0.5))
REGIME_2 = (
    Axis("learning_rate", choices=(1e-1, 1e-2, 1e-3, 1e-4)),
    Axis("epsilon", choices=tuple(10.0**-power for power in range(1, 9))),
)
MIXED = (
    Axis("learning_rate", 1e-5, 1e-1, log=True),
    Axis("batch", 16.0, 2048.0, log=True),
    Axis("dropout", 0.0, 0.5),
    Axis("optimiser", choices=("adam", "adamw", "sgd")),
    Axis("pooling", choices=("max", "mean")),
)
CHOSEN = """name = "thesis-2-searched"
family = "film"
title = "thesis-2 with what a search chose"
network = "inception_v3"
batch = 1612
dropout = 0.2
learning_rate = 0.001
epsilon = 1e-7
"""


def a_history(top: float, k: int, epochs: int, random: np.random.Generator) -> tuple[Mapping[str, float], ...]:
    """Make the epochs of every fold, as trials keep them: training goes on rising where what was held out does not."""
    rows = []
    for fold in range(k):
        gap, speed = random.normal(0, 0.012), random.uniform(2.5, 5)
        for epoch in range(1, epochs + 1):
            grown = 1 - np.exp(-epoch / speed)
            held = 0.52 + (top - 0.52) * grown + gap * grown + random.normal(0, 0.003)
            learned = 0.52 + (top + 0.05 - 0.52) * grown + 0.002 * epoch * (top > 0.6)
            rows.append({
                "fold": float(fold), "epoch": float(epoch),
                "train_loss": 0.5 - 0.35 * learned, "validation_loss": 0.5 - 0.33 * held,
                "train_auroc18": float(min(learned, 0.995)), "validation_auroc18": float(held),
            })  # fmt: skip
    return tuple(rows)


def a_trial(number: int, values: Mapping[str, Value], top: float, random: np.random.Generator, **changes: Any) -> Trial:
    """Make one trial around a true score."""
    k, epochs = changes.pop("k", 6), changes.pop("epochs", 20)
    seen = top + random.normal(0, 0.003)
    folds = tuple(float(value) for value in seen + random.normal(0, 0.011, k))
    also = {"kappa": 2.2 * (top - 0.66) + random.normal(0, 0.01), "auroc": top - 0.07 + random.normal(0, 0.01)}
    history = a_history(seen, k, epochs, random)
    trial = Trial(
        number, values, "complete", folds, also, history, epochs, 2.3 + 0.1 * number % 1,
        memory=1_100_000_000 + number, device="cpu", worker=f"made-up-{number % 2}",
    )  # fmt: skip
    return replace(trial, **changes)


def a_search(
    axes: tuple[Axis, ...],
    trials: list[Trial],
    *,
    space: str,
    sampler: Sampler,
    top: Mapping[int, float],
    **changes: Any,
) -> SearchMaterial:
    """Make a search of some trials; the first five and the median are trained again around their true scores."""
    random = np.random.default_rng(7)
    repeats = tuple(
        Repeat(number, seed, tuple(float(value) for value in top[number] + random.normal(0, 0.011, 6)))
        for number in which_to_repeat(trials, 5)
        for seed in range(1, 6)
    )
    material = SearchMaterial(
        title="Search of <made-up> heads",
        notice=NOTICE,
        simulated=True,
        space=space,
        protocol="thesis-2",
        settings={"family": "film", "network": "inception_v3", "tap": None, "epochs": 20},
        objective="auroc18",
        sampler=sampler,
        k=6,
        epochs=20,
        pruned=False,
        axes=axes,
        trials=tuple(trials),
        work=Work(12_000, 431.2, 118.4, 1_234_567_890, 2, repeat_epochs=3_600, repeat_seconds=129.4),
        cohort={"patients": 1207, "examinations": 1510, "films": 2936, "sealed": {"patients": 0, "left out": False}},
        repeats=repeats,
        verdict=against_median(trials, repeats, 6),
        chosen=CHOSEN,
        provenance={
            "blind-view": {"auroc18": 0.8062, "kappa": 0.0}, "seed": 0, "radunion": "0.1.0", "cohort digest": "ab12",
        },
    )  # fmt: skip
    return replace(material, **changes)


@cache
def a_regime_1(count: int = 40, **changes: Any) -> SearchMaterial:
    """Make regime I: scores of which neither axis explains much; one trial failed."""
    random = np.random.default_rng(1)
    trials: list[Trial] = []
    top: dict[int, float] = {}
    for number in range(count):
        values: dict[str, Value] = {"batch": int(random.integers(16, 2049)), "dropout": float(random.uniform(0, 0.5))}
        top[number] = 0.801 - 0.15 * (float(values["dropout"]) - 0.2) ** 2 + 0.000002 * float(values["batch"])
        trials.append(a_trial(number, values, top[number], random))
    trials[3] = replace(trials[3], state="failed", folds=(), also={}, history=(), reason="loss was not finite")
    shares = {"batch": 0.31, "dropout": 0.69}
    return a_search(REGIME_1, trials, space="regime-1", sampler="random", top=top, importance=shares, **changes)


@cache
def a_regime_2(**changes: Any) -> SearchMaterial:
    """Make regime II: a grid whose largest learning rate learns nothing."""
    random = np.random.default_rng(2)
    trials: list[Trial] = []
    top: dict[int, float] = {}
    for rate in REGIME_2[0].choices:
        for epsilon in REGIME_2[1].choices:
            number = len(trials)
            top[number] = {1e-1: 0.53, 1e-2: 0.78, 1e-3: 0.80, 1e-4: 0.77}[float(rate)]
            top[number] -= 0.03 * (float(epsilon) >= 1e-2) * (float(rate) < 1e-1)
            trials.append(a_trial(number, {"learning_rate": rate, "epsilon": epsilon}, top[number], random))
    return a_search(REGIME_2, trials, space="regime-2", sampler="grid", top=top, **changes)


@cache
def a_mixed(count: int = 60, **changes: Any) -> SearchMaterial:
    """Make a search over five fields by TPE with pruning, aimed at cortex kappa, without repeats."""
    random = np.random.default_rng(3)
    trials: list[Trial] = []
    for number in range(count):
        values: dict[str, Value] = {
            "learning_rate": float(10 ** random.uniform(-5, -1)),
            "batch": int(2 ** random.uniform(4, 11)),
            "dropout": float(random.uniform(0, 0.5)),
            "optimiser": str(random.choice(["adam", "adamw", "sgd"])),
            "pooling": str(random.choice(["max", "mean"])),
        }
        top = 0.42 - 0.03 * (np.log10(float(values["learning_rate"])) + 3) ** 2 - 0.05 * (values["optimiser"] == "sgd")
        state: State = "pruned" if number % 4 == 3 else "complete"
        reason = "below the median of its rung after 5 epochs" if state == "pruned" else ""
        epochs = 5 if state == "pruned" else 20
        trial = a_trial(number, values, top, random, epochs=epochs, state=state, reason=reason)
        trials.append(replace(trial, also={"auroc18": 0.80, "alpha": top - 0.01}))
    made = a_search(
        MIXED, trials, space="mixed.toml", sampler="tpe", top=dict.fromkeys(range(count), 0.4), objective="kappa",
        pruned=True, repeats=(), verdict=None, simulated=False, provenance={"seed": 0},
        importance={"learning_rate": 0.7, "dropout": 0.1, "optimiser": 0.2},
    )  # fmt: skip
    return replace(made, **changes)
