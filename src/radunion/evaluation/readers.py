"""Readers against readers, and beside it a model against the same readers, on the same cortices and totals.

Readers are told by their place in the order of names: a name may be a person's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Integer, Shaped

from radunion.evaluation.agreement import Weights
from radunion.evaluation.bootstrap import REPLICATES, patient_weights
from radunion.evaluation.compare import Row, difference, must_fit, row_of
from radunion.evaluation.panel import Panel, Repeats, items_of, panel_of, reader_names, repeats_of
from radunion.evaluation.readings import Measure
from radunion.evaluation.reference import NOT_SCORED, Reference
from radunion.evaluation.sitting import TOTAL, Key, Sitting, common_block, measure_sitting
from radunion.joint import JointLevels
from radunion.scale import SCALES

READERS, REPEATS = "readers", "readers-repeat"
"""The protocols of readers against each other, and of readers against themselves."""
OF_ONE_READER: frozenset[Key] = frozenset(
    {("kappa", "cortices"), ("alpha", "cortices"), ("icc-2-1", "total"), ("mae", "total"), ("within-1", "total")}
)
"""What is also told of each reader, and as a difference between a model and the readers."""


def compare_readers(
    reference: Reference, predictions: Mapping[str, JointLevels], *, seed: int, replicates: int = REPLICATES
) -> tuple[Row, ...]:
    """Measure every two readers, every two readings of one reader, and every model against the readers.

    Protocols are `readers`, `<model> | readers` and their difference `<model> | readers - readers`, on what at least
    two readers scored; `<model> | reader 1`; with three readers or more `reader 1 | readers`, which is one against the
    others; and `readers-repeat`. Empty when nothing was scored twice. Raises UsageError when a prediction does not fit.
    """
    if not len(reference):
        return ()
    must_fit(reference, predictions)
    names = reader_names(reference)
    rows: list[Row] = []
    for scale in reversed(SCALES):
        if panel := panel_of(reference, scale, names):
            weights = patient_weights(panel.patients, replicates=replicates, seed=seed)
            models = {
                name: items_of(prediction[panel.examination], scale, reference.convention)
                for name, prediction in predictions.items()
            }
            rows += _of_panel(panel, models, weights)
        if repeats := repeats_of(reference, scale):
            rows += _of_repeats(repeats, patient_weights(repeats.patients, replicates=replicates, seed=seed))
    return tuple(rows)


def _of_panel(panel: Panel, models: Mapping[str, Integer[np.ndarray, "e 5"]], weights: Weights) -> Iterator[Row]:
    among, block = common_block(panel.scores)
    count = len(panel.readers)
    sitting = Sitting(panel.scale, panel.scores, (tuple(range(count)),), among, block)
    readers = measure_sitting(sitting, weights)
    yield from _rows(READERS, readers, panel.patients)
    for place, number in enumerate(panel.readers if count > 2 else ()):
        groups = tuple((place, other) for other in range(count) if other != place)
        one = measure_sitting(replace(sitting, groups=groups), weights)
        yield from _rows(f"reader {number + 1} | {READERS}", _told_of_one(one), panel.patients)
    for name, said in models.items():
        scores = np.concatenate([panel.scores, said[None].astype(np.int64)])
        joined = replace(sitting, scores=scores, groups=(), among=among | {count})
        yield from _of_model(name, joined, panel, readers, weights)


def _of_model(
    name: str, joined: Sitting, panel: Panel, readers: Mapping[Key, Measure], weights: Weights
) -> Iterator[Row]:
    """Measure the last rater of a sitting, the model, against all others and each of them."""
    model = len(panel.readers)
    pairs = tuple((place, model) for place in range(model))
    against = measure_sitting(replace(joined, groups=pairs), weights)
    yield from _rows(f"{name} | {READERS}", against, panel.patients)
    for pair, number in zip(pairs, panel.readers, strict=True):
        one = measure_sitting(replace(joined, groups=(pair,)), weights)
        yield from _rows(f"{name} | reader {number + 1}", _told_of_one(one), panel.patients)
    apart = {key: difference(one, readers[key]) for key, one in _told_of_one(against).items()}
    yield from _rows(f"{name} | {READERS} - {READERS}", apart, panel.patients)


def _of_repeats(repeats: Repeats, weights: Weights) -> Iterator[Row]:
    scores = repeats.scores.swapaxes(0, 1)
    block = np.asarray((scores[:, :, TOTAL] > NOT_SCORED).all(axis=0))
    sitting = Sitting(repeats.scale, scores, ((0, 1),), frozenset({0, 1}), block)
    yield from _rows(REPEATS, measure_sitting(sitting, weights), repeats.patients)


def _told_of_one(taken: Mapping[Key, Measure]) -> dict[Key, Measure]:
    return {key: one for key, one in taken.items() if key in OF_ONE_READER}


def _rows(protocol: str, taken: Mapping[Key, Measure], patients: Shaped[np.ndarray, " e"]) -> Iterator[Row]:
    for one in taken.values():
        yield row_of(protocol, one, patients)
