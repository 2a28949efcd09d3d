"""Scoring an archive: the rate from files to scores as a part of what its stages allow, and others on the same films.

What the stages allow is the number of cores over the sum of decode, prepare and infer, each measured alone on one core.
The films are simulated, rewritten several times with noise, uncompressed DICOM; all have been read before.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.archive_films import Making, make_archive
from benchmarks.archive_model import PATIENTS, SEED, archive_model, save_program
from benchmarks.archive_stages import STAGES
from benchmarks.peers.environment import peer_python
from benchmarks.search import KEPT, simulated
from radunion.radiograph import prepare, read_radiograph
from radunion.scoring import Bundle, load_bundle

MAKING = Making(films=400, copies=5, damaged=0.0, seed=11)
AIM, ROUNDS = 0.9, 3
PEER_FILMS = 400
_HERE = Path(__file__).parent / "peers"
Stages = dict[str, float]
"""Seconds a film."""


@dataclass(frozen=True)
class Whole:
    """An archive that was scored: films, seconds of all, and films a second while it scored."""

    films: int
    seconds: float
    rate: float


def run(model: Path | None = None) -> list[dict[str, Any]]:
    """Return the rows: stages, whole path, peers; stages and whole take turns, so that both meet the same machine."""
    model = model or archive_model()
    folder = make_archive(simulated(PATIENTS, SEED).parent / "films", KEPT / "archive", MAKING)
    cores = len(os.sched_getaffinity(0))
    rounds = [(_stages(model, folder, 1), _whole(model, folder, cores)) for _ in range(ROUNDS)]
    together = _stages(model, folder, cores)
    rows = [_stage_row(rounds, together, cores), _whole_row(rounds, together, cores)]
    rate = statistics.median(whole.rate for _, whole in rounds)
    return [*rows, *_peer_rows(_peers(load_bundle(model), folder), rate, cores)]


def _stages(model: Path, folder: Path, processes: int) -> Stages:
    """Measure each stage alone, in so many processes at once."""
    return _told("archive_stages", model, folder, processes)


def _whole(model: Path, folder: Path, workers: int) -> Whole:
    with tempfile.TemporaryDirectory() as out:
        told = _told("archive_run", model, folder, Path(out) / "results.parquet", workers)
    films = MAKING.films * MAKING.copies
    return Whole(films, told["seconds"], films / told["examinations"] * told["scored"] / told["scoring_seconds"])


def _told(module: str, *words: object) -> dict[str, float]:
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, words)]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=_HERE.parents[1])
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def _peers(bundle: Bundle, folder: Path) -> dict[str, float]:
    """Return the films a second of each peer, on prepared films or from files."""
    films = sorted(folder.rglob("*.dcm"))[:PEER_FILMS]
    how = bundle.preprocessing
    pairs = np.stack([prepare(read_radiograph(film).pixels, how) for film in films]).reshape(-1, 2, *_size(bundle))
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "model.onnx").write_bytes(bundle.files["model.onnx"])
        save_program(place / "model.pt2", height=how.height, width=how.width)
        np.save(place / "prepared.npy", pairs)
        (place / "films.json").write_text(json.dumps([str(film) for film in films]))
        python = peer_python(KEPT / "scoring-peers", _HERE / "scoring_requirements.txt")
        given = {"graph": "model.onnx", "program": "model.pt2", "prepared": "prepared.npy", "films": "films.json"}
        words = [word for name, file in given.items() for word in (f"--{name}", str(place / file))]
        ran = subprocess.run([python, _HERE / "scoring.py", *words], check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])["films_per_s"]
    return told


def _size(bundle: Bundle) -> tuple[int, int]:
    return bundle.preprocessing.height, bundle.preprocessing.width


def _stage_row(rounds: Sequence[tuple[Stages, Whole]], together: Stages, cores: int) -> dict[str, Any]:
    one = {stage: statistics.median(stages[stage] for stages, _ in rounds) for stage in STAGES}
    each = "; ".join(f"{stage} {1 / one[stage]:.0f}, {cores / together[stage]:.0f}" for stage in STAGES)
    return {
        "benchmark": "archive, what decode, prepare and infer allow",
        "value": round(cores / sum(one.values()), 1),
        "unit": "films/s",
        "aim": "",
        "beside": f"each alone, films/s on one core, on all {cores}: {each}",
    }


def _whole_row(rounds: Sequence[tuple[Stages, Whole]], together: Stages, cores: int) -> dict[str, Any]:
    shares = sorted(whole.rate * sum(stages.values()) / cores for stages, whole in rounds)
    rate = statistics.median(whole.rate for _, whole in rounds)
    whole = rounds[-1][1]
    return {
        "benchmark": f"archive, from files to scores, {whole.films} films",
        "value": round(statistics.median(shares), 2),
        "low": round(shares[0], 2),
        "high": round(shares[-1], 2),
        "unit": "of what its stages allow",
        "aim": f">= {AIM}",
        "beside": (
            f"{rate:.1f} films/s; {rate * sum(together.values()) / cores:.2f} of the stages measured on all cores at "
            f"once; start, search of the folder and writing included {whole.films / whole.seconds:.1f} films/s"
        ),
    }


def _peer_rows(peers: dict[str, float], ours: float, cores: int) -> list[dict[str, Any]]:
    return [
        {
            "benchmark": f"archive beside {name}",
            "value": round(rate, 1),
            "unit": "films/s",
            "aim": "",
            "beside": (
                f"from files to outputs; radunion {ours:.1f} with shaft, checks, totals and rows"
                if "loading" in name
                else f"network alone, prepared films in memory, {cores} cores"
            ),
        }
        for name, rate in peers.items()
    ]


if __name__ == "__main__":
    for row in run(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        print(f"{row['benchmark']:60} {row['value']} {row['unit']}  {row['beside']}", flush=True)
