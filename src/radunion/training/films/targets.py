"""What a film's network is taught: the seed study's 18 columns, or the levels of the whole examination."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int64

from radunion.cohort import Examination
from radunion.scale import CORTICES, CORTICES_ON, LEVELS
from radunion.training.examples import ABSENT, Examples
from radunion.training.films.settings import Outputs

VIEWS = 2
COLUMNS = VIEWS + len(CORTICES) * len(LEVELS)
SHOWN: dict[bool, tuple[bool, ...]] = {
    False: tuple(cortex in CORTICES_ON["ap"] for cortex in CORTICES),
    True: tuple(cortex in CORTICES_ON["lateral"] for cortex in CORTICES),
}
"""Which cortices a film shows, by whether it is a lateral view."""


@dataclass(frozen=True)
class FilmTargets:
    """The targets of m films (m, t) and which of them count."""

    values: Float32[np.ndarray, "m t"]
    known: Bool[np.ndarray, "m t"]


def film_targets(examples: Examples, examinations: tuple[Examination, ...], outputs: Outputs) -> FilmTargets:
    """Lay out the targets of every film of the examples by the first label of its examination.

    `seed18`: view AP, view lateral, then medial, lateral, anterior, posterior × 1-4 by the score as written, zero
    where nothing is written or the film does not show the cortex. `examination`: the allowed levels of all four
    cortices, of which several share one; cortices that were not scored do not count.
    """
    rows = first_rows(examples)
    scores = np.array([_scores(examinations[int(examples.examination[row])]) for row in rows], dtype=np.int64)
    hot = (scores[:, :, None] == np.array(LEVELS)).astype(np.float32)
    if outputs == "seed18":
        shown = np.array([SHOWN[bool(lateral)] for lateral in examples.lateral])
        views = np.stack([~examples.lateral, examples.lateral], axis=1).astype(np.float32)
        values = np.hstack([views, (hot * shown[:, :, None]).reshape(len(rows), -1)])
        known = np.ones_like(values, dtype=bool)
    else:
        allowed = examples.allowed[rows].astype(np.float32)
        values = (allowed / allowed.sum(axis=2, keepdims=True)).reshape(len(rows), -1)
        known = np.repeat(scores > 0, len(LEVELS), axis=1)
    return FilmTargets(values.astype(np.float32), known)


def first_rows(examples: Examples) -> Int64[np.ndarray, " m"]:
    """Return the first row of the examples in which each film stands."""
    first = np.full(len(examples.paths), ABSENT, dtype=np.int64)
    for row in range(len(examples) - 1, -1, -1):
        for film in examples.films[row]:
            if film != ABSENT:
                first[film] = row
    return first


def _scores(examination: Examination) -> list[int]:
    label = examination.labels[0]
    return [label.scores.get(cortex) or 0 for cortex in CORTICES]
