"""`radunion search` killed at any moment goes on, and ends with the trials of one that was not; two share the work."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from radunion.phantom import Simulation, simulate

TRIALS, KILLS = 100, 20
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
low = 16
high = 2048

[axes.dropout]
low = 0.0
high = 0.5
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searched")
    simulate(folder / "films", Simulation(100, 61, format="png"), workers=2)
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


def whole(folder: Path, out: Path) -> float:
    start = time.monotonic()
    assert begin(folder, out).wait() == 0
    return time.monotonic() - start


def trials_in(out: Path) -> list[tuple[Any, ...]]:
    found = json.loads((out / "search.json").read_text())["trials"]
    return [(one["number"], one["state"], one["values"], one["folds"], one["history"]) for one in found]


def completed(out: Path) -> int:
    (study,) = optuna.get_all_study_summaries(f"sqlite:///{out / 'trials.db'}")
    records = optuna.load_study(study_name=study.study_name, storage=f"sqlite:///{out / 'trials.db'}").trials
    return Counter(one.state.name for one in records)["COMPLETE"]


def test_killed_at_twenty_random_moments_a_search_ends_with_the_trials_of_one_that_was_not(folder: Path) -> None:
    took = whole(folder, folder / "whole")
    idle = whole(folder, folder / "whole")  # nothing is left to do: what starting and reporting takes
    random = np.random.default_rng(5)
    for _ in range(KILLS):
        run = begin(folder, folder / "killed")
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(timeout=random.uniform(0.2 * idle, idle + 1.5 * (took - idle) / KILLS))
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
