"""From what each map did to the rows of a report: means with 95 % intervals, and paired differences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, Shaped

from radunion.evaluation.bootstrap import REPLICATES, patient_weights
from radunion.evaluation.compare import Row, difference, row_of
from radunion.evaluation.readings import Measure

Pointing = Literal["pointing", "pointing-near"]
"""The greatest value lies in the box, or no farther from it than `pointing.NEAR`."""
Statistic = Literal[Pointing, "energy", "deletion", "insertion"]
BETTER: Mapping[Statistic, Literal["higher", "lower"]] = {
    "pointing": "higher",
    "pointing-near": "higher",
    "energy": "higher",
    "deletion": "higher",
    "insertion": "lower",
}
SCALES: Mapping[Statistic, str] = {
    "pointing": "none",
    "pointing-near": "none",
    "energy": "none",
    "deletion": "mrust",
    "insertion": "mrust",
}
"""The scale of each row: what is measured in levels is on mRUST."""
Interval = Literal["patients", "wilson"]
"""`patients` draws patients anew, and is Wilson's for hits where each patient has one map; `wilson` takes every map for
a trial of its own, which is too narrow where patients have several."""


@dataclass(frozen=True)
class Observed:
    """Hold one statistic of one way of pointing on n maps of a scope; the maps of all ways are in one order."""

    protocol: str
    statistic: Statistic
    scope: str
    patients: Shaped[np.ndarray, " n"]
    values: Float[np.ndarray, " n"]

    @property
    def key(self) -> tuple[Statistic, str]:
        """What is compared with what."""
        return self.statistic, self.scope


def rows_of(
    observed: Sequence[Observed],
    *,
    model: str,
    seed: int,
    replicates: int = REPLICATES,
    interval: Interval = "patients",
) -> tuple[Row, ...]:
    """Return a row for each observation, then what the model has over every other, map by map.

    `exams` counts maps. Raises ValueError where a way was observed on other maps than the model.
    """
    taken = [(one, _measure(one, seed, replicates)) for one in observed]
    own = {one.key: (one, measure) for one, measure in taken if one.protocol == model}
    rows = [_row(one, measure, interval) for one, measure in taken]
    return (*rows, *_differences(taken, own, model))


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of hits (Wilson 1927). Raises ValueError without a trial."""
    from scipy.stats import binomtest

    found = binomtest(hits, trials).proportion_ci(confidence_level=0.95, method="wilson")
    return float(found.low), float(found.high)


def _measure(one: Observed, seed: int, replicates: int) -> Measure:
    weights = patient_weights(one.patients, replicates=replicates, seed=seed)
    total = weights.sum(axis=1)
    values = np.divide(weights @ one.values, total, out=np.full(len(total), np.nan), where=total > 0)
    return Measure(one.statistic, one.scope, SCALES[one.statistic], np.arange(len(one.values)), values)


def _row(one: Observed, measure: Measure, interval: Interval) -> Row:
    row = row_of(one.protocol, measure, one.patients)
    trials = _trials(one, interval) if one.statistic in get_args(Pointing) else None
    if not trials:
        return row
    low, high = wilson(round(float(one.values.mean()) * trials), trials)
    return replace(row, low=low, high=high)


def _trials(one: Observed, interval: Interval) -> int | None:
    """Return how many trials Wilson's interval counts; None where patients are drawn.

    Where all maps of several patients hit, or all miss, drawing patients gives no width; then a patient is a trial.
    """
    maps, patients = len(one.values), len(np.unique(one.patients))
    if interval == "wilson" or patients == maps:
        return maps
    return patients if maps and np.ptp(one.values) == 0 else None


def _differences(
    taken: Sequence[tuple[Observed, Measure]], own: Mapping[tuple[Statistic, str], tuple[Observed, Measure]], model: str
) -> Iterator[Row]:
    for other, measure in taken:
        if other.protocol == model or other.key not in own:
            continue
        one, first = own[other.key]
        if not np.array_equal(one.patients, other.patients):
            raise ValueError(f"{other.protocol} and {model} must be observed on the same maps, in one order")
        yield row_of(f"{model} - {other.protocol}", difference(first, measure), one.patients)
