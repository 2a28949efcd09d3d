"""Trials as points of a figure: one searched field as numbers or as places of choices, and the scores beside it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from radunion.report.search.material import Axis, Trial
from radunion.report.search.standing import spread
from radunion.report.search.words import axis_label, value_text

_DECADES = 30
"""Choices whose largest is at least this often the smallest stand on a log scale."""
_CONTINUOUS = 8
"""Up to this many distinct values of an axis are told one by one."""


def is_numeric(axis: Axis) -> bool:
    """Say whether an axis is a range or has numbers for choices."""
    if axis.low is not None:
        return True
    return bool(axis.choices) and all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in axis.choices
    )


def is_log(axis: Axis) -> bool:
    """Say whether an axis is drawn on a log scale."""
    if axis.low is not None or not is_numeric(axis):
        return axis.log
    numbers = [float(one) for one in axis.choices]
    return min(numbers) > 0 and max(numbers) / min(numbers) >= _DECADES


def places_of(axis: Axis, trials: Sequence[Trial]) -> list[float]:
    """Return where each trial stands on an axis: its value, or the place of its choice from 0."""
    if is_numeric(axis):
        return [float(trial.values[axis.name]) for trial in trials]
    return [float(axis.choices.index(trial.values[axis.name])) for trial in trials]


def set_axis(axes: Axes, way: str, axis: Axis, settings: Mapping[str, Any]) -> None:
    """Label and scale the horizontal (`x`) or vertical (`y`) axis of a figure."""
    axes.set(**{f"{way}label": axis_label(axis, settings)})
    ticks = {"x": axes.set_xticks, "y": axes.set_yticks}[way]
    if is_numeric(axis):
        if is_log(axis):
            axes.set(**{f"{way}scale": "log"})
            line = {"x": axes.xaxis, "y": axes.yaxis}[way]
            line.set_major_locator(LogLocator(subs=(1, 2, 5)))  # a decade alone may show one tick, all nine too many
            line.set_major_formatter(FuncFormatter(lambda value, _: value_text(value)))
            line.set_minor_formatter(NullFormatter())
        if axis.choices and len(axis.choices) <= _CONTINUOUS:
            ticks([float(one) for one in axis.choices], [value_text(one) for one in axis.choices])
            axes.tick_params(axis="both", which="minor", length=0)
    else:
        ticks(range(len(axis.choices)), [value_text(one) for one in axis.choices])


def trial_frame(trials: Sequence[Trial], names: Sequence[str]) -> pl.DataFrame:
    """Return one row a trial: its number, the named values, mean and standard deviation over folds."""
    rows: list[dict[str, Any]] = [
        {"trial": trial.number}
        | {name: trial.values[name] for name in names}
        | {"score": trial.score, "sd": spread(trial.folds)}
        for trial in trials
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def color_limits(scores: Sequence[float]) -> tuple[float, float, bool]:
    """Return the ends of a colour scale, and whether scores lie below it: some very bad trials must not take it all."""
    ordered = sorted(scores)
    low, high = ordered[0], ordered[-1]
    tenth = ordered[math.floor(0.1 * len(ordered))]
    if high - low > 2 * (high - tenth) > 0:
        return tenth, high, True
    return (low, high, False) if high > low else (low - 0.01, high + 0.01, False)
