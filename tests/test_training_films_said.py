"""What networks of single films say, and how the films of an examination are put together."""

import numpy as np

from radunion.training.classical.said import FilmSaid
from radunion.training.examples import ABSENT
from radunion.training.films.said import joint_of, said_of


def test_sigmoids_become_shares_and_their_sum_the_chance_to_be_scored() -> None:
    sigmoids = np.full((1, 18), 0.1, dtype=np.float32)
    sigmoids[0, :6] = [0.2, 0.6, 0.1, 0.1, 0.3, 0.0]
    said = said_of(sigmoids, "seed18")
    np.testing.assert_allclose(said.levels[0, 0], [0.2, 0.2, 0.6, 0.0], atol=1e-5)
    np.testing.assert_allclose(said.levels[0, 1], 0.25)
    np.testing.assert_allclose(said.scorable[0], [0.5, 0.4, 0.4, 0.4], atol=1e-5)
    np.testing.assert_allclose(said.lateral, 0.75)
    said = said_of(np.full((1, 18), 0.9, dtype=np.float32), "seed18")
    assert said.scorable.tolist() == [[1, 1, 1, 1]]
    said = said_of(np.zeros((1, 16), dtype=np.float32), "examination")
    np.testing.assert_allclose(said.levels, 0.25)
    assert said.scorable.tolist() == [[1, 1, 1, 1]]
    assert said.lateral.tolist() == [0.5]


def two_films() -> FilmSaid:
    levels = np.zeros((2, 4, 4), dtype=np.float32)
    levels[0, :, 0], levels[1, :, 3] = 1, 1
    scorable = np.array([[0.9] * 4, [0.7] * 4], dtype=np.float32)
    return FilmSaid(levels, scorable, np.array([0, 1], dtype=np.float32))


PAIRS = np.array([[0, 1], [0, ABSENT], [ABSENT, 1], [ABSENT, ABSENT]])


def test_a_cortex_is_read_from_the_film_that_shows_it_and_is_unknown_where_that_is_absent() -> None:
    joint = joint_of(two_films(), PAIRS, averaged=False)
    one, four, unknown = [1, 0, 0, 0], [0, 0, 0, 1], [0.25] * 4
    assert joint.levels[:, 0].tolist() == [
        [one, one, four, four], [one, one, unknown, unknown], [unknown, unknown, four, four], [unknown] * 4,
    ]  # fmt: skip
    expected = [[0.9, 0.9, 0.7, 0.7], [0.9, 0.9, 0.5, 0.5], [0.5, 0.5, 0.7, 0.7], [0.5] * 4]
    np.testing.assert_allclose(joint.scorable, expected, atol=1e-6)
    assert joint.weights.tolist() == [[1]] * 4


def test_averaged_films_each_speak_of_all_cortices() -> None:
    joint = joint_of(two_films(), PAIRS, averaged=True)
    both, one, four, unknown = [0.5, 0, 0, 0.5], [1, 0, 0, 0], [0, 0, 0, 1], [0.25] * 4
    assert joint.levels[:, 0].tolist() == [[both] * 4, [one] * 4, [four] * 4, [unknown] * 4]
    np.testing.assert_allclose(joint.scorable[:, 0], [0.8, 0.9, 0.7, 0.5], atol=1e-6)
