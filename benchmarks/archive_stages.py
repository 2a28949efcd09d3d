"""The seconds of each stage of scoring an archive, each alone, in as many processes of one thread as are asked for.

    python -m benchmarks.archive_stages MODEL FOLDER PROCESSES

prints one JSON object: seconds a film to decode, to prepare (find the shaft, straighten it, ask whether it is a leg)
and to infer. The films go through each stage by examination, as they do in an archive: a network of pairs takes as long
for the only film of an examination as for two.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import groupby
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
_BLOCK = 20
"""Examinations in memory."""
_LIMIT_S = 900.0
Seconds = dict[str, float]
Films = tuple[Path, ...]
"""Of one examination."""
Examinations = tuple[Films, ...]


def main() -> None:
    """Measure and print."""
    model, folder, processes = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    examinations = examinations_of(sorted(folder.rglob("*.dcm"))[:MOST_FILMS])
    parts = [examinations[one::processes] for one in range(processes)]
    with Pool(partial(measurer, model), workers=processes, seconds=lambda _: _LIMIT_S, ahead=1) as pool:
        told = [seconds for _, seconds in pool.run(parts) if not isinstance(seconds, Lost)]
    if len(told) < processes:
        raise RuntimeError("a process of the benchmark was lost")
    print(json.dumps({stage: float(np.mean([one[stage] for one in told])) for stage in STAGES}))


def examinations_of(films: Sequence[Path]) -> Examinations:
    """Group sorted films of `benchmarks.archive_films`, whose names say patient, visit and view."""
    return tuple(tuple(some) for _, some in groupby(films, lambda film: (film.parent, film.stem.rpartition("-")[0])))


def measurer(model: Path) -> Callable[[Examinations], Seconds]:
    """Load the model as a worker of an archive does; return what measures."""
    loaded = load_bundle(model)
    bundle = OneThread(loaded.card, loaded.files, loaded.sha256, loaded.path)
    return partial(measured, bundle)


def measured(bundle: Bundle, examinations: Examinations) -> Seconds:
    """Return seconds a film of each stage; a first round is thrown away, and the files are in memory then."""
    for films in examinations:
        for path in films:
            path.read_bytes()
    _block(bundle, examinations[:_BLOCK], dict.fromkeys(STAGES, 0.0))
    spent = dict.fromkeys(STAGES, 0.0)
    for first in range(0, len(examinations), _BLOCK):
        _block(bundle, examinations[first : first + _BLOCK], spent)
    return {stage: seconds / sum(map(len, examinations)) for stage, seconds in spent.items()}


def _block(bundle: Bundle, examinations: Examinations, spent: Seconds) -> None:
    how = bundle.preprocessing
    with _clock(spent, "decode"):
        read = [[read_radiograph(path) for path in films] for films in examinations]
    with _clock(spent, "prepare"):
        prepared = [[prepare(one.radiograph.pixels, how) for one in as_positives(films)] for films in read]
    pairs = np.zeros((len(prepared), 1, 2, how.height, how.width), dtype=np.float32)
    here = np.zeros((len(prepared), 1, 2), dtype=bool)
    for row, films in enumerate(prepared):
        pairs[row, 0, : len(films)], here[row, 0, : len(films)] = films, True
    with _clock(spent, "infer"):
        for pair, present in zip(pairs, here, strict=True):
            infer_prepared(bundle, pair[:, :1], pair[:, 1:], present, evidence=True)


@contextmanager
def _clock(spent: Seconds, stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    spent[stage] += time.perf_counter() - start


if __name__ == "__main__":
    main()
