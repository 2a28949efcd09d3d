"""The draws of which exposures and scenes consist: ranges are (low, high) pairs, shares are probabilities."""

import numpy as np
from jaxtyping import Float32

Range = tuple[float, float]


def within(random: np.random.Generator, span: Range) -> float:
    """Draw evenly between two bounds."""
    return float(random.uniform(*span))


def by_factor(random: np.random.Generator, span: Range) -> float:
    """Draw between two positive bounds so that each factor is as likely."""
    return float(np.exp(random.uniform(np.log(span[0]), np.log(span[1]))))


def chance(random: np.random.Generator, share: float) -> bool:
    """Draw whether something of a given probability happens."""
    return bool(random.random() < share)


def seed(random: np.random.Generator) -> int:
    """Draw the seed of what is drawn later."""
    return int(random.integers(2**31))


def sign(random: np.random.Generator) -> int:
    """Draw -1 or 1."""
    return 1 if chance(random, 0.5) else -1


def rough(random: np.random.Generator, count: int, scale: float) -> Float32[np.ndarray, "{count}"]:
    """Draw a smooth line of unit spread whose features are about `scale` steps long."""
    from scipy.interpolate import CubicSpline

    knots = random.standard_normal(max(round(count / scale), 1) + 3)
    line = CubicSpline(np.arange(len(knots)), knots)
    return line(np.linspace(1, len(knots) - 2, count)).astype(np.float32)
