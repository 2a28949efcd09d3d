"""Sets of levels and intervals of the total that hold the reader's score as often as promised.

A set is a contiguous run of scores. It starts at the most probable score and takes in the more probable neighbour, one
after the other (ordinal sets: Lu 2022), until it holds more than a *mass* of the model's probability. The mass is not
the coverage: it is what was needed on patients that the model did not learn from (split conformal prediction: Vovk
2005, Lei 2018; masses as scores: Romano 2020). What fits it is in `conformal_fit`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import numpy as np
from jaxtyping import Float, Integer

from radunion.joint import TOTAL_SCORES
from radunion.scale import CORTICES, LEVELS, SCALES, Cortex, Scale

LEAST_MASS = 0.5
"""A run that holds less could leave out the median, and with it the level or total that is scored."""
_ROUNDING = 1e-9
_NAMES: dict[Scale, str] = {"rust": "RUST", "mrust": "mRUST"}


@dataclass(frozen=True)
class Threshold:
    """The mass that a run must exceed, and how many patients it was fitted to; a mass of 1 is the whole scale."""

    mass: float
    patients: int

    def __post_init__(self) -> None:
        if not (isfinite(self.mass) and 0 <= self.mass <= 1 and self.patients >= 0):
            raise ValueError(f"a mass is 0 to 1 of at least 0 patients, found {self.mass} of {self.patients}")

    def suffices(self, coverage: float) -> bool:
        """Say whether so many patients can promise the coverage with anything less than the whole scale."""
        return (self.patients + 1) * coverage <= self.patients + _ROUNDING


@dataclass(frozen=True)
class Conformal:
    """Sets that hold the reader's score with probability `coverage`, for a patient like those that it was fitted to.

    `levels` are pooled over the cortices, `cortices` hold those cortices that had enough patients of their own,
    `totals` are fitted on the total itself.
    """

    coverage: float
    levels: Mapping[Scale, Threshold]
    cortices: Mapping[Scale, Mapping[Cortex, Threshold]]
    totals: Mapping[Scale, Threshold]

    def __post_init__(self) -> None:
        if not 0 < self.coverage < 1:
            raise ValueError(f"a coverage lies between 0 and 1, found {self.coverage}")
        for part in (self.levels, self.totals, self.cortices):
            if set(part) != set(SCALES):
                raise ValueError(f"thresholds are given for {' and '.join(SCALES)}, found {', '.join(part) or 'none'}")

    def threshold(self, scale: Scale, cortex: Cortex | None = None) -> Threshold:
        """Return the threshold of a cortex, the pooled one where it has none of its own; of the total for None."""
        return self.totals[scale] if cortex is None else self.cortices[scale].get(cortex, self.levels[scale])

    def level_set(
        self, margins: Float[np.ndarray, "n scores"], cortex: Cortex, *, scale: Scale = "mrust"
    ) -> tuple[Integer[np.ndarray, " n"], Integer[np.ndarray, " n"]]:
        """Return the lowest and the highest score in the set of one cortex, both included."""
        low, high = closed_run(margins, self.threshold(scale, cortex))
        return low + LEVELS[0], high + LEVELS[0]

    def total_interval(
        self, distribution: Float[np.ndarray, "n totals"], scale: Scale
    ) -> tuple[Integer[np.ndarray, " n"], Integer[np.ndarray, " n"]]:
        """Return the lowest and the highest total in the interval, both included."""
        low, high = closed_run(distribution, self.threshold(scale))
        return low + TOTAL_SCORES[scale][0], high + TOTAL_SCORES[scale][0]

    def notes(self) -> tuple[str, ...]:
        """Say which sets are the whole scale because too few patients were labelled for the coverage."""
        found = []
        for scale in reversed(SCALES):
            parts = {"sets of cortices": self.levels[scale], "intervals of the total": self.totals[scale]}
            found += [
                f"{_NAMES[scale]} {name} for a coverage of {self.coverage:g} are the whole scale: {one.patients} "
                "patients with such labels are too few to promise it with less"
                for name, one in parts.items()
                if not one.suffices(self.coverage)
            ]
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Conformal":
        """Read what `to_dict` wrote.

        Raises ValueError when it is not of this form.
        """
        if set(data) != {"coverage", "levels", "cortices", "totals"}:
            raise ValueError(f"conformal sets have a coverage, levels, cortices and totals; found {', '.join(data)}")
        try:
            if unknown := {str(name) for part in data["cortices"].values() for name in part} - set(CORTICES):
                raise ValueError(f"a cortex is one of {', '.join(CORTICES)}, found {', '.join(sorted(unknown))}")
            return cls(
                float(data["coverage"]),
                _thresholds(data["levels"]),
                {scale: _thresholds(part) for scale, part in data["cortices"].items()},
                _thresholds(data["totals"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"a threshold has a mass and a number of patients, found another form ({error})") from None


def _thresholds(data: Mapping[Any, Mapping[str, Any]]) -> dict[Any, Threshold]:
    return {name: Threshold(float(one["mass"]), int(one["patients"])) for name, one in data.items()}


def run_masses(
    distribution: Float[np.ndarray, "n scores"],
) -> tuple[Float[np.ndarray, "n scores"], Float[np.ndarray, "n scores"]]:
    """Return what the run holds already when it takes in each score, and that score's own probability.

    The most probable score is taken in first; of two equally probable neighbours the lower.
    """
    n, size = distribution.shape
    rows, padded = np.arange(n), np.full((n, size + 2), -1.0)
    padded[:, 1:-1] = distribution / distribution.sum(axis=1, keepdims=True)
    low = padded.argmax(axis=1)
    high, mass = low.copy(), padded[rows, low]
    before = np.zeros_like(padded)
    for _ in range(size - 1):
        down = padded[rows, low - 1] >= padded[rows, high + 1]
        taken = np.where(down, low - 1, high + 1)
        before[rows, taken] = mass
        mass = mass + padded[rows, taken]
        low, high = np.where(down, taken, low), np.where(down, high, taken)
    return before[:, 1:-1], padded[:, 1:-1]


def closed_run(
    distribution: Float[np.ndarray, "n scores"], threshold: Threshold
) -> tuple[Integer[np.ndarray, " n"], Integer[np.ndarray, " n"]]:
    """Return the first and the last index of the run as shipped: whole scores, holding more than `LEAST_MASS`."""
    enough = max(threshold.mass, LEAST_MASS) + _ROUNDING
    shares = distribution / distribution.sum(axis=1, keepdims=True)
    first, last = np.array([_grown(row, enough) for row in shares.tolist()], dtype=np.int64).reshape(-1, 2).T
    return first, last


def _grown(shares: Sequence[float], enough: float) -> tuple[int, int]:
    """Grow one run until it holds more than enough; for one examination this is quicker than arrays."""
    low = high = max(range(len(shares)), key=shares.__getitem__)
    padded = [-1.0, *shares, -1.0]
    held = shares[low]
    while held <= enough and high - low + 1 < len(shares):
        below, above = padded[low], padded[high + 2]
        held += max(below, above)
        low, high = (low - 1, high) if below >= above else (low, high + 1)
    return low, high


def share_held(
    before: Float[np.ndarray, "*shape"], own: Float[np.ndarray, "*shape"], mass: float
) -> Float[np.ndarray, "*shape"]:
    """Return how probably the tie-randomised run holds a score, its random number integrated out.

    The score of y is the mass up to and including y minus U · p(y), U uniform (Romano 2020); y is held where that is at
    most `mass`, which has this probability over U.
    """
    left = mass - before
    return np.where(own > 0, np.clip(left / np.maximum(own, 1e-300), 0.0, 1.0), left >= 0)
