"""Two processes on one storage against one, a core each: the same trials of regime I, features looked at beforehand."""

import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.search import KEPT, RADUNION, simulated

PATIENTS, SEED, TRIALS = 200, 77_042, 40


def run() -> list[dict[str, Any]]:
    """Return how many times as fast two processes are as one."""
    table = simulated(PATIENTS, SEED)
    with tempfile.TemporaryDirectory() as folder:
        _seconds(table, Path(folder) / "features", processes=1, trials=1)
        one = _seconds(table, Path(folder) / "one", processes=1, trials=TRIALS)
        two = _seconds(table, Path(folder) / "two", processes=2, trials=TRIALS)
    row = {
        "benchmark": f"search, {TRIALS} trials on one storage, two processes against one, a core each",
        "value": round(one / two, 2),
        "unit": "times as fast",
        "aim": ">= 1.7",
        "beside": f"{two:.0f} s against {one:.0f} s, starting and reporting included",
    }
    return [row]


def _seconds(table: Path, out: Path, *, processes: int, trials: int) -> float:
    """Return the seconds until all processes of a search have ended."""
    command = [RADUNION, "search", str(table), "--space", "regime-1", "--trials", str(trials), "--again", "0"]
    command += ["--weights", "imagenet=none", "--precision", "bfloat16", "--heads", "bfloat16", "--threads", "1"]
    command += ["--cache", str(KEPT / "features"), "--out", str(out)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(processes)
    ]
    if any(one.wait() for one in running):
        raise RuntimeError("a search of the benchmark failed")
    return time.perf_counter() - start


if __name__ == "__main__":
    for row in run():
        print(f"{row['benchmark']}: {row['value']} {row['unit']}  {row['beside']}", flush=True)
