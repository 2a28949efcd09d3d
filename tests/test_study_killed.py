"""A study that is killed at any moment goes on, and ends with the numbers of one that was not."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.simulated import simulated

KILLS = 3
TINY = 'base = "lenet"\nname = "tiny"\nsize = 64\nepochs = 8\nbatch = 8\n'


def command(cohort: Path, out: Path, folder: Path) -> list[str]:
    words = [
        "study",
        str(cohort),
        "--out",
        str(out),
        "--protocols",
        f"{folder / 'tiny.toml'},haar",
        "--folds",
        "2",
        "--heatmaps",
        "0",
    ]
    return [
        sys.executable,
        "-m",
        "radunion",
        *words,
        "--replicates",
        "20",
        "--cache",
        str(folder / f"cache-{out.name}"),
    ]


def numbers(out: Path) -> tuple[bytes, list[object]]:
    history = json.loads((out / "study.json").read_text())["history"]
    return (out / "metrics.json").read_bytes(), history


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_at_random_moments_a_study_ends_the_same(tmp_path: Path) -> None:
    cohort = simulated(18, 41)
    (tmp_path / "tiny.toml").write_text(TINY)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    start = time.monotonic()
    subprocess.run(command(cohort, tmp_path / "whole", tmp_path), check=True, capture_output=True, env=environment)
    took = time.monotonic() - start
    moments = np.random.default_rng(7)
    killed = 0
    while killed < KILLS:
        run = subprocess.Popen(
            command(cohort, tmp_path / "killed", tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment, start_new_session=True,
        )  # fmt: skip
        try:
            run.wait(timeout=moments.uniform(0.2, 0.7) * took)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, 9)
            run.wait()
        else:
            assert run.returncode == 0
            shutil.rmtree(tmp_path / "killed")  # it was done before it could be killed again: once more from the start
            continue
        killed += 1
    subprocess.run(command(cohort, tmp_path / "killed", tmp_path), check=True, capture_output=True, env=environment)
    assert numbers(tmp_path / "killed") == numbers(tmp_path / "whole")
