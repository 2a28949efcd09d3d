"""The draws of which made-up films consist."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from radunion.phantom.made.plane import Side

Option = TypeVar("Option")


def uniform(random: np.random.Generator, low: float, high: float) -> float:
    """Draw a number between two bounds."""
    return float(random.uniform(low, high))


def chance(random: np.random.Generator, probability: float) -> bool:
    """Draw whether something of a given probability happens."""
    return bool(random.random() < probability)


def pick(random: np.random.Generator, options: Sequence[Option]) -> Option:
    """Draw one of several options, each as likely."""
    return options[int(random.integers(len(options)))]


def side(random: np.random.Generator) -> Side:
    """Draw one of two sides: 1 towards positive x, -1 towards negative."""
    return 1 if chance(random, 0.5) else -1
