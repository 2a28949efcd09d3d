"""The joint distribution of the four cortices, and what follows from it: margins, totals, union.

Cortices heal together, so a total must not come from four independent margins: with them P(total >= 13) would be
0.18 where 0.31 is seen. Here an examination is a mixture of k components; *within* a component the cortices are
independent, the mixture carries their dependence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Bool, Float

from radunion.scale import DEFAULT_CONVENTION, LEVELS, Convention, Scale, UnionRule, score_of

TOTAL_SCORES: dict[Scale, tuple[int, ...]] = {"rust": tuple(range(4, 13)), "mrust": tuple(range(4, 17))}


@dataclass(frozen=True)
class JointLevels:
    """Distributions of n examinations: component weights, levels given the component, and scorability.

    `weights` (n, k) sums to 1 over k; `levels` (n, k, cortex, level) sums to 1 over levels; `scorable` (n, cortex) is
    the probability that a reader could score the cortex.
    """

    weights: Float[np.ndarray, "n k"]
    levels: Float[np.ndarray, "n k 4 4"]
    scorable: Float[np.ndarray, "n 4"]

    def __len__(self) -> int:
        return len(self.weights)

    def __getitem__(self, rows: Sequence[int] | np.ndarray) -> "JointLevels":
        return JointLevels(self.weights[rows], self.levels[rows], self.scorable[rows])

    def margins(self) -> Float[np.ndarray, "n 4 4"]:
        """Return P(level) of each cortex."""
        return np.einsum("nk,nkcl->ncl", self.weights, self.levels)

    def score_margins(
        self, scale: Scale, convention: Convention = DEFAULT_CONVENTION
    ) -> Float[np.ndarray, "n 4 scores"]:
        """Return P(score) of each cortex on a scale: level probabilities summed by convention."""
        return self.margins() @ _score_matrix(scale, convention)

    def totals(
        self, scale: Scale, convention: Convention = DEFAULT_CONVENTION, *, use: Bool[np.ndarray, "n 4"] | None = None
    ) -> Float[np.ndarray, "n totals"]:
        """Return P(total) over `TOTAL_SCORES[scale]`; cortices not in `use` count as the lowest score, for bounds."""
        scores = self.levels @ _score_matrix(scale, convention)
        if use is not None:
            lowest = np.eye(scores.shape[-1])[0]
            scores = np.where(use[:, None, :, None], scores, lowest)
        distribution = scores[:, :, 0]
        for cortex in (1, 2, 3):
            distribution = _convolve(distribution, scores[:, :, cortex])
        return np.einsum("nk,nkt->nt", self.weights, distribution)

    def union(self, rule: UnionRule, convention: Convention = DEFAULT_CONVENTION) -> Float[np.ndarray, " n"]:
        """Return P(total >= threshold) on the rule's scale."""
        reached = np.array(TOTAL_SCORES[rule.scale]) >= rule.threshold
        return self.totals(rule.scale, convention)[:, reached].sum(axis=1)


def concatenate(parts: Sequence[JointLevels]) -> JointLevels:
    """Stack distributions that have the same number of components."""
    return JointLevels(
        np.concatenate([part.weights for part in parts]),
        np.concatenate([part.levels for part in parts]),
        np.concatenate([part.scorable for part in parts]),
    )


def median_score(distribution: Float[np.ndarray, "*batch scores"], lowest: int) -> np.ndarray:
    """Return the smallest score whose cumulative probability reaches one half."""
    return np.asarray(lowest + (np.cumsum(distribution, axis=-1) < 0.5 - 1e-9).sum(axis=-1))


def smallest_interval(distribution: Float[np.ndarray, " scores"], coverage: float) -> tuple[int, int]:
    """Return the first and last index of the shortest contiguous run that holds at least `coverage`.

    Of several shortest runs the most probable one is taken.
    """
    cumulative = np.zeros(len(distribution) + 1)
    np.cumsum(distribution, dtype=np.float64, out=cumulative[1:])
    mass = cumulative[None, 1:] - cumulative[:-1, None]
    starts, ends = np.nonzero(mass >= min(coverage, cumulative[-1]) - 1e-9)
    lengths = ends - starts
    shortest = np.flatnonzero(lengths == lengths.min())
    best = shortest[mass[starts[shortest], ends[shortest]].argmax()]
    return int(starts[best]), int(ends[best])


@cache
def _score_matrix(scale: Scale, convention: Convention) -> Float[np.ndarray, "4 scores"]:
    """Return which score each level has, as rows of 0 and 1; it is shared, so it cannot be written to."""
    scores = [score_of(level, scale, convention) for level in LEVELS]
    matrix = np.eye(max(scores), dtype=np.float32)[np.array(scores) - 1]
    matrix.flags.writeable = False
    return matrix


def _convolve(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    width = second.shape[-1]
    result = np.zeros((*first.shape[:-1], first.shape[-1] + width - 1), dtype=np.result_type(first, second))
    for shift in range(width):
        result[..., shift : shift + first.shape[-1]] += first * second[..., shift, None]
    return result
