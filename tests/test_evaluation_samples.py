"""Labels and predictions, made by hand or simulated, for the tests of evaluation."""

from typing import Any

import numpy as np

from radunion.evaluation.blinds import BLINDS, fit_blind
from radunion.evaluation.compare import Comparison
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels


def reference(scores: Any, **changes: Any) -> Reference:
    """Make a reference of one label a row; a score above 0 is scored, 0 blank."""
    array = np.array(scores, dtype=np.int64).reshape(-1, 4)
    n = len(array)
    plain = {
        "examination": np.arange(n),
        "patients": np.array([f"p{row}" for row in range(n)], dtype=np.str_),
        "sites": np.full(n, "one"),
        "visits": np.full(n, "first"),
        "scales": np.full(n, "mrust"),
        "scores": array,
        "scorable": np.where(array > 0, 1, -1),
        "visible": np.ones((n, 4), dtype=bool),
        "convention": "metrc",
    }
    return Reference(**{**plain, **changes})


def simulated(n: int = 300, seed: int = 0) -> tuple[Reference, dict[str, JointLevels]]:
    """Make a cohort on both scales, whose visit says something and whose model says more."""
    random = np.random.default_rng(seed)
    visit = random.integers(0, 3, n)
    base = np.clip(np.round(random.normal(1.6 + 0.7 * visit, 0.9)), 1, 4)
    levels = np.clip(base[:, None] + random.choice([-1, 0, 0, 0, 1], size=(n, 4)), 1, 4).astype(np.int64)
    rust = random.random(n) < 0.3
    scores = np.where(rust[:, None], np.minimum(levels, 3), levels)
    blank = random.random((n, 4)) < 0.08
    scorable = np.where(blank, random.choice([0, -1], size=(n, 4)), 1)
    visible = np.repeat(random.random((n, 2)) < 0.96, 2, axis=1)
    labels = reference(
        np.where(blank, 0, scores),
        patients=np.array([f"p{row}" for row in random.integers(0, n * 2 // 3, n)]),
        sites=np.where(rust, "north", "south"),
        visits=visit.astype(np.str_),
        scales=np.where(rust, "rust", "mrust"),
        scorable=scorable,
        visible=visible,
    )
    predictions: dict[str, JointLevels] = {
        kind: fit_blind(kind, labels).predict(sites=labels.sites, visits=labels.visits) for kind in BLINDS
    }
    for name, noise in (("film", 1.0), ("pair", 0.5)):
        predictions[name] = model(levels, noise=noise, random=random)
    return labels, predictions


def model(levels: np.ndarray, *, noise: float, random: np.random.Generator) -> JointLevels:
    seen = levels + random.normal(0, noise, levels.shape)
    logits = -((seen[..., None] - np.arange(1, 5)) ** 2) / (2 * noise**2)
    shares = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return JointLevels(np.ones((len(levels), 1)), shares[:, None], np.full((len(levels), 4), 0.9))


def one_hot(levels: Any) -> JointLevels:
    array = np.array(levels).reshape(-1, 4)
    return JointLevels(np.ones((len(array), 1)), np.eye(4)[array - 1][:, None], np.ones((len(array), 4)))


def estimate(comparison: Comparison, protocol: str, metric: str, scope: str, scale: str = "mrust") -> float:
    row = comparison.find(protocol, metric, scope, scale)
    assert row is not None and row.estimate is not None
    return row.estimate
