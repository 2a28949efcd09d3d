"""The seed study's own blind in its own 18 columns: a predictor that knows the view of a film and nothing else.

Its outputs are the shares of training films of the same view that have each column set. Films without a score count,
with zeros in all cortex columns, and a RUST score stands in the column of its number: both as in the seed study's
table. Unlike `blind-view` in `measure_seed18`, which is told on which scale an examination was scored and so half
knows its site, it is told nothing but the view. Source: Hong 2023.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from radunion.cohort import Examination
from radunion.evaluation.agreement import Weights
from radunion.evaluation.discrimination import auroc
from radunion.evaluation.readings import Measure
from radunion.evaluation.reference import Reference
from radunion.evaluation.seed18 import SEED_COLUMNS, SEED_VIEWS, own_scale
from radunion.joint import JointLevels
from radunion.scale import CORTICES, CORTICES_ON, LEVELS, Cortex

THRESHOLD = 0.5
"""Where the seed study calls an output positive."""

_CORTICES_FROM = len(SEED_VIEWS)


@dataclass(frozen=True)
class SeedFilms:
    """Hold films as rows of the seed's table: the 18 targets, and the row of each film's examination."""

    targets: Bool[np.ndarray, "films 18"]
    examination: Int[np.ndarray, " films"]

    def __len__(self) -> int:
        return len(self.targets)

    def of(self, examinations: Int[np.ndarray, " exams"]) -> "SeedFilms":
        """Return the films of some examinations, by their rows."""
        return self.rows(np.flatnonzero(np.isin(self.examination, examinations)))

    def rows(self, rows: Int[np.ndarray, " n"]) -> "SeedFilms":
        """Return some films."""
        return SeedFilms(self.targets[rows], self.examination[rows])


@dataclass(frozen=True)
class SeedFigures:
    """Hold what the seed study reports of 18 outputs a film; precision and recall are over all outputs at 0.5."""

    macro: float
    micro: float
    precision: float
    recall: float


def seed_films(examinations: Sequence[Examination]) -> SeedFilms:
    """Lay out the first AP and lateral film of each examination, scored or not; the first label counts."""
    rows = [(row, place) for row, one in enumerate(examinations) for place in _views_of(one)]
    targets = np.zeros((len(rows), len(SEED_COLUMNS)), dtype=bool)
    for number, (row, place) in enumerate(rows):
        targets[number, place] = True
        targets[number, _score_columns(examinations[row], place)] = True
    return SeedFilms(targets, np.array([row for row, _ in rows], dtype=np.int64))


def view_only_outputs(training: SeedFilms, films: SeedFilms) -> Float[np.ndarray, "films 18"]:
    """Return for each film how often training films of its view have each column set.

    Raises ValueError when training lacks a view that the films have.
    """
    outputs = np.zeros(films.targets.shape)
    for place, view in enumerate(SEED_VIEWS):
        known, asked = training.targets[:, place], films.targets[:, place]
        if asked.any() and not known.any():
            raise ValueError(f"the view-only outputs need training films of every view asked for; found no {view} film")
        if asked.any():
            outputs[asked] = training.targets[known].mean(axis=0)
    return outputs


def view_only_by_fold(films: SeedFilms, tests: Sequence[Int[np.ndarray, " _"]]) -> tuple[SeedFigures, ...]:
    """Measure the view-only outputs fold by fold; `tests` are the rows of each fold's test examinations.

    The folds are measured apart, as the seed study does. Over films pooled from all folds the macro average of a
    predictor that is constant within a fold falls by 0.015, for a fold with more positives trains on fewer.
    """
    every = np.unique(films.examination)
    parts = [(films.of(np.setdiff1d(every, test)), films.of(test)) for test in tests]
    return tuple(seed_figures(tested, view_only_outputs(training, tested)) for training, tested in parts)


def seed_figures(films: SeedFilms, outputs: Float[np.ndarray, "films 18"]) -> SeedFigures:
    """Measure 18 outputs a film as the seed study does; NaN where nothing is positive.

    A column that is never or always set has no AUROC and is left out of the macro average.
    """
    columns = [_auroc(outputs[:, column], films.targets[:, column]) for column in range(outputs.shape[1])]
    defined = [value for value in columns if np.isfinite(value)]
    called = outputs >= THRESHOLD
    right = float((called & films.targets).sum())
    return SeedFigures(
        macro=float(np.mean(defined)) if defined else np.nan,
        micro=_auroc(outputs.ravel(), films.targets.ravel()),
        precision=right / float(called.sum()) if called.any() else np.nan,
        recall=right / float(films.targets.sum()) if films.targets.any() else np.nan,
    )


def outputs_of(films: SeedFilms, reference: Reference, prediction: JointLevels) -> Float[np.ndarray, "films 18"]:
    """Put a prediction, one row an examination, in the seed's columns: the view as it is, else P(score).

    P(score) is on the scale of the examination's first label, which is given away, so that protocols with a scale of
    their own can be read beside the seed's at all.
    """
    first = reference[np.unique(reference.examination, return_index=True)[1]]
    chance = np.full((len(prediction), len(CORTICES), len(LEVELS)), 1 / len(LEVELS))
    chance[first.examination] = own_scale(first, prediction[first.examination])
    outputs = np.zeros(films.targets.shape)
    for place, view in enumerate(SEED_VIEWS):
        rows = np.flatnonzero(films.targets[:, place])
        shown = np.array([cortex in CORTICES_ON[view] for cortex in CORTICES])
        outputs[rows, place] = 1
        levels = chance[films.examination[rows]] * shown[:, None]
        outputs[rows, _CORTICES_FROM:] = levels.reshape(len(rows), len(CORTICES) * len(LEVELS))
    return outputs


def measure_by_fold(
    films: SeedFilms,
    outputs: Float[np.ndarray, "films 18"],
    folds: Int[np.ndarray, " films"],
    labels: Reference,
    weights: Weights,
) -> list[Measure]:
    """Take the macro and the micro AUROC fold by fold and average, as the seed study does; `weights` go by label."""
    first = {int(one): row for row, one in reversed(list(enumerate(labels.examination)))}
    labelled = np.array([int(one) in first for one in films.examination])
    row = np.array([first.get(int(one), 0) for one in films.examination], dtype=np.int64)
    macro, micro = [], []
    for fold in np.unique(folds):
        here = np.flatnonzero((folds == fold) & labelled)
        truth, chance, at = films.targets[here], outputs[here], row[here]
        columns = [auroc(chance[:, one], truth[:, one], weights, rows=at) for one in range(truth.shape[1])]
        defined = [values for values in columns if np.isfinite(values[0])]
        macro.append(np.mean(defined, axis=0) if defined else np.full(len(weights), np.nan))
        micro.append(auroc(chance.ravel(), truth.ravel(), weights, rows=np.repeat(at, truth.shape[1])))
    among = np.unique(row[labelled])
    return [
        Measure("seed18-macro", "films", "mixed", among, np.mean(macro, axis=0)),
        Measure("seed18-micro", "films", "mixed", among, np.mean(micro, axis=0)),
    ]


def _views_of(examination: Examination) -> list[int]:
    return [place for place, view in enumerate(SEED_VIEWS) if examination.film(view) is not None]


def _score_columns(examination: Examination, place: int) -> list[int]:
    """Return the columns of the scores that the view shows, of the examination's first label."""
    if not examination.labels:
        return []
    scores = examination.labels[0].scores
    shown = CORTICES_ON[SEED_VIEWS[place]]
    return [_column(cortex, score) for cortex in shown if (score := scores.get(cortex)) is not None]


def _column(cortex: Cortex, score: int) -> int:
    return _CORTICES_FROM + CORTICES.index(cortex) * len(LEVELS) + LEVELS.index(score)


def _auroc(chance: Float[np.ndarray, " n"], truth: Bool[np.ndarray, " n"]) -> float:
    return float(auroc(chance, truth, np.ones((1, len(truth))))[0])
