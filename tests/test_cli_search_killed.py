"""`radunion search` killed at any moment goes on, and ends with the trials of one that was not; two share the work."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from radunion.phantom import Simulation, simulate

PATIENTS, TRIALS, KILLS = 14, 20, 3
SMALL = """
base = "thesis-2"
name = "small"
weights = "none"
tap = "Mixed_5b"
size = 96
"""
SPACE = f"""
[space]
name = "small"
base = "small.toml"
trials = {TRIALS}
k = 2
epochs = 2

[axes.batch]
low = 8
high = 64

[axes.dropout]
low = 0.0
high = 0.5
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searched")
    simulate(folder / "films", Simulation(PATIENTS, 61, format="png", size=(320, 256)), workers=2)
    (folder / "small.toml").write_text(SMALL)
    (folder / "space.toml").write_text(SPACE)
    return folder


def begin(folder: Path, out: Path) -> "subprocess.Popen[bytes]":
    words = ["search", str(folder / "films" / "cohort.csv"), "--space", str(folder / "space.toml"), "--out", str(out)]
    words += ["--cache", str(folder / f"cache-{out.name}"), "--threads", "1", "--top", "1", "--again", "1"]
    return subprocess.Popen(
        [sys.executable, "-m", "radunion", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"}, start_new_session=True,
    )  # fmt: skip


def whole(folder: Path, out: Path) -> None:
    assert begin(folder, out).wait() == 0


def trials_in(out: Path) -> list[tuple[Any, ...]]:
    found = json.loads((out / "search.json").read_text())["trials"]
    return [(one["number"], one["state"], one["values"], one["folds"], one["history"]) for one in found]


def completed(out: Path) -> int:
    """Count the records of completed trials, also while another process writes."""
    if not (out / "trials.db").exists():
        return 0
    with closing(sqlite3.connect(f"file:{out / 'trials.db'}?mode=ro", uri=True)) as storage:
        try:
            (count,) = storage.execute("select count(*) from trials where state = 'COMPLETE'").fetchone()
        except sqlite3.OperationalError:  # its tables are just being made
            return 0
    return int(count)


def test_killed_at_random_moments_a_search_ends_with_the_trials_of_one_that_was_not(folder: Path) -> None:
    whole(folder, folder / "whole")
    random = np.random.default_rng(5)
    for kill in range(KILLS):
        goal = random.integers((kill + 1) * TRIALS // (KILLS + 1) + 1)  # often reached already: killed as it starts
        run = begin(folder, folder / "killed")
        time.sleep(random.uniform(0.2, 5))
        while completed(folder / "killed") < goal:
            time.sleep(0.05)
        time.sleep(random.uniform(0, 0.3))
        assert run.poll() is None
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    whole(folder, folder / "killed")
    found = trials_in(folder / "killed")
    assert [number for number, *_ in found] == list(range(TRIALS))
    assert found == trials_in(folder / "whole")
    assert completed(folder / "killed") == TRIALS


def test_two_processes_in_one_folder_run_every_trial_once_and_the_same(folder: Path) -> None:
    runs = [begin(folder, folder / "shared") for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert trials_in(folder / "shared") == trials_in(folder / "whole")
    assert completed(folder / "shared") == TRIALS
    assert json.loads((folder / "shared" / "search.json").read_text())["work"]["workers"] == 2
