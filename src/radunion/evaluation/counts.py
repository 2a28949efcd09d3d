"""The counts that figures draw: totals against totals, levels against levels, union said against union seen."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from radunion.evaluation.readings import Readings
from radunion.scale import CORTICES

_BINS = 10


@dataclass(frozen=True)
class PairCount:
    """Hold how often a reader's score met a predicted one; `scope` is a cortex or `total`."""

    protocol: str
    scale: str
    scope: str
    reference: int
    predicted: int
    exams: int


@dataclass(frozen=True)
class UnionBin:
    """Hold the examinations whose predicted probability of union lies in one tenth of the range."""

    protocol: str
    scale: str
    lower: float
    upper: float
    predicted: float
    observed: float
    exams: int


@dataclass(frozen=True)
class Counts:
    """Hold the counts of all protocols; no row is a patient."""

    pairs: tuple[PairCount, ...]
    union: tuple[UnionBin, ...]


def count(cases: Mapping[str, Sequence[Readings]]) -> Counts:
    """Count every protocol's readings, scale by scale."""
    pairs = [one for name, parts in cases.items() for case in parts for one in _pairs(name, case)]
    bins = [one for name, parts in cases.items() for case in parts for one in _bins(name, case)]
    return Counts(tuple(pairs), tuple(bins))


def _pairs(protocol: str, case: Readings) -> Iterator[PairCount]:
    rows = case.complete
    met = {"total": (case.reference.totals()[rows], case.totals[rows])}
    for column, cortex in enumerate(CORTICES):
        rows = np.flatnonzero(case.judged[:, column])
        met[cortex] = (case.reference.scores[rows, column], case.levels[rows, column])
    for scope, (reference, predicted) in met.items():
        for (said, seen), exams in sorted(Counter(zip(reference.tolist(), predicted.tolist(), strict=True)).items()):
            yield PairCount(protocol, case.scale, scope, said, seen, exams)


def _bins(protocol: str, case: Readings) -> Iterator[UnionBin]:
    rows = case.complete
    chance = case.union[rows]
    united = case.reference.totals()[rows] >= case.rule.threshold
    place = np.minimum((chance * _BINS).astype(np.int64), _BINS - 1)
    for position in np.unique(place).tolist():
        here = place == position
        lower, upper = position / _BINS, (position + 1) / _BINS
        exams = int(here.sum())
        yield UnionBin(
            protocol, case.scale, lower, upper, float(chance[here].mean()), float(united[here].mean()), exams
        )
