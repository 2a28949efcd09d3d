"""How far simulated films lie from real ones, beside how far one half of the real patients lies from the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import wasserstein_distance
from sklearn.metrics.pairwise import polynomial_kernel

DRAWS = 100
Group = Float[np.ndarray, "n ..."]
"""All that was measured of one patient."""
Distance = Callable[[Sequence[Group], Sequence[Group], np.random.Generator], float]


@dataclass(frozen=True)
class Apart:
    """Hold means over draws of patients and the middle 95 % of the draws; `patients` on each side of a draw."""

    simulated: float
    simulated_range: tuple[float, float]
    real: float
    real_range: tuple[float, float]
    patients: int


def apart(distance: Distance, real: Sequence[Group], simulated: Sequence[Group], *, seed: int) -> Apart:
    """Draw as many simulated patients as there are in half of the real ones, again and again.

    Both distances of a draw are to the same half, over equal numbers of patients.
    """
    random = np.random.default_rng(seed)
    size = min(len(real) // 2, len(simulated))
    to_simulated, to_real = [], []
    for _ in range(DRAWS):
        order = random.permutation(len(real))
        half, other = ([real[place] for place in part] for part in (order[:size], order[size : 2 * size]))
        drawn = [simulated[place] for place in random.permutation(len(simulated))[:size]]
        to_simulated.append(distance(half, drawn, random))
        to_real.append(distance(half, other, random))
    return Apart(float(np.mean(to_simulated)), _middle(to_simulated), float(np.mean(to_real)), _middle(to_real), size)


def kernel_distance(one: Sequence[Group], other: Sequence[Group], random: np.random.Generator) -> float:
    """Return the unbiased squared MMD with the kernel (x·y/d + 1)³ (Binkowski 2018), of one crop a patient."""
    first, second = (np.stack([group[random.integers(len(group))] for group in groups]) for groups in (one, other))
    within = [_off_diagonal(polynomial_kernel(rows, degree=3, coef0=1)) for rows in (first, second)]
    return float(sum(within) - 2 * polynomial_kernel(first, second, degree=3, coef0=1).mean())


def earth_mover(one: Sequence[Group], other: Sequence[Group], _: np.random.Generator) -> float:
    """Return how far, on average, values must be moved to make the two distributions one."""
    return float(wasserstein_distance(np.concatenate(one).ravel(), np.concatenate(other).ravel()))


def spectral(one: Sequence[Group], other: Sequence[Group], _: np.random.Generator) -> float:
    """Return how far the mean spectra lie apart, in dB, averaged over bands."""
    first, second = (np.concatenate(groups).mean(axis=0) for groups in (one, other))
    return float(10 * np.abs(first - second).mean())


def _off_diagonal(kernel: Float[np.ndarray, "n n"]) -> float:
    count = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (count * (count - 1)))


def _middle(values: list[float]) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
