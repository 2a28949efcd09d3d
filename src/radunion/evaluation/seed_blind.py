"""The seed study's own blind in its own 18 columns: a predictor that knows the view of a film and nothing else.

Its outputs are the shares of training films of the same view that have each column set; of a view that training
lacks nothing is known, and it says the shares of all training films. Films without a score count,
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
from radunion.evaluation.discrimination import auroc, macro_auroc
from radunion.evaluation.readings import Measure
from radunion.evaluation.reference import Reference
from radunion.evaluation.seed18 import SEED_COLUMNS, SEED_VIEWS, own_scale
from radunion.joint import JointLevels
from radunion.scale import CORTICES, CORTICES_ON, LEVELS, Cortex, View

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

    A view that training lacks, which `views_untrained` names, gets how often all training films have it set. Raises
    ValueError when there is no training film.
    """
    if not len(training):
        raise ValueError("the view-only outputs need at least one training film, found none")
    outputs = np.zeros(films.targets.shape)
    for place in range(len(SEED_VIEWS)):
        known, asked = training.targets[:, place], films.targets[:, place]
        outputs[asked] = training.targets[known if known.any() else slice(None)].mean(axis=0)
    return outputs


def views_untrained(training: SeedFilms, films: SeedFilms) -> tuple[View, ...]:
    """Return the views that films have and training lacks, so that it can be said aloud."""
    columns = enumerate(SEED_VIEWS)
    return tuple(
        view for place, view in columns if films.targets[:, place].any() and not training.targets[:, place].any()
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
        macro.append(macro_auroc(chance, truth, weights, rows=at))
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
