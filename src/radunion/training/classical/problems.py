"""The binary questions that both classical systems answer, and how answers become what is said of a film."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64, Shaped

from radunion.errors import TrainingError
from radunion.scale import CORTICES, LEVELS, view_of
from radunion.training.classical.ordinal import THRESHOLDS, answers, level_probabilities, open_thresholds
from radunion.training.classical.said import FilmSaid

Kind = Literal["level", "within", "scorable", "view"]
"""`level`: is the level at least the threshold. `within`: the same where it is that or one less."""
ORDINAL: tuple[Kind, ...] = ("level", "within")


@dataclass(frozen=True)
class Problem:
    """One question, the films that answer it and their answers; `prior` is what is said where none does."""

    kind: Kind
    cortex: int
    threshold: int
    rows: Int64[np.ndarray, " r"]
    target: Bool[np.ndarray, " r"]
    prior: float

    @property
    def key(self) -> tuple[Kind, int, int]:
        """What tells problems apart."""
        return self.kind, self.cortex, self.threshold

    @property
    def rate(self) -> float:
        """The share of "yes", the prior counting as one film, so that no rate is 0 or 1."""
        return (float(self.target.sum()) + self.prior) / (len(self.target) + 1)


def problems_of(
    view_lateral: Bool[np.ndarray, " m"], allowed: Bool[np.ndarray, "m 4 4"], scorable: Float[np.ndarray, "m 4"]
) -> list[Problem]:
    """Return all questions: is it a lateral film; for each cortex, is it scorable, is it at least each level.

    Only films that show a cortex are asked about it; NaN in `scorable` is no answer. Raises ValueError for labels that
    allow no level or are of two conventions.
    """
    everyone, within = np.arange(len(view_lateral)), open_thresholds(allowed)
    found = [Problem("view", -1, -1, everyone, view_lateral.copy(), 0.5)]
    for cortex in range(len(CORTICES)):
        shown = np.flatnonzero(shows(view_lateral, cortex))
        found.append(_problem("scorable", cortex, -1, shown, scorable[shown, cortex], 0.5))
        decided = answers(allowed[shown, cortex], within)
        for column, threshold in enumerate(THRESHOLDS):
            kind: Kind = "within" if threshold in within else "level"
            uniform = 0.5 if threshold in within else (len(LEVELS) + 1 - threshold) / len(LEVELS)
            found.append(_problem(kind, cortex, threshold, shown, decided[:, column], uniform))
    return found


def shows(view_lateral: Bool[np.ndarray, " m"], cortex: int) -> Bool[np.ndarray, " m"]:
    """Say which films show a cortex in profile."""
    return view_lateral == (view_of(CORTICES[cortex]) == "lateral")


def said_of(view_lateral: Bool[np.ndarray, " m"], answered: Mapping[tuple[Kind, int, int], np.ndarray]) -> FilmSaid:
    """Put the answers of all films to all questions together; cortices that a film does not show are uniform."""
    count = len(view_lateral)
    levels = np.full((count, len(CORTICES), len(LEVELS)), 1 / len(LEVELS), dtype=np.float32)
    scorable = np.full((count, len(CORTICES)), 0.5, dtype=np.float32)
    for cortex in range(len(CORTICES)):
        shown = shows(view_lateral, cortex)
        within = frozenset(threshold for threshold in THRESHOLDS if ("within", cortex, threshold) in answered)
        keys: list[tuple[Kind, int, int]] = [("within" if k in within else "level", cortex, k) for k in THRESHOLDS]
        asked = np.stack([answered[key] for key in keys], axis=1)
        levels[shown, cortex] = level_probabilities(asked[shown], within)
        scorable[shown, cortex] = answered["scorable", cortex, -1][shown]
    return FilmSaid(levels, scorable, answered["view", -1, -1].astype(np.float32))


def check_rows(features: Mapping[str, Float32[np.ndarray, "_ _"]], names: tuple[str, ...], count: int) -> None:
    """Raise TrainingError unless every group of features is there and has a row for every film."""
    for name in names:
        if name not in features or len(features[name]) != count:
            found = f"{len(features[name])} rows" if name in features else "no such group"
            raise TrainingError(f"the features {name!r} must have one row a film, {count}; found {found}")


def patient_folds(groups: Shaped[np.ndarray, " m"], folds: int) -> Int64[np.ndarray, " m"]:
    """Return the inner fold of every film, patients whole, about equally many films a fold."""
    from sklearn.model_selection import GroupKFold

    patients = check_patients(groups)
    fold = np.empty(len(groups), dtype=np.int64)
    splitter = GroupKFold(min(folds, patients))
    for number, (_, inside) in enumerate(splitter.split(np.zeros(len(groups)), groups=groups)):
        fold[inside] = number
    return fold


def check_patients(groups: Shaped[np.ndarray, " m"]) -> int:
    """Return the number of patients. Raises TrainingError for fewer than 2."""
    patients = len(np.unique(groups))
    if patients < 2:
        raise TrainingError(f"training needs films of at least 2 patients, found {patients}; give a larger cohort")
    return patients


def _problem(
    kind: Kind, cortex: int, threshold: int, shown: np.ndarray, answer: Float[np.ndarray, " m"], prior: float
) -> Problem:
    known = ~np.isnan(answer)
    return Problem(kind, cortex, threshold, shown[known], answer[known] > 0.5, prior)
