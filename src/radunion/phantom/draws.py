"""The draws of which simulated and made-up films consist: ranges are (low, high) pairs, shares probabilities."""

from collections.abc import Sequence
from typing import Literal, TypeVar

import numpy as np
from jaxtyping import Float32

Option = TypeVar("Option")
Range = tuple[float, float]


def uniform(random: np.random.Generator, low: float, high: float) -> float:
    """Draw a number between two bounds."""
    return float(random.uniform(low, high))


def chance(random: np.random.Generator, probability: float) -> bool:
    """Draw whether something of a given probability happens."""
    return bool(random.random() < probability)


def pick(random: np.random.Generator, options: Sequence[Option]) -> Option:
    """Draw one of several options, each as likely."""
    return options[int(random.integers(len(options)))]


def side(random: np.random.Generator) -> Literal[-1, 1]:
    """Draw one of two sides: 1 towards positive x, -1 towards negative."""
    return 1 if chance(random, 0.5) else -1


def within(random: np.random.Generator, span: Range) -> float:
    """Draw evenly between two bounds."""
    return float(random.uniform(*span))


def by_factor(random: np.random.Generator, span: Range) -> float:
    """Draw between two positive bounds so that each factor is as likely."""
    return float(np.exp(random.uniform(np.log(span[0]), np.log(span[1]))))


def seed(random: np.random.Generator) -> int:
    """Draw the seed of what is drawn later."""
    return int(random.integers(2**31))


def rough(random: np.random.Generator, count: int, scale: float) -> Float32[np.ndarray, "{count}"]:
    """Draw a smooth line of unit spread whose features are about `scale` steps long."""
    from scipy.interpolate import CubicSpline

    knots = random.standard_normal(max(round(count / scale), 1) + 3)
    line = CubicSpline(np.arange(len(knots)), knots)
    return line(np.linspace(1, len(knots) - 2, count)).astype(np.float32)
