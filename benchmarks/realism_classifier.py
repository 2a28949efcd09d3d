"""How well a classifier tells simulated from real crops: folds by patient, interval by a bootstrap over patients."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Shaped
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from radunion.evaluation.bootstrap import patient_weights, percentile_interval
from radunion.evaluation.discrimination import auroc

FOLDS, REPLICATES, HALVINGS = 5, 500, 5
Rows = Float[np.ndarray, "n c"]
Patients = Shaped[np.ndarray, " n"]


@dataclass(frozen=True)
class Told:
    """Hold an AUROC and its 95 % interval."""

    auroc: float
    low: float
    high: float


@dataclass(frozen=True)
class Cue:
    """Hold one statistic: how well it alone tells simulated (above 0.5: it is larger there) from real; its medians."""

    name: str
    auroc: float
    real: float
    simulated: float


def logistic(seed: int) -> Any:
    """Return a logistic regression for many features of a few hundred crops."""
    model = LogisticRegression(C=0.003, class_weight="balanced", max_iter=2000, random_state=seed)
    return make_pipeline(StandardScaler(), model)


def forest(seed: int) -> Any:
    """Return a random forest for some dozens of statistics."""
    return RandomForestClassifier(200, min_samples_leaf=5, class_weight="balanced", random_state=seed, n_jobs=1)


def told_apart(
    rows: Rows, simulated: Bool[np.ndarray, " n"], patients: Patients, model: Callable[[int], Any], *, seed: int
) -> Told:
    """Return the out-of-fold AUROC; crops are ranked against those of the same fold only."""
    scores, fold = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.int64)
    splits = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for number, (learned, asked) in enumerate(splits.split(rows, simulated, patients)):
        fitted = model(seed).fit(rows[learned], simulated[learned])
        scores[asked], fold[asked] = fitted.predict_proba(rows[asked])[:, 1], number
    weights = patient_weights(patients, replicates=REPLICATES, seed=seed)
    values = auroc(scores, simulated, weights, strata=fold)
    return Told(float(values[0]), *percentile_interval(values))


def told_halves(rows: Rows, patients: Patients, model: Callable[[int], Any], *, seed: int) -> Told:
    """Return the same of one half of the real patients against the other: some halvings' mean and range."""
    values = []
    for halving in range(HALVINGS):
        names = np.random.default_rng([seed, halving]).permutation(np.unique(patients))
        half = np.isin(patients, names[: len(names) // 2])
        values.append(told_apart(rows, half, patients, model, seed=seed).auroc)
    return Told(float(np.mean(values)), min(values), max(values))


def cues(rows: Rows, simulated: Bool[np.ndarray, " n"], names: list[str]) -> list[Cue]:
    """Return every statistic, the most telling first."""
    once = np.ones((1, len(rows)))
    found = [
        Cue(name, float(auroc(one, simulated, once)[0]), _median(one[~simulated]), _median(one[simulated]))
        for name, one in zip(names, rows.T, strict=True)
    ]
    return sorted(found, key=lambda cue: -abs(cue.auroc - 0.5))


def _median(values: Float[np.ndarray, " n"]) -> float:
    return float(np.median(values))
