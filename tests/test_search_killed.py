"""Searches killed at random moments and shared by processes: every trial is finished once."""

import multiprocessing
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.test_search_claims_samples import space_of, trials_of, work

from radunion.search.draws import values_at

TRIALS = 30
KILLS = 20
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def start() -> Iterator[Any]:
    """Start processes from one that has imported all, so that kills fall into the work."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([work.__module__, "alembic.command", "optuna.storages._rdb.models"])
    running: list[BaseProcess] = []

    def started(*arguments: Any, **options: Any) -> BaseProcess:
        process = context.Process(target=work, args=arguments, kwargs=options)
        process.start()
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()


def must_be_run_once(storage: str, log: Path, sampler: str, killed: set[int]) -> None:
    space = space_of(TRIALS, sampler)
    with trials_of(storage, space) as trials:
        assert trials.claim() is None
        found = trials.finished()
    assert [(trial.number, trial.state) for trial in found] == [(number, "complete") for number in range(TRIALS)]
    assert all(trial.folds == (trial.values["dropout"],) * 2 and len(trial.history) == 120 for trial in found)
    if sampler == "random":
        assert [trial.values for trial in found] == [values_at(space, 3, number) for number in range(TRIALS)]
    of_trial: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for line in log.read_text().splitlines():
        what, *numbers = line.split()
        trial, attempt, process = map(int, numbers)
        of_trial[trial].append((what, attempt, process))
    for events in of_trial.values():
        *before, last = events
        starts = [one for one in events if one[0] == "start"]
        assert sum(what == "done" for what, _, _ in before) == 0  # nothing happens to a finished trial
        assert len({attempt for _, attempt, _ in starts}) == len(starts)
        died = starts[:-1] if last[0] == "done" else starts
        assert {process for _, _, process in died} <= killed  # only what a kill broke off is run again
    assert sorted(of_trial) == list(range(TRIALS))
    assert sum(len([one for one in events if one[0] == "start"]) for events in of_trial.values()) <= TRIALS + len(
        killed
    )


@pytest.mark.parametrize("sampler", ["random", "tpe"])
@pytest.mark.parametrize("kind", ["sqlite", "journal"])
def test_killed_at_random_moments_a_search_runs_every_trial_once(
    tmp_path: Path, start: Any, kind: str, sampler: str
) -> None:
    storage, log = f"{tmp_path}/trials.{kind}", tmp_path / "log"
    log.touch()
    moments = np.random.default_rng(11)
    killed: set[int] = set()
    while len(killed) < KILLS:
        lines = log.read_text().count("\n")
        process = start(storage, log, space_of(TRIALS, sampler), sleep=0.03)
        if len(killed) % 3:  # every third is killed while it opens the storage
            while log.read_text().count("\n") == lines and process.is_alive():
                process.join(0.001)
        process.join(moments.uniform(0, 0.08))
        if not process.is_alive():
            assert process.exitcode == 0
            break
        process.kill()
        process.join()
        killed.add(process.pid)
    assert len(killed) >= 15
    last = start(storage, log, space_of(TRIALS, sampler))
    last.join(60)
    assert last.exitcode == 0
    must_be_run_once(storage, log, sampler, killed)


@pytest.mark.parametrize(("kind", "gate"), [("sqlite", True), ("journal", True), ("journal", False)])
def test_three_processes_share_a_search(tmp_path: Path, start: Any, kind: str, gate: bool) -> None:
    storage, log = f"{tmp_path}/trials.{kind}", tmp_path / "log"
    if not gate:
        trials_of(storage, space_of(TRIALS, "random")).close()
    together = [start(storage, log, space_of(TRIALS, "random"), together=2, gate=gate) for _ in range(3)]
    for process in together:
        process.join(120)
        assert process.exitcode == 0
    must_be_run_once(storage, log, "random", set())
    assert len({line.split()[3] for line in log.read_text().splitlines()}) > 1


@pytest.mark.parametrize("kind", ["sqlite", "journal"])
def test_three_processes_of_which_some_are_killed_share_a_search(tmp_path: Path, start: Any, kind: str) -> None:
    storage, log = f"{tmp_path}/trials.{kind}", tmp_path / "log"
    moments = np.random.default_rng(12)
    killed: set[int] = set()
    running = [start(storage, log, space_of(TRIALS, "random"), sleep=0.2) for _ in range(3)]
    while len(killed) < 12 and all(process.is_alive() for process in running):
        running[0].join(moments.uniform(0.02, 0.3))
        process = running.pop(0)
        if process.is_alive():
            process.kill()
            process.join()
            killed.add(process.pid)
        running.append(start(storage, log, space_of(TRIALS, "random"), sleep=0.2))
    for process in running:
        process.join(120)
        assert process.exitcode == 0
    assert len(killed) >= 4
    must_be_run_once(storage, log, "random", killed)
