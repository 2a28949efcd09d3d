"""The memory that heads are said to need is what they take, and waves stay within the limit."""

from dataclasses import replace

import numpy as np
import pytest
from tests.test_training_films_samples import HEAD

from radunion.training.films.many import film_rows, form_teams
from radunion.training.films.many_memory import memory_of, waves_of
from radunion.training.films.many_stack import HeadPrecision
from radunion.training.films.many_team import HeadJob
from radunion.training.films.targets import FilmTargets

FEATURES = np.zeros((30, 4, 32), dtype=np.float32)
TARGETS = FilmTargets(np.zeros((30, 18), dtype=np.float32), np.ones((30, 18), dtype=bool))
JOBS = [HeadJob(replace(HEAD, batch=8, dropout=dropout), np.arange(20), np.arange(20, 30)) for dropout in (0.0, 0.5)]


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float64"])
@pytest.mark.parametrize("together", [True, False])
def test_the_estimate_is_what_weights_buffers_and_noise_take(precision: HeadPrecision, together: bool) -> None:
    rows = film_rows(FEATURES, TARGETS, precision=precision, device="cpu")
    teams = form_teams(JOBS, [[0, 1]] if together else [[0], [1]], rows, precision=precision)
    noise = 20 * (1024 + 512 + 256) * rows.features.element_size()
    copied = 0 if precision == "float32" else rows.features.nbytes
    taken = sum(team.stack.nbytes for team in teams) + noise + copied
    assert memory_of(JOBS, FEATURES, precision=precision) == taken


def test_waves_hold_each_job_once_and_stay_within_the_limit() -> None:
    jobs = [HeadJob(replace(HEAD, batch=batch), np.arange(20), np.arange(5)) for batch in (8, 4, 8, 4, 8)]
    limit = memory_of(jobs[:3], FEATURES, precision="bfloat16") - 1
    for batched in (False, True):
        waves = waves_of(jobs, FEATURES, precision="bfloat16", batched=batched, limit=limit)
        assert sorted(number for groups in waves for group in groups for number in group) == [0, 1, 2, 3, 4]
        for groups in waves:
            held = [jobs[number] for group in groups for number in group]
            assert memory_of(held, FEATURES, precision="bfloat16") <= limit
            assert all(len({jobs[number].settings.batch for number in group}) == 1 for group in groups)
    assert waves_of(jobs, FEATURES, precision="bfloat16", batched=True, limit=limit) == [[[0, 2]], [[4]], [[1, 3]]]
    assert waves_of(jobs, FEATURES, precision="bfloat16", batched=False, limit=limit)[0] == [[0], [1]]
