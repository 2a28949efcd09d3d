"""The values of a trial by its number: random and grid searches draw nothing that depends on what was found before."""

import math
from collections.abc import Callable

import numpy as np

from radunion.errors import UsageError
from radunion.report.search.material import Axis, Value
from radunion.search.space import Space
from radunion.search.varied import is_whole


def values_at(space: Space, seed: int, number: int) -> dict[str, Value]:
    """Return the values of a trial of a random or grid search: the same for the same space, seed and number.

    A grid is gone through in an order drawn by the seed, so that the part of it that is done is a random part.
    """
    if space.sampler == "grid":
        return _cell(space.axes, seed, number)
    generator = np.random.default_rng([seed, number])
    return {axis.name: _drawn(axis, is_whole(space.base, axis.name), generator) for axis in space.axes}


def _cell(axes: tuple[Axis, ...], seed: int, number: int) -> dict[str, Value]:
    shape = tuple(len(axis.choices) for axis in axes)
    cells = math.prod(shape)
    if number >= cells:
        raise UsageError(f"the grid has {cells} trials, found a request for number {number}")
    cell = int(np.random.default_rng(seed).permutation(cells)[number])
    places = np.unravel_index(cell, shape)
    return {axis.name: axis.choices[int(place)] for axis, place in zip(axes, places, strict=True)}


def _drawn(axis: Axis, whole: bool, generator: np.random.Generator) -> Value:
    if axis.choices or axis.low is None or axis.high is None:
        return axis.choices[int(generator.integers(len(axis.choices)))]
    low, high = axis.low, axis.high
    if whole and not axis.log:
        return int(generator.integers(int(low), int(high), endpoint=True))
    half = 0.5 if whole else 0.0  # a whole number stands for all that rounds to it, the ends too
    there: Callable[[float], float] = math.log if axis.log else float
    drawn = float(generator.uniform(there(low - half), there(high + half)))
    value = min(max(math.exp(drawn) if axis.log else drawn, low), high)
    return round(value) if whole else value
