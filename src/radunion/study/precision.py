"""Run bundles on an evaluation's films in float32 and in fewer bits, and compare what is said of every examination."""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from itertools import islice

import numpy as np

from radunion.cohort import Examination
from radunion.errors import UsageError
from radunion.evaluation.precision import PARTS, FewerBits, Precision, Share
from radunion.scoring import Bundle, Inferred
from radunion.scoring.graph import cores
from radunion.scoring.inference import Batch, infer_prepared, prepared_batches
from radunion.scoring.precision import RUNTIMES, in_precision
from radunion.scoring.stated import Stated, changes, largest_change, stated_of
from radunion.study.predict import Progress, pairs_of

_BATCH = 16
_FIRST = 4
"""Batches kept in memory: the ranges of int8 come from their films, and the rates are measured on them."""
_ROUNDS = 3

Runs = Mapping[Precision, Bundle]


def agreements(
    bundles: Mapping[str, Bundle],
    examinations: Sequence[Examination],
    precisions: Sequence[Precision],
    *,
    progress: Progress | None = None,
) -> tuple[FewerBits, ...]:
    """Compare each bundle, by name, at each precision with itself in float32; the films must be readable.

    Raises UsageError for a precision that is float32 itself or named twice, and what `in_precision` raises.
    """
    if "float32" in precisions or len(set(precisions)) < len(precisions):
        raise UsageError(f"precisions are int8 and bfloat16, each once, beside float32; found {', '.join(precisions)}")
    patients = np.array([one.patient for one in examinations])
    found: list[FewerBits] = []
    for number, (name, bundle) in enumerate(bundles.items()):
        with closing(_batches(bundle, examinations)) as batches:
            first = list(islice(batches, _FIRST))
        runs: Runs = {one: in_precision(bundle, one, first) for one in ("float32", *precisions)}
        rates = {one: _rate(run, first) for one, run in runs.items()}
        stated = _stated(runs, examinations, progress, before=number * len(examinations), models=len(bundles))
        found += [_agreement(name, one, stated, rates, patients) for one in precisions]
    return tuple(found)


def _batches(bundle: Bundle, examinations: Sequence[Examination]) -> Generator[Batch, None, None]:
    return prepared_batches(pairs_of(examinations), bundle.preprocessing, _BATCH)


def _inferred(bundle: Bundle, batch: Batch) -> Inferred:
    films, present = batch
    return infer_prepared(bundle, films[:, :1], films[:, 1:], present, batch=_BATCH)


def _rate(bundle: Bundle, batches: Sequence[Batch]) -> float:
    """Return films a second of the network alone, of the quickest round after one that prepares memory."""
    rounds = []
    for _ in range(1 + _ROUNDS):
        start = time.perf_counter()
        for batch in batches:
            _inferred(bundle, batch)
        rounds.append(time.perf_counter() - start)
    return sum(int(present.sum()) for _, present in batches) / min(rounds[1:])


def _stated(
    runs: Runs, examinations: Sequence[Examination], progress: Progress | None, *, before: int, models: int
) -> dict[Precision, list[Stated]]:
    """Return what is said of every examination at each precision; films are read once for all."""
    stated: dict[Precision, list[Stated]] = {one: [] for one in runs}
    with closing(_batches(runs["float32"], examinations)) as batches:
        for batch in batches:
            for one, run in runs.items():
                stated[one] += stated_of(run.card, _inferred(run, batch))
            if progress is not None:
                progress(before + len(stated["float32"]), models * len(examinations))
    return stated


def _agreement(
    model: str,
    precision: Precision,
    stated: Mapping[Precision, Sequence[Stated]],
    rates: Mapping[Precision, float],
    patients: np.ndarray,
) -> FewerBits:
    wanted, found = stated["float32"], stated[precision]
    counted = [changes(one, other) for one, other in zip(wanted, found, strict=True)]
    moved = np.array([any(one.values()) for one in counted])
    return FewerBits(
        model,
        precision,
        RUNTIMES[precision],
        largest_change(wanted, found),
        {part: Share(sum(one[part] for one in counted), sum(len(one.said[part]) for one in wanted)) for part in PARTS},
        Share(int(moved.sum()), len(moved)),
        Share(len(np.unique(patients[moved])), len(np.unique(patients))),
        (rates[precision], rates["float32"]),
        cores(),
    )
