"""How the trials of a search stand: their order, their spread over folds, and what fresh seeds made of some."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from radunion.report.search.material import Repeat, SearchMaterial, Trial
from radunion.report.search.resampled import resampled


@dataclass(frozen=True)
class Again:
    """Hold a trial as the search saw it and as fresh seeds did.

    `sd` is over all folds of all repeats, `between` over the means of the repeats (None for one repeat), `low` to
    `high` the 95 % interval of the corrected resampled t-test.
    """

    number: int
    rank: int | None
    searched: float | None
    mean: float
    sd: float
    between: float | None
    low: float
    high: float
    repeats: int

    @property
    def fall(self) -> float | None:
        """How much higher the search's own figure was."""
        return None if self.searched is None else self.searched - self.mean


@dataclass(frozen=True)
class Standing:
    """Hold a material and answer where each of its trials stands."""

    material: SearchMaterial

    @cached_property
    def order(self) -> tuple[Trial, ...]:
        """The complete trials, best first."""
        return ranked(self.material.trials)

    @cached_property
    def ranks(self) -> dict[int, int]:
        """The rank of each complete trial, from 1, by its number."""
        return {trial.number: rank for rank, trial in enumerate(self.order, start=1)}

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each trial stands in the material, by its number."""
        return {trial.number: place for place, trial in enumerate(self.material.trials)}

    @property
    def best(self) -> Trial | None:
        """The trial with the highest mean, as the search saw it."""
        return self.order[0] if self.order else None

    @property
    def median(self) -> Trial | None:
        """The trial in the middle of the order: of the completed ones, for a pruned one has a score of fewer epochs."""
        return self.order[middle(len(self.order))] if self.order else None

    @property
    def pruned(self) -> int:
        """How many trials were stopped for doing less well than others, and so have no rank."""
        return sum(trial.state == "pruned" for trial in self.material.trials)

    @property
    def cells(self) -> int | None:
        """How many cells a grid has; None where the search is none."""
        material = self.material
        return math.prod(len(axis.choices) for axis in material.axes) if material.sampler == "grid" else None

    @cached_property
    def again(self) -> tuple[Again, ...]:
        """The repeated trials, in the order of their ranks."""
        found: dict[int, list[Repeat]] = {}
        for one in self.material.repeats:
            found.setdefault(one.number, []).append(one)
        last = len(self.material.trials) + 1
        numbers = sorted(found, key=lambda number: (self.ranks.get(number, last), number))
        return tuple(self._again(number, found[number]) for number in numbers)

    def again_of(self, number: int) -> Again | None:
        """Return what fresh seeds made of a trial; None where it was not repeated."""
        return next((one for one in self.again if one.number == number), None)

    def _again(self, number: int, repeats: Sequence[Repeat]) -> Again:
        values = np.array([value for one in repeats for value in one.folds], dtype=np.float64)
        told = resampled(values, k=self.material.k)
        between = spread([statistics.fmean(one.folds) for one in repeats])
        place = self.places.get(number)
        searched = None if place is None else self.material.trials[place].score
        sd = float(np.std(values, ddof=1))
        rank = self.ranks.get(number)
        return Again(number, rank, searched, told.mean, sd, between, told.low, told.high, len(repeats))


def ranked(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Return the complete trials that have a finite score, best first; of equals the earlier one."""
    scored = [(trial.score, trial) for trial in trials if trial.state == "complete"]
    finite = [(score, trial) for score, trial in scored if score is not None and math.isfinite(score)]
    return tuple(trial for _, trial in sorted(finite, key=lambda one: (-one[0], one[1].number)))


def middle(count: int) -> int:
    """Return the place of the median in an order; of an even number the lower of the two, which is not the best."""
    return count // 2


def spread(values: Sequence[float]) -> float | None:
    """Return the sample standard deviation; None for fewer than two values."""
    return statistics.stdev(values) if len(values) > 1 else None
