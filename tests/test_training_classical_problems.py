"""The questions that both classical systems answer: of whom they are asked, and what the answers say."""

import numpy as np
import pytest

from radunion.scale import Convention, rust_of
from radunion.training.classical.problems import patient_folds, problems_of, said_of


@pytest.mark.parametrize("convention", ["metrc", "litrenta"])
def test_where_most_labels_are_rust_the_levels_keep_their_shares(convention: Convention) -> None:
    random = np.random.default_rng(0)
    levels = random.choice([1, 2, 3, 4], p=[0.3, 0.3, 0.1, 0.3], size=(40_000, 4))
    allowed = levels[:, :, None] == np.arange(1, 5)
    rust = random.random(40_000) < 0.9
    scores = np.array([rust_of(level, convention) for level in (1, 2, 3, 4)])
    allowed[rust] = scores[levels[rust] - 1][:, :, None] == scores
    lateral = np.zeros(40_000, dtype=bool)
    problems = problems_of(lateral, allowed, np.ones((40_000, 4)))
    one = np.zeros(1, dtype=bool)
    said = said_of(one, {problem.key: np.full(1, problem.rate) for problem in problems})
    np.testing.assert_allclose(said.levels[0, 0], [0.3, 0.3, 0.1, 0.3], atol=0.02)


def test_a_question_is_asked_of_the_films_that_show_the_cortex_and_answer_it() -> None:
    lateral = np.array([False, False, True, True])
    allowed = np.ones((4, 4, 4), dtype=bool)
    allowed[0, 0] = [True, False, False, False]
    allowed[2, 0] = [False, False, False, True]  # a lateral film does not show the medial cortex
    scorable = np.full((4, 4), np.nan)
    scorable[1, 1], scorable[3, 1] = 0, 1
    problems = {problem.key: problem for problem in problems_of(lateral, allowed, scorable)}
    assert problems["level", 0, 2].rows.tolist() == [0]
    assert problems["level", 0, 2].target.tolist() == [False]
    assert problems["level", 2, 2].rows.size == 0
    assert problems["level", 2, 2].rate == 0.75
    assert problems["scorable", 1, -1].rows.tolist() == [1]
    assert problems["view", -1, -1].target.tolist() == lateral.tolist()


def test_inner_folds_share_no_patient_and_leave_nobody_out() -> None:
    patients = np.random.default_rng(3).integers(0, 12, size=70)
    fold = patient_folds(patients, 3)
    assert all(len(np.unique(fold[patients == patient])) == 1 for patient in np.unique(patients))
    assert np.unique(fold).tolist() == [0, 1, 2]
