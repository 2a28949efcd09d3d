"""What a study learns from and is judged on: the labelled examinations that have a film, and their films."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64, Shaped

from radunion.cohort import Cohort
from radunion.errors import CohortError
from radunion.evaluation.reference import Reference, reference_of
from radunion.training.examples import ABSENT, Examples, examples_of
from radunion.training.learners import FEWEST_PATIENTS


@dataclass(frozen=True)
class StudyData:
    """n examinations and their m films; row i of `pairs` holds the films (AP, lateral) of examination i."""

    cohort: Cohort
    examples: Examples
    reference: Reference
    pairs: Int64[np.ndarray, "n 2"]
    patients: Shaped[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def films(self) -> int:
        """The number of films."""
        return len(self.examples.paths)

    def films_of(self, examinations: np.ndarray | Sequence[int]) -> Int64[np.ndarray, " m"]:
        """Return the films of some examinations."""
        films = np.unique(self.pairs[np.asarray(examinations, dtype=np.int64)])
        return films[films != ABSENT]

    def examinations_of(self, films: np.ndarray) -> Int64[np.ndarray, " n"]:
        """Return the examinations that have at least one of some films."""
        return np.flatnonzero(np.isin(self.pairs, films).any(axis=1))


def study_data(cohort: Cohort) -> StudyData:
    """Keep the examinations that have a label and an AP or lateral film.

    Raises CohortError when fewer than `FEWEST_PATIENTS` patients are left, or a film's file is missing.
    """
    usable = [
        row
        for row, one in enumerate(cohort.examinations)
        if one.labels and (one.film("ap") is not None or one.film("lateral") is not None)
    ]
    kept = cohort.subset(usable)
    if len(kept.patients) < FEWEST_PATIENTS:
        raise CohortError(
            f"{cohort.source}: a study needs labelled films of at least {FEWEST_PATIENTS} patients, found "
            f"{len(kept.patients)}; add labelled examinations"
        )
    examples = examples_of(kept.examinations)
    first = np.unique(examples.examination, return_index=True)[1]
    patients = np.array([one.patient for one in kept.examinations], dtype=np.str_)
    return StudyData(kept, examples, reference_of(kept.examinations, kept.convention), examples.films[first], patients)
