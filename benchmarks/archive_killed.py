"""An archive of 20,000 films, a fiftieth damaged: whole, killed five times, and on a Ray cluster that loses a node.

    python -m benchmarks.archive_killed [FOLDER [MODEL]]

writes archive_killed.json beside this file. The killed run uses one worker, the whole one all cores: neither may change
a row. Every kill takes the whole process group, at a random moment. FOLDER is where films and results go (13 GB).
"""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.archive_films import Making, make_archive
from benchmarks.archive_memory import Memory, watch
from benchmarks.archive_model import archive_model
from benchmarks.search import KEPT, PATIENTS, SEED, simulated

MAKING = Making(films=2000, copies=10, damaged=0.02, seed=5)
KILLS = 5
RESULTS = Path(__file__).with_suffix(".json")
_PARTS = 40
"""Written before a node of the cluster is killed: a sixth of all."""


@dataclass(frozen=True)
class Ran:
    """A run that came to its end: its result, its seconds, how often it was killed before, and its memory."""

    name: str
    result: Path
    seconds: float
    kills: int
    memory: Memory


def main() -> None:
    """Run all three, compare, print and write."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else KEPT / "archive-killed"
    model = Path(sys.argv[2]) if len(sys.argv) > 2 else archive_model()
    films = make_archive(simulated(PATIENTS, SEED).parent / "films", folder, MAKING)
    whole = _local("whole", films, model, workers=None)
    print(_row(whole, films, whole), flush=True)
    killed = _killed(films, model, seconds=whole.seconds)
    print(_row(killed, films, whole), flush=True)
    clustered = _clustered(films, model)
    rows = [_row(ran, films, whole) for ran in (whole, killed, clustered)]
    print(rows[-1], flush=True)
    machine = {"cores": len(os.sched_getaffinity(0)), "python": platform.python_version()}
    RESULTS.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")


def _local(name: str, films: Path, model: Path, *, workers: int | None, kills: int = 0) -> Ran:
    start = time.monotonic()
    run = _begin(name, films, model, workers)
    memory = watch(run.pid)
    if run.wait():
        raise RuntimeError(f"the run {name} failed")
    return Ran(name, _result(films, name), time.monotonic() - start, kills, memory)


def _killed(films: Path, model: Path, *, seconds: float) -> Ran:
    """Kill a run of one worker five times, then let it end; the whole run took `seconds` on all cores."""
    moments = np.random.default_rng(MAKING.seed)
    for _ in range(KILLS):
        run = _begin("killed", films, model, 1)
        time.sleep(moments.uniform(0.02, 0.25) * seconds)
        if run.poll() is not None:
            raise RuntimeError("the run ended before it was killed")
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    return _local("killed", films, model, workers=1, kills=KILLS)


def _clustered(films: Path, model: Path) -> Ran:
    out = _result(films, "clustered")
    words = [sys.executable, "-m", "benchmarks.archive_cluster", films, out, model, _PARTS]
    start = time.monotonic()
    run = _start(list(map(str, words)))
    memory = watch(run.pid)
    if run.wait():
        raise RuntimeError("the run on the cluster failed")
    return Ran("clustered", out, time.monotonic() - start, 1, memory)


def _begin(name: str, films: Path, model: Path, workers: int | None) -> "subprocess.Popen[bytes]":
    words = ["archive", films, "--out", _result(films, name), "--model", model, "--overwrite"]
    words += [] if workers is None else ["--workers", workers]
    return _start([sys.executable, "-m", "radunion", *map(str, words)])


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)


def _result(films: Path, name: str) -> Path:
    return films.parent / f"{name}.parquet"


def _row(ran: Ran, films: Path, whole: Ran) -> dict[str, Any]:
    """Return what became of a run, after comparing it."""
    rows = pl.read_parquet(ran.result)
    named = pl.concat([rows[name].drop_nulls() for name in ("ap_film", "lateral_film", "file")])
    there = {path.relative_to(films).as_posix() for path in films.rglob("*.dcm")}
    rest = pl.exclude("patient", "examination")
    return {
        "benchmark": f"archive of {len(there)} files, {ran.name}",
        "killed": ran.kills,
        "scores": rows.filter(pl.col("kind") == "score").height,
        "errors": dict(rows.filter(pl.col("kind") == "error").group_by("code").len().sort("code").rows()),
        "unused": rows.filter(pl.col("kind") == "unused").height,
        "every file exactly once": named.is_unique().all() and set(named.to_list()) == there,
        "same rows as the whole run": rows.select(rest).equals(pl.read_parquet(whole.result).select(rest)),
        "seconds of the last run": round(ran.seconds),
        "files a second": round(len(there) / ran.seconds, 1) if ran.name != "killed" else None,
        "memory, second tenth and last": [round(ran.memory.between(*span)) for span in ((0.2, 0.3), (0.9, 1.0))],
        "memory, MB a minute": ran.memory.each(60.0),
    }


if __name__ == "__main__":
    main()
