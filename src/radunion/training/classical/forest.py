"""Stacked random forests that fuse groups of engineered features, after Cao et al. 2015.

Fracture detection in x-ray images through stacked random forests feature fusion (ISBI 2015): class probabilities that
forests of a lower layer give become features of the next. There the answer is whether a patch is fractured; here, our
choice, it is whether a cortex has at least a level. The first layer is one forest for each group of features, cortex
and threshold, its probabilities of training films from patient-grouped inner folds; the second layer sees those of
both cortices of the view beside the features. P(scorable) and P(lateral view) come from one forest each, not stacked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64, Shaped

from radunion.errors import TrainingError
from radunion.scale import CORTICES, CORTICES_ON, view_of
from radunion.training.classical.engineered import GROUPS
from radunion.training.classical.problems import (
    ORDINAL,
    Kind,
    Problem,
    check_rows,
    patient_folds,
    problems_of,
    said_of,
    shows,
)
from radunion.training.classical.said import FilmSaid

FUSED = ("line", "callus")
"""The groups whose features the second layer sees beside the probabilities; all of them would drown those."""

_FIRST, _SECOND = 60, 200  # trees
_LEAF = 3
_INNER = 3
Key = tuple[Kind, int, int]


@dataclass(frozen=True)
class Learner:
    """A forest, or a constant where there was one answer only."""

    forest: Any | None
    rate: float

    def __call__(self, features: Float[np.ndarray, "m d"]) -> Float[np.ndarray, " m"]:
        """Return P(yes)."""
        if self.forest is None or not len(features):
            return np.full(len(features), self.rate)
        return np.asarray(self.forest.predict_proba(features)[:, 1])


@dataclass
class ForestModel:
    """Levels of cortices, scorability and the view of films from their engineered features."""

    first: dict[tuple[Key, str], list[Learner]] = field(default_factory=dict)
    second: dict[Key, Learner] = field(default_factory=dict)
    flat: dict[Key, Learner] = field(default_factory=dict)

    def fit(
        self,
        features: Mapping[str, Float32[np.ndarray, "_ _"]],
        view_lateral: Bool[np.ndarray, " m"],
        allowed: Bool[np.ndarray, "m 4 4"],
        scorable: Float[np.ndarray, "m 4"],
        groups: Shaped[np.ndarray, " m"],
        *,
        seed: int,
    ) -> "ForestModel":
        """Learn from films; `allowed` are the levels that each label leaves open, `groups` the patients.

        Raises TrainingError for features that do not fit the films, or fewer than 2 patients.
        """
        check_rows(features, GROUPS, len(view_lateral))
        fold = patient_folds(groups, _INNER)
        problems = problems_of(view_lateral, allowed, scorable)
        levels = [problem for problem in problems if problem.kind in ORDINAL]
        draws = np.random.default_rng(seed)
        self.first = {
            (problem.key, group): _folded(features[group], problem, fold, draws)
            for problem in levels
            for group in GROUPS
        }
        outside = {key: _out_of_fold(learners, features[key[1]], fold) for key, learners in self.first.items()}
        self.second = {
            problem.key: _learn(_stacked(features, outside, problem.cortex), problem, _SECOND, draws)
            for problem in levels
        }
        everything = _joined(features, GROUPS)
        self.flat = {
            problem.key: _learn(everything, problem, _SECOND, draws)
            for problem in problems
            if problem.kind not in ORDINAL
        }
        return self

    def predict(
        self, features: Mapping[str, Float32[np.ndarray, "_ _"]], view_lateral: Bool[np.ndarray, " m"]
    ) -> FilmSaid:
        """Say what the films show; the first layer's answer to a new film is the mean over its inner folds.

        Raises TrainingError before `fit`.
        """
        check_rows(features, GROUPS, len(view_lateral))
        if not self.second:
            raise TrainingError("a model must be fitted before it predicts; call fit first")
        inside = {
            key: np.mean([learner(features[key[1]]) for learner in learners], axis=0)
            for key, learners in self.first.items()
        }
        answered = {key: np.full(len(view_lateral), np.nan) for key in self.second}
        for key, learner in self.second.items():
            shown = shows(view_lateral, key[1])
            answered[key][shown] = learner(_stacked(features, inside, key[1])[shown])
        everything = _joined(features, GROUPS)
        answered |= {key: learner(everything) for key, learner in self.flat.items()}
        return said_of(view_lateral, answered)


def _folded(
    features: Float32[np.ndarray, "m d"], problem: Problem, fold: Int64[np.ndarray, " m"], draws: np.random.Generator
) -> list[Learner]:
    """Learn once without each inner fold."""
    return [
        _learn(features, _without(problem, fold[problem.rows] == number), _FIRST, draws)
        for number in range(int(fold.max()) + 1)
    ]


def _out_of_fold(
    learners: list[Learner], features: Float32[np.ndarray, "m d"], fold: Int64[np.ndarray, " m"]
) -> Float[np.ndarray, " m"]:
    """Return what each film is said to be by the learner that saw no film of its patient."""
    found = np.empty(len(features))
    for number, learner in enumerate(learners):
        found[fold == number] = learner(features[fold == number])
    return found


def _stacked(
    features: Mapping[str, Float32[np.ndarray, "m _"]],
    probabilities: Mapping[tuple[Key, str], Float[np.ndarray, " m"]],
    cortex: int,
) -> Float[np.ndarray, "m d"]:
    """Put the first layer's probabilities for both cortices of a view beside the fused features."""
    pair = {CORTICES.index(name) for name in CORTICES_ON[view_of(CORTICES[cortex])]}
    columns = [values for (key, _), values in probabilities.items() if key[1] in pair]
    return np.concatenate([np.stack(columns, axis=1), _joined(features, FUSED)], axis=1)


def _joined(features: Mapping[str, Float32[np.ndarray, "m _"]], names: tuple[str, ...]) -> Float32[np.ndarray, "m d"]:
    return np.concatenate([features[name] for name in names], axis=1)


def _without(problem: Problem, left_out: Bool[np.ndarray, " r"]) -> Problem:
    rows, target = problem.rows[~left_out], problem.target[~left_out]
    return Problem(problem.kind, problem.cortex, problem.threshold, rows, target, problem.prior)


def _learn(features: Float[np.ndarray, "m d"], problem: Problem, trees: int, draws: np.random.Generator) -> Learner:
    from sklearn.ensemble import RandomForestClassifier

    state = int(draws.integers(2**31))
    if len(np.unique(problem.target)) < 2:
        return Learner(None, problem.rate)
    forest = RandomForestClassifier(trees, min_samples_leaf=_LEAF, random_state=state)
    return Learner(forest.fit(features[problem.rows], problem.target), problem.rate)
