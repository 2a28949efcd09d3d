"""The seconds of each stage of scoring an archive, each alone, in as many processes of one thread as are asked for.

    python -m benchmarks.archive_stages MODEL FOLDER PROCESSES

prints one JSON object: seconds a film to decode, to prepare (find the shaft, straighten it, ask whether it is a leg)
and to infer.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from radunion.radiograph import prepare, read_radiograph
from radunion.scoring import load_bundle
from radunion.scoring.archive.pool import Lost, Pool
from radunion.scoring.archive.work import OneThread
from radunion.scoring.bundle import Bundle
from radunion.scoring.inference import infer_prepared
from radunion.scoring.positive import as_positives

STAGES = ("decode", "prepare", "infer")
MOST_FILMS = 800
_BLOCK = 40
"""Films in memory."""
_LIMIT_S = 900.0
Seconds = dict[str, float]
Films = tuple[Path, ...]


def main() -> None:
    """Measure and print."""
    model, folder, processes = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    films = sorted(folder.rglob("*.dcm"))[:MOST_FILMS]
    parts = [tuple(films[one::processes]) for one in range(processes)]
    with Pool(partial(measurer, model), workers=processes, seconds=lambda _: _LIMIT_S, ahead=1) as pool:
        told = [seconds for _, seconds in pool.run(parts) if not isinstance(seconds, Lost)]
    if len(told) < processes:
        raise RuntimeError("a process of the benchmark was lost")
    print(json.dumps({stage: float(np.mean([one[stage] for one in told])) for stage in STAGES}))


def measurer(model: Path) -> Callable[[Films], Seconds]:
    """Load the model as a worker of an archive does; return what measures."""
    loaded = load_bundle(model)
    bundle = OneThread(loaded.card, loaded.files, loaded.sha256, loaded.path)
    return partial(measured, bundle)


def measured(bundle: Bundle, films: Films) -> Seconds:
    """Return seconds a film of each stage; a first round is thrown away, and the files are in memory then."""
    for path in films:
        path.read_bytes()
    _block(bundle, films[:_BLOCK], dict.fromkeys(STAGES, 0.0))
    spent = dict.fromkeys(STAGES, 0.0)
    for first in range(0, len(films), _BLOCK):
        _block(bundle, films[first : first + _BLOCK], spent)
    return {stage: seconds / len(films) for stage, seconds in spent.items()}


def _block(bundle: Bundle, films: Sequence[Path], spent: Seconds) -> None:
    with _clock(spent, "decode"):
        read = [read_radiograph(path) for path in films]
    with _clock(spent, "prepare"):
        prepared = [prepare(as_positives([film])[0].radiograph.pixels, bundle.preprocessing) for film in read]
    pairs = np.stack(prepared).reshape(-1, 2, *prepared[0].shape)
    here = np.ones((1, 2), dtype=bool)
    with _clock(spent, "infer"):
        for pair in pairs:
            infer_prepared(bundle, pair[None, :1], pair[None, 1:], here, evidence=True)


@contextmanager
def _clock(spent: Seconds, stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    spent[stage] += time.perf_counter() - start


if __name__ == "__main__":
    main()
