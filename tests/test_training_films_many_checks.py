"""Heads that cannot learn on the features are refused before any learns."""

from dataclasses import replace

import numpy as np
import pytest
from tests.test_training_films_samples import HEAD, LENET

from radunion.errors import UsageError
from radunion.training.films.many_checks import must_fit
from radunion.training.films.many_team import HeadJob
from radunion.training.films.settings import FilmSettings
from radunion.training.films.targets import FilmTargets

FEATURES = np.zeros((6, 4, 3), dtype=np.float32)
TARGETS = FilmTargets(np.zeros((6, 18), dtype=np.float32), np.ones((6, 18), dtype=bool))


def job(settings: FilmSettings, learned: tuple[int, ...] = (0, 1), watched: tuple[int, ...] = (2,)) -> HeadJob:
    return HeadJob(settings, np.array(learned, dtype=np.int64), np.array(watched, dtype=np.int64))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (job(LENET), "heads learn on features of a frozen network"),
        (job(replace(HEAD, augmentation="none")), "none needs 1 sights of each film, found features of 4"),
        (job(replace(HEAD, augmentation="eightfold")), "eightfold needs 8 sights of each film, found features of 4"),
        (job(replace(HEAD, outputs="examination")), "examination has 16 columns, found targets of 18"),
        (job(replace(HEAD, dropout=1.0)), "at least 0 and below 1, found 1.0"),
        (job(replace(HEAD, learning_rate=float("inf"))), "must be finite and not below 0, found inf"),
        (job(HEAD, learned=()), "at least one film to learn from"),
        (job(HEAD, watched=(6,)), "from 0 to 5, found 0 to 6"),
    ],
)
def test_a_job_that_does_not_fit_is_named(wrong: HeadJob, said: str) -> None:
    with pytest.raises(UsageError, match=f"job 1: .*{said}"):
        must_fit([job(HEAD), wrong], FEATURES, TARGETS)


def test_features_must_be_finite_and_as_many_as_targets() -> None:
    with pytest.raises(UsageError, match="found 5 and 6 films"):
        must_fit([job(HEAD)], FEATURES[:5], TARGETS)
    with pytest.raises(UsageError, match="features must be finite"):
        must_fit([job(HEAD)], FEATURES + np.float32(np.nan), TARGETS)


def test_jobs_that_fit_pass() -> None:
    must_fit([job(HEAD), job(HEAD, watched=())], FEATURES, TARGETS)
    must_fit([], FEATURES, TARGETS)
