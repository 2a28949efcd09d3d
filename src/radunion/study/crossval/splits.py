"""The folds of a study: by patient, stratified; or by image, the seed study's way, which lets patients leak."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from radunion.cohort import folds
from radunion.errors import UsageError
from radunion.report.study.material import FoldSize, Unit
from radunion.study.crossval.data import StudyData

MAPPED_FOLD = 1
"""The fold whose heat-maps are measured: one model is enough to tell what a protocol looks at."""


@dataclass(frozen=True)
class Split:
    """One fold: the films learned from and held out, and the examinations that each belong to.

    By image the two films of an examination may stand on both sides, so that an examination is in both lists.
    """

    fold: int
    train_films: Int64[np.ndarray, " a"]
    test_films: Int64[np.ndarray, " b"]
    train: Int64[np.ndarray, " c"]
    test: Int64[np.ndarray, " d"]


def splits_of(data: StudyData, *, k: int, unit: Unit, seed: int) -> tuple[Split, ...]:
    """Return k folds; every film is held out once.

    Raises UsageError when there are fewer patients, or films, than folds need.
    """
    tests = _by_patient(data, k, seed) if unit == "patient" else _by_image(data, k, seed)
    every = np.arange(data.films)
    return tuple(_split(data, number, np.setdiff1d(every, test), test) for number, test in enumerate(tests, start=1))


def size_of(data: StudyData, split: Split) -> FoldSize:
    """Count the patients, examinations and films of both sides."""
    return FoldSize(
        split.fold,
        len(np.unique(data.patients[split.train])),
        len(split.train),
        len(split.train_films),
        len(np.unique(data.patients[split.test])),
        len(split.test),
        len(split.test_films),
    )


def _by_patient(data: StudyData, k: int, seed: int) -> list[Int64[np.ndarray, " m"]]:
    patients = len(data.cohort.patients)
    if not 2 <= k <= patients // 4:
        raise UsageError(f"k must be 2 to {patients // 4} with {patients} patients, four to a fold at least; found {k}")
    return [data.films_of(test) for test in folds(data.cohort, k=k, seed=seed)]


def _by_image(data: StudyData, k: int, seed: int) -> list[Int64[np.ndarray, " m"]]:
    if not 2 <= k <= data.films // 4:
        raise UsageError(f"k must be 2 to {data.films // 4} with {data.films} films; found {k}")
    order = np.random.default_rng(seed).permutation(data.films)
    return [np.sort(part) for part in np.array_split(order, k)]


def _split(data: StudyData, fold: int, train: np.ndarray, test: np.ndarray) -> Split:
    return Split(fold, train, test, data.examinations_of(train), data.examinations_of(test))
