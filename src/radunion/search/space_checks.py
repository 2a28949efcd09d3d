"""What must hold of a space, checked before any work; every fault says at which key it lies."""

import difflib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from radunion.errors import UsageError
from radunion.report.search.material import Axis, Value
from radunion.search.varied import fits, open_fields, told, with_fields
from radunion.study.protocols import FilmProtocol, PairProtocol, Protocol

_NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_MOST_COMBINATIONS = 4096
_MOST_COUNTED = 1_000_000
"""No film, epoch or trial is counted further; it lies far within the 64 bits in which whole numbers are drawn."""


@dataclass(frozen=True)
class Fault:
    """Hold what is wrong and where: the path of the key, such as ("axes", "batch", "low")."""

    place: tuple[str, ...]
    problem: str


def near(word: str, known: Collection[str]) -> str:
    """Say which known word may be meant, and all that there are."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"{f'did you mean {close[0]}? ' if close else ''}there are {', '.join(known)}"


def faults(
    *,
    name: str,
    base: Protocol,
    fixed: Mapping[str, Value],
    axes: Sequence[Axis],
    trials: int,
    sampler: str,
    k: int,
    epochs: int | None,
    objective: str,
    pruning: str,
    patience: int | None,
) -> Iterator[Fault]:
    """Find all faults of the parts of a space; what the protocol says of values only where the values can be taken."""
    first = [
        *_of_settings(name, base, sampler, trials=trials, k=k, epochs=epochs, patience=patience),
        *_of_early_ends(base, pruning, patience),
        *_of_fields(base, fixed, axes, epochs),
        *(fault for axis in axes if axis.name in open_fields(base) for fault in _of_axis(base, axis, sampler)),
    ]
    yield from first
    if not first:
        yield from _of_grid(axes, trials, sampler)
        yield from _of_protocols(name, base, fixed, axes, epochs, objective)


def ends(axis: Axis) -> tuple[Value, ...]:
    """Return the values of an axis that stand for all: its choices, or the ends of its range."""
    if axis.choices or axis.low is None or axis.high is None:
        return axis.choices
    return axis.low, axis.high


def combinations(base: Protocol, axes: Sequence[Axis]) -> Iterator[dict[str, Value]]:
    """Return the corners of a space, as the protocol takes them; of very many only the first."""
    kinds = open_fields(base)
    for values in islice(product(*(ends(axis) for axis in axes)), _MOST_COMBINATIONS):
        yield {
            axis.name: int(value) if kinds[axis.name] is int else value
            for axis, value in zip(axes, values, strict=True)
        }


def _of_settings(
    name: str, base: Protocol, sampler: str, *, trials: int, k: int, epochs: int | None, patience: int | None
) -> Iterator[Fault]:
    if not name or not set(name) <= _NAME_LETTERS:
        yield Fault(("space", "name"), f"a name has small letters, digits and - _ . only, found {name!r}")
    numbers = {"trials": (trials, 1), "k": (k, 2), "epochs": (epochs, 1), "patience": (patience, 1)}
    for word, (value, least) in numbers.items():
        if value is not None and value < least:
            yield Fault(("space", word), f"{word} must be {least} or more, found {value}")
        elif value is not None and value > _MOST_COUNTED and (word, sampler) != ("trials", "grid"):
            yield Fault(("space", word), f"{word} must be at most {_MOST_COUNTED:,}, found {value:,}")
    if epochs is not None and "epochs" not in open_fields(base):
        yield Fault(("space", "epochs"), f"{base.name} has no epochs to choose; leave them out")


def _of_early_ends(base: Protocol, pruning: str, patience: int | None) -> Iterator[Fault]:
    """Only heads of a frozen network learn all folds an epoch at a time, so that they can be compared on the way."""
    if isinstance(base, FilmProtocol) and not base.end_to_end:
        return
    for word, given in (("pruning", pruning != "none"), ("patience", patience is not None)):
        if given:
            yield Fault(
                ("space", word), f"{word} ends heads of a frozen network early; {base.name} is none, leave it out"
            )


def _of_fields(base: Protocol, fixed: Mapping[str, Value], axes: Sequence[Axis], epochs: int | None) -> Iterator[Fault]:
    kinds = open_fields(base)
    names = [axis.name for axis in axes]
    if not axes:
        yield Fault(("axes",), "a space has at least one axis, found none; add one, such as [axes.dropout]")
    for table, used in (("fixed", list(fixed)), ("axes", names)):
        for name in used:
            if name not in kinds:
                yield Fault((table, name), f"{base.name} has no field {name}; {near(name, kinds)}")
    for name, value in fixed.items():
        if name in kinds and (problem := _unfit(name, kinds[name], value)):
            yield Fault(("fixed", name), problem)
    for name in {name for name in names if name in fixed or names.count(name) > 1}:
        yield Fault(("axes", name), f"{name} is given twice; search it or fix it, once")
    if epochs is not None and ("epochs" in fixed or "epochs" in names):
        yield Fault(("space", "epochs"), "epochs are given twice; search them, fix them or give them here, once")


def _of_axis(base: Protocol, axis: Axis, sampler: str) -> Iterator[Fault]:
    place, kind = ("axes", axis.name), open_fields(base)[axis.name]
    ranged = axis.low is not None or axis.high is not None
    if axis.choices and (ranged or axis.log):
        yield Fault(place, f"{axis.name} has choices or a range, low and high, not both")
    elif ranged:
        yield from _of_range(axis, kind, sampler)
    elif not axis.choices:
        yield Fault((*place, "choices"), f"{axis.name} needs low and high, or at least one choice, found none")
    unfit = [problem for value in axis.choices if (problem := _unfit(axis.name, kind, value))]
    yield from (Fault((*place, "choices"), problem) for problem in unfit)
    if not unfit and len({(type(value), value) for value in axis.choices}) < len(axis.choices):
        yield Fault((*place, "choices"), f"every choice of {axis.name} stands once, found one more than once")


def _of_range(axis: Axis, kind: Any, sampler: str) -> Iterator[Fault]:
    place, low, high = ("axes", axis.name), axis.low, axis.high
    if low is None or high is None:
        yield Fault(place, f"a range has low and high, found only {'low' if high is None else 'high'}")
        return
    if not fits(kind, 1) and not fits(kind, 1.0):
        yield Fault(place, f"{axis.name} is {told(kind)}, which has no range; give choices")
        return
    for end, value in (("low", low), ("high", high)):
        if not math.isfinite(value) or (kind is int and value != int(value)):
            yield Fault((*place, end), f"{axis.name} is {told(kind)}, found {value}")
        elif kind is int and value > _MOST_COUNTED:
            yield Fault((*place, end), f"{axis.name} must be at most {_MOST_COUNTED:,}, found {value:g}")
    if not low < high:
        yield Fault((*place, "low"), f"low must be below high, found {low:g} and {high:g}")
    if axis.log and low <= 0:
        yield Fault((*place, "low"), f"on a log scale low must be above 0, found {low:g}")
    if sampler == "grid":
        yield Fault(place, f"a grid needs the values of {axis.name}: give choices, or steps beside low and high")


def _unfit(name: str, kind: Any, value: Value) -> str:
    """Say why a field cannot hold a value; empty where it can."""
    if not fits(kind, value) or (isinstance(value, float) and not math.isfinite(value)):
        return f"{name} is {told(kind)}, found {value!r}"
    if type(value) is int and value > _MOST_COUNTED:
        return f"{name} must be at most {_MOST_COUNTED:,}, found {value:,}"
    return ""


def _of_grid(axes: Sequence[Axis], trials: int, sampler: str) -> Iterator[Fault]:
    cells = math.prod(len(axis.choices) for axis in axes)
    if sampler == "grid" and trials > cells:
        yield Fault(("space", "trials"), f"the grid has {cells} trials, found {trials}; give no more, or no number")
    if sampler == "grid" and cells > _MOST_COUNTED:
        yield Fault(
            ("axes",), f"a grid has at most {_MOST_COUNTED:,} trials, found {cells:,}; give fewer choices or steps"
        )


def _of_protocols(
    search: str,
    base: Protocol,
    fixed: Mapping[str, Value],
    axes: Sequence[Axis],
    epochs: int | None,
    objective: str,
) -> Iterator[Fault]:
    """Ask the protocol of the fixed values, then of each axis alone, then of all corners together."""
    start = {**fixed, **({} if epochs is None else {"epochs": epochs})}
    why = _refused(base, start, search)
    if why:
        single = next((name for name in fixed if _refused(base, {name: fixed[name]}, search)), None)
        yield Fault(("fixed",) if single is None else ("fixed", single), why)
        return
    alone = [
        (axis, end, _refused(base, {**start, **end}, search)) for axis in axes for end in combinations(base, [axis])
    ]
    lonely = [Fault(_place(axis, end), why) for axis, end, why in alone if why]
    yield from lonely
    if lonely:
        return
    for corner in combinations(base, axes):
        why = _refused(base, {**start, **corner}, search) or _unjudged(base, {**start, **corner}, search, objective)
        if why:
            together = ", ".join(f"{name} {value}" for name, value in corner.items())
            yield Fault(("axes",), f"{why} (with {together})")
            return


def _place(axis: Axis, end: Mapping[str, Value]) -> tuple[str, ...]:
    if axis.choices:
        return "axes", axis.name, "choices"
    return "axes", axis.name, "low" if end[axis.name] == axis.low else "high"


def _refused(base: Protocol, changes: Mapping[str, Value], search: str) -> str:
    """Say why a protocol, or what learns by it, refuses values; empty where neither does."""
    from radunion.study.plans import film_settings, pair_settings

    try:
        protocol = with_fields(base, changes, search=search)
        if isinstance(protocol, FilmProtocol):
            film_settings(protocol, seed=0)
        elif isinstance(protocol, PairProtocol):
            pair_settings(protocol, seed=0)
    except UsageError as error:
        return str(error)
    return ""


def _unjudged(base: Protocol, changes: Mapping[str, Value], search: str, objective: str) -> str:
    protocol = with_fields(base, changes, search=search)
    if objective != "auroc18" or (isinstance(protocol, FilmProtocol) and protocol.outputs == "seed18"):
        return ""
    return "auroc18 is of the seed study's 18 outputs, which this protocol has not; give another objective"
