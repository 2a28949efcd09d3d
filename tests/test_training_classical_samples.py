"""The films of a cohort beside their labels, for the tests of the classical systems."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radunion.cohort import Cohort
from radunion.training.examples import examples_of


@dataclass(frozen=True)
class Films:
    """The films of a cohort beside the label of their examination."""

    paths: tuple[Path, ...]
    lateral: np.ndarray
    allowed: np.ndarray
    scorable: np.ndarray
    patients: np.ndarray

    def labels(self, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        return self.lateral[rows], self.allowed[rows], self.scorable[rows], self.patients[rows]


def films_of(cohort: Cohort) -> Films:
    examples = examples_of(cohort.examinations)
    label = {int(film): row for row, pair in enumerate(examples.films) for film in pair if film >= 0}
    rows = np.array([label[film] for film in range(len(examples.paths))])
    patients = np.array(examples.patients)[rows]
    return Films(examples.paths, examples.lateral, examples.allowed[rows], examples.scorable[rows], patients)
