"""What several readers said of the same examinations on one scale, as arrays.

A label without a reader's name could be anybody's and is left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Int, Integer, Shaped

from radunion.evaluation.reference import NOT_SCORED, Reference
from radunion.joint import TOTAL_SCORES, JointLevels, median_score
from radunion.scale import CORTICES, TOP_SCORE, Convention, Scale

ITEMS: tuple[str, ...] = (*CORTICES, "total")
"""What is compared: each cortex and the total."""


@dataclass(frozen=True)
class Panel:
    """Hold what r readers said first of e examinations that at least two of them scored.

    `scores` (r, e, item) count from 1 on each item's own range, so a total of 4 is 1; 0 where the reader did not score
    it, where its film is absent, and where nobody else scored it. `readers` are places in the order of names.
    """

    scale: Scale
    readers: tuple[int, ...]
    examination: Int[np.ndarray, " e"]
    patients: Shaped[np.ndarray, " e"]
    scores: Int[np.ndarray, "r e 5"]


@dataclass(frozen=True)
class Repeats:
    """Hold the pairs of readings of one examination by one reader: `scores` (pair, 2, item), earlier reading first."""

    scale: Scale
    patients: Shaped[np.ndarray, " pairs"]
    examination: Int[np.ndarray, " pairs"]
    scores: Int[np.ndarray, "pairs 2 5"]


def panel_of(reference: Reference, scale: Scale, names: Sequence[str]) -> Panel | None:
    """Gather the first reading of every named reader; None when no two scored the same item of an examination."""
    labels = reference.on(scale)
    items = _items(labels, scale)
    examination = np.unique(labels.examination)
    scores = np.zeros((len(names), len(examination), len(ITEMS)), dtype=np.int64)
    patients = np.empty(len(examination), dtype=labels.patients.dtype)
    for (exam, name), rows in _labels_by_reader(labels).items():
        place = int(np.searchsorted(examination, exam))
        scores[names.index(name), place] = items[rows[0]]
        patients[place] = labels.patients[rows[0]]
    shared = np.where((scores > NOT_SCORED).sum(axis=0) >= 2, scores, NOT_SCORED)
    kept, present = (shared > NOT_SCORED).any(axis=(0, 2)), (shared > NOT_SCORED).any(axis=(1, 2))
    if not kept.any():
        return None
    readers = tuple(np.flatnonzero(present).tolist())
    return Panel(scale, readers, examination[kept], patients[kept], shared[present][:, kept])


def repeats_of(reference: Reference, scale: Scale) -> Repeats | None:
    """Gather every two readings of one examination by one named reader; None when nothing was read twice."""
    labels = reference.on(scale)
    items = _items(labels, scale)
    pairs = [pair for rows in _labels_by_reader(labels).values() for pair in combinations(rows, 2)]
    if not pairs:
        return None
    both = np.array(pairs)
    return Repeats(scale, labels.patients[both[:, 0]], labels.examination[both[:, 0]], items[both])


def items_of(prediction: JointLevels, scale: Scale, convention: Convention) -> Integer[np.ndarray, "n 5"]:
    """Return the point predictions in the form of a panel's scores: medians of the margins and of the total."""
    levels = median_score(prediction.score_margins(scale, convention).astype(np.float64), 1)
    totals = median_score(prediction.totals(scale, convention), 1)
    return np.concatenate([levels, totals[:, None]], axis=1)


def item_levels(scale: Scale, item: int) -> int:
    """Return how many scores an item has."""
    return TOP_SCORE[scale] if item < len(CORTICES) else len(TOTAL_SCORES[scale])


def reader_names(reference: Reference) -> tuple[str, ...]:
    """Return the readers' names in order, without the empty one."""
    return tuple(sorted({name for name in reference.readers.tolist() if name}))


def _items(labels: Reference, scale: Scale) -> Int[np.ndarray, "n 5"]:
    judged, complete = labels.judged(), labels.complete()
    total = np.where(complete, labels.totals() - TOTAL_SCORES[scale][0] + 1, NOT_SCORED)
    return np.concatenate([np.where(judged, labels.scores, NOT_SCORED), total[:, None]], axis=1)


def _labels_by_reader(labels: Reference) -> dict[tuple[int, str], list[int]]:
    """Return the rows of each examination and named reader, one a reading, in the order of the labels."""
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for row, key in enumerate(_keys(labels)):
        if key[1]:
            found[key].setdefault(str(labels.readings[row]), row)
    return {key: list(rows.values()) for key, rows in found.items()}


def _keys(labels: Reference) -> Iterator[tuple[int, str]]:
    yield from zip(labels.examination.tolist(), labels.readers.tolist(), strict=True)
