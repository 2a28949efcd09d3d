"""Do scores change in fewer bits, and is it faster: each way of running the graph against ONNX Runtime in float32.

    python -m benchmarks.archive_precision [MODEL [FILMS]]

prints a row each. What a change is, `radunion evaluate --precisions` says too; this adds OpenVINO in float32 and int8.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.archive_model import PATIENTS, SEED, archive_model
from benchmarks.peers.environment import peer_python
from benchmarks.search import KEPT, simulated
from radunion.evaluation.precision import PARTS
from radunion.joint import JointLevels
from radunion.radiograph import prepare, read_radiograph
from radunion.scoring import load_bundle
from radunion.scoring.card import Card
from radunion.scoring.graph import Inferred
from radunion.scoring.stated import Stated, changes, largest_change, stated_of

_HERE = Path(__file__).parent / "peers"


def main() -> None:
    """Measure and print."""
    model = Path(sys.argv[1]) if len(sys.argv) > 1 else archive_model()
    films = Path(sys.argv[2]) if len(sys.argv) > 2 else simulated(PATIENTS, SEED).parent / "films"
    for row in rows(model, films):
        print(json.dumps(row))


def rows(model: Path, films: Path) -> list[dict[str, Any]]:
    """Return a row for each way."""
    bundle = load_bundle(model)
    pairs = [(ap, lateral) for ap in sorted(films.glob("*-ap.dcm")) if (lateral := _other(ap)).exists()]
    how = bundle.preprocessing
    prepared = np.stack([[prepare(read_radiograph(film).pixels, how) for film in pair] for pair in pairs])
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "model.onnx").write_bytes(bundle.files["model.onnx"])
        np.save(place / "prepared.npy", prepared)
        python = peer_python(KEPT / "scoring-peers", _HERE / "scoring_requirements.txt")
        given = {"--graph": place / "model.onnx", "--prepared": place / "prepared.npy", "--out": place}
        words = [str(word) for pair in given.items() for word in pair]
        told = subprocess.run([python, _HERE / "precision.py", *words], check=True, stdout=subprocess.PIPE, text=True)
        rates: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
        said = [_stated(bundle.card, place / f"{number}.npz") for number in range(len(rates))]
    return [
        {"way": way, "films a second, one core": round(rate, 1), **_changes(said[0], one)}
        for (way, rate), one in zip(rates.items(), said, strict=True)
    ]


def _other(ap: Path) -> Path:
    return ap.with_name(ap.name.replace("-ap", "-lateral"))


def _stated(card: Card, file: Path) -> list[Stated]:
    with np.load(file) as found:
        joint = JointLevels(found["weights"], found["levels"], found["scorable"])
        present = np.ones((len(joint), 2), dtype=bool)
        return stated_of(card, Inferred(joint, found["lateral_view"], found["features"], present))


def _changes(wanted: Sequence[Stated], found: Sequence[Stated]) -> dict[str, Any]:
    counted = [changes(one, other) for one, other in zip(wanted, found, strict=True)]
    return {
        "examinations": len(wanted),
        "largest change of a probability": float(f"{largest_change(wanted, found):.2g}"),
        **{f"changes: {part}": sum(one[part] for one in counted) for part in PARTS},
    }


if __name__ == "__main__":
    main()
