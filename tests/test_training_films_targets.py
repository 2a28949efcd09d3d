"""What films are taught: the seed's columns, or the levels of their examination."""

from pathlib import Path

import numpy as np
import pytest
from tests.test_training_films_samples import a_cohort

from radunion.cohort import Cohort
from radunion.training.examples import ABSENT, Examples, examples_of, films_in
from radunion.training.films.targets import film_targets, first_rows


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return a_cohort(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="module")
def examples(cohort: Cohort) -> Examples:
    return examples_of(cohort.examinations)


def film(examples: Examples, name: str) -> int:
    return [path.name for path in examples.paths].index(name)


def test_the_seeds_columns_are_the_view_and_the_score_as_written(cohort: Cohort, examples: Examples) -> None:
    targets = film_targets(examples, cohort.examinations, "seed18")
    assert targets.known.all()

    def row(name: str) -> list[list[float]]:
        values = targets.values[film(examples, name)].tolist()
        return [values[:2], *(values[start : start + 4] for start in (2, 6, 10, 14))]

    none = [0, 0, 0, 0]
    assert row("a-ap.png") == [[1, 0], [1, 0, 0, 0], [0, 1, 0, 0], none, none]
    assert row("a-lat.png") == [[0, 1], none, none, [0, 0, 1, 0], [0, 0, 0, 1]]
    assert row("b-ap.png") == [[1, 0], [0, 0, 1, 0], none, none, none]  # RUST 3 stands in column 3
    assert row("b-lat.png") == [[0, 1], none, none, none, [1, 0, 0, 0]]
    assert row("d-lat.png") == [[0, 1], none, none, [0, 1, 0, 0], none]


def test_an_examinations_levels_are_shared_by_its_films_and_gaps_do_not_count(
    cohort: Cohort, examples: Examples
) -> None:
    targets = film_targets(examples, cohort.examinations, "examination")
    first, second = film(examples, "b-ap.png"), film(examples, "b-lat.png")
    np.testing.assert_array_equal(targets.values[first], targets.values[second])
    values, known = targets.values[first].reshape(4, 4), targets.known[first].reshape(4, 4)
    assert values[0].tolist() == [0, 0, 0.5, 0.5]  # RUST 3 is mRUST 3 or 4
    assert values[3].tolist() == [1, 0, 0, 0]
    assert known.all(axis=1).tolist() == [True, False, False, True]
    assert known.any(axis=1).tolist() == [True, False, False, True]


def test_the_first_label_of_a_film_decides() -> None:
    examples = Examples(
        tuple(map(Path, "xyz")), (None,) * 3, ((None, None),) * 3, np.array([False, True, False]),
        np.zeros(3, dtype=bool),
        np.array([[0, 1], [0, 1], [2, ABSENT]]), np.ones((3, 4, 4), dtype=bool), np.ones((3, 4), dtype=np.float32),
        ("p", "p", "q"), np.array([0, 0, 1]),
    )  # fmt: skip
    assert first_rows(examples).tolist() == [0, 0, 2]
    assert films_in(examples, np.array([2])).tolist() == [2]
    assert films_in(examples, np.array([0, 1])).tolist() == [0, 1]
