"""Run a bundle on whole cohorts of films, so that what is measured is what ships."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Float32

from radunion.errors import BundleError, UsageError
from radunion.joint import concatenate
from radunion.radiograph import Preprocessing, prepare, read_radiograph
from radunion.scoring.bundle import Bundle
from radunion.scoring.graph import Inferred, cores
from radunion.scoring.positive import as_positives

Pair = tuple[Path | None, Path | None]
"""The AP and the lateral film of an examination; at least one."""
Progress = Callable[[int, int], None]
"""Told how many examinations are done, of how many."""

Batch = tuple[Float32[np.ndarray, "n 2 h w"], Bool[np.ndarray, "n 2"]]

_DECODERS = 4
"""Most threads; each may hold the films of an examination and a negative, hundreds of megabytes each at worst."""
_BATCHES_AHEAD = 2


def infer(bundle: Bundle, pairs: Sequence[Pair], *, batch: int = 16, progress: Progress | None = None) -> Inferred:
    """Read, prepare and run every pair in order; films are decoded ahead of the network.

    Raises UsageError for an examination without a film, FilmError for a film that cannot be used.
    """
    _must_have_films(pairs)
    parts = []
    with closing(prepared_batches(pairs, bundle.preprocessing, batch)) as batches:
        for films, present in batches:
            parts.append(bundle.graph.run(films[:, :1], films[:, 1:], present))
            if progress is not None:
                progress(sum(map(len, parts)), len(pairs))
    return _joined(parts)


def infer_prepared(
    bundle: Bundle,
    ap: Float32[np.ndarray, "n 1 h w"],
    lateral: Float32[np.ndarray, "n 1 h w"],
    present: Bool[np.ndarray, "n 2"],
    *,
    batch: int = 16,
    evidence: bool = False,
) -> Inferred:
    """Run films that were prepared as the card says; what stands at an absent film does not matter.

    With `evidence` it also says where the model looked, if the card promises that. Raises UsageError for an examination
    without a film.
    """
    if not len(present) or not present.any(axis=1).all():
        raise UsageError("every examination needs at least one film, found one without, or no examination")
    spans = [slice(start, start + batch) for start in range(0, len(present), batch)]
    wanted = evidence and bundle.card.heatmap == "evidence"
    return _joined([bundle.graph.run(ap[span], lateral[span], present[span], evidence=wanted) for span in spans])


def distances(bundle: Bundle, inferred: Inferred) -> Float[np.ndarray, "n 2"]:
    """Return each film's distance from the films of training; NaN where there is no film.

    Raises BundleError when the reference is of another encoder.
    """
    width = inferred.features.shape[-1]
    if len(bundle.reference.mean) != width:
        raise BundleError(
            f"{bundle.path}: the reference has {len(bundle.reference.mean)} features and the graph gives {width}; "
            "export the model again"
        )
    found = bundle.reference.distance(inferred.features.reshape(-1, width)).reshape(-1, 2)
    return np.where(inferred.present, found, np.nan)


def prepared_films(paths: Sequence[Path], how: Preprocessing) -> list[Float32[np.ndarray, "height width"]]:
    """Read the films of an examination and prepare them, turned round where their files hold negatives."""
    films = as_positives([read_radiograph(path) for path in paths])
    return [prepare(film.radiograph.pixels, how) for film in films]


def prepared_batches(pairs: Sequence[Pair], how: Preprocessing, batch: int) -> Generator[Batch, None, None]:
    """Yield batches of films, zeros where absent; at most a few batches are decoded ahead of the caller."""
    waiting: deque[list[tuple[Pair, Future[list[np.ndarray]]]]] = deque()
    batches = (pairs[start : start + batch] for start in range(0, len(pairs), batch))
    pool = ThreadPoolExecutor(min(_DECODERS, cores()), thread_name_prefix="decode")
    try:
        for part in batches:
            waiting.append([(pair, pool.submit(prepared_films, _there(pair), how)) for pair in part])
            if len(waiting) > _BATCHES_AHEAD:
                yield _gathered(waiting.popleft(), how)
        while waiting:
            yield _gathered(waiting.popleft(), how)
    finally:
        pool.shutdown(cancel_futures=True)


def _there(pair: Pair) -> list[Path]:
    return [path for path in pair if path is not None]


def _gathered(pairs: Sequence[tuple[Pair, Future[list[np.ndarray]]]], how: Preprocessing) -> Batch:
    films = np.zeros((len(pairs), 2, how.height, how.width), dtype=np.float32)
    present = np.array([[path is not None for path in pair] for pair, _ in pairs])
    for row, (_, found) in enumerate(pairs):
        films[row, present[row]] = found.result()
    return films, present


def _must_have_films(pairs: Sequence[Pair]) -> None:
    if not pairs:
        raise UsageError("there is nothing to score: no examination was given")
    for number, pair in enumerate(pairs, start=1):
        if pair == (None, None):
            raise UsageError(f"every examination needs an AP or a lateral film; number {number} has neither")


def _joined(parts: Sequence[Inferred]) -> Inferred:
    return Inferred(
        concatenate([part.joint for part in parts]),
        np.concatenate([part.lateral for part in parts]),
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.present for part in parts]),
        _joined_evidence([part.evidence for part in parts]),
    )


def _joined_evidence(
    parts: Sequence[Float32[np.ndarray, "_ 4 rows columns"] | None],
) -> Float32[np.ndarray, "m 4 rows columns"] | None:
    there = [part for part in parts if part is not None]
    return np.concatenate(there) if there else None
