"""The seed study's two searches, whole, on a simulated cohort of its size: beside its own loop in Keras, and the floor.

The cohort is simulated once and kept under the user's cache. The first regime looks at every film; the second, which
began from what the first chose, finds what it saw. Repeats with fresh seeds, which the seed had not, are left out.
InceptionV3 has random weights: what it computes takes as long as with any others. The loop of the seed runs the frozen
network on every film in every epoch of every fold of every trial; an epoch of it is measured here and the regime
extrapolated from it. The floor is what has to be multiplied, at the best rate at which this machine multiplies matrices
in bfloat16; nothing is added for reading films, for pooling, for dropout, for Adam or for judging an epoch.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from platformdirs import user_cache_path
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.arithmetic import head_operations, matrix_rate
from benchmarks.peers.environment import peer_python
from radunion.features import BackboneSpec, load_backbone

RADUNION = str(Path(sys.executable).with_name("radunion"))
PATIENTS, SEED = 1207, 77_041
SIGHTS = 4
REGIMES = ("regime-1", "regime-2")
KERAS_BATCHES = (16, 64)
KEPT = user_cache_path("radunion") / "benchmarks"


def run(regimes: Sequence[str] = REGIMES, cohort: Path | None = None) -> list[dict[str, Any]]:
    """Return the seconds of each regime's whole command, beside the floor and beside the loop in Keras."""
    table = cohort or simulated(PATIENTS, SEED)
    keras = max((_keras(batch) for batch in KERAS_BATCHES), key=lambda told: float(told["image_epochs_per_s"]))
    rate = matrix_rate(torch.bfloat16)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for regime in regimes:
            ran = _search(regime, table, Path(folder))
            rows += [_row(ran, rate), _beside_keras(ran, keras)]
            print(*rows[-2:], sep="\n", flush=True)
    return rows


@dataclass(frozen=True)
class Ran:
    """Hold a command that ran: its seconds, what it wrote of itself, and how many films its network looked at."""

    regime: str
    seconds: float
    record: dict[str, Any]
    films: int
    looked_at: int

    @property
    def epochs(self) -> int:
        """Epochs of heads; an epoch of one fold is one."""
        return int(self.record["work"]["head_epochs"])


def simulated(patients: int, seed: int) -> Path:
    """Return the table of a simulated cohort; it is simulated once and kept."""
    folder = KEPT / f"cohort-{patients}-{seed}"
    subprocess.run([RADUNION, "simulate", str(folder), "--patients", str(patients), "--seed", str(seed)], check=True)
    return folder / "cohort.csv"


def _keras(batch: int) -> dict[str, Any]:
    """Learn an epoch of the loop in the peers' environment."""
    python = peer_python(KEPT / "peers")
    loop = Path(__file__).with_name("peers") / "keras_loop.py"
    sizes = ["--learned", "320", "--watched", "64", "--batch", str(batch)]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    told = subprocess.run([str(python), str(loop), *sizes], env=quiet, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


def _search(regime: str, table: Path, folder: Path) -> Ran:
    """Run the command as a user would, on all cores and in bfloat16."""
    command = [RADUNION, "search", str(table), "--space", regime, "--out", str(folder / regime)]
    command += ["--weights", "imagenet=none", "--precision", "bfloat16", "--heads", "bfloat16", "--again", "0"]
    before = _cached(folder / "cache")
    start = time.perf_counter()
    subprocess.run([*command, "--cache", str(folder / "cache")], check=True, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    after = _cached(folder / "cache")
    return Ran(regime, seconds, json.loads((folder / regime / "search.json").read_text()), after, after - before)


def _cached(cache: Path) -> int:
    """Count the films of a cache."""
    return sum(1 for _ in cache.glob("*/*")) // SIGHTS


def _row(ran: Ran, rate: float) -> dict[str, Any]:
    network = _network_operations() * ran.looked_at * SIGHTS
    watched = ran.films // ran.record["k"]
    heads = ran.epochs * head_operations(ran.films - watched, watched)
    floor = (network + heads) / rate
    work = ran.record["work"]
    return {
        "benchmark": f"search {ran.regime}, whole command, {ran.films} films",
        "value": round(ran.seconds),
        "unit": "s",
        "aim": "<= 1.5 floors",
        "beside": (
            f"{ran.seconds / floor:.2f} times its floor of {floor:.0f} s at {rate / 1e9:.0f} GFLOP/s: network "
            f"{work['feature_seconds']:.0f} s, floor {network / rate:.0f} s; heads of trials "
            f"{work['head_seconds']:.0f} s, floor {heads / rate:.0f} s"
        ),
    }


def _beside_keras(ran: Ran, keras: dict[str, Any]) -> dict[str, Any]:
    """Compare with the same trials in the loop."""
    loop = ran.epochs * ran.films / keras["image_epochs_per_s"]
    return {
        "benchmark": f"search {ran.regime} against the seed's loop in Keras {keras['keras']}, extrapolated",
        "value": round(loop / ran.seconds),
        "unit": "times as fast",
        "aim": ">= 500",
        "beside": (
            f"{loop / 86_400:.1f} days at {keras['image_epochs_per_s']:.1f} image-epochs/s, batch {keras['batch']}, "
            f"against {ran.seconds / 60:.1f} min"
        ),
    }


def _network_operations() -> int:
    """Return the operations of InceptionV3 for one film."""
    backbone = load_backbone(BackboneSpec("inception_v3"))
    counter = FlopCounterMode(display=False)
    with counter, torch.inference_mode():
        backbone.module(torch.zeros(1, 3, *backbone.input_size))
    return int(counter.get_total_flops())


if __name__ == "__main__":
    for row in run(cohort=Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        print(f"{row['benchmark']:60} {row['value']} {row['unit']}  {row['beside']}", flush=True)
