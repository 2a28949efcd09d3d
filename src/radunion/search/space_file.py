"""Spaces as TOML: what a search tries, and every fault of it told with the file and the line.

    [space]
    name = "wider"
    base = "thesis-2"          # a protocol's name, or its TOML file
    sampler = "tpe"            # random, grid or tpe
    trials = 60
    epochs = 20

    [fixed]
    learning_rate = 1e-3

    [axes.batch]               # a range; whole numbers where the field holds whole numbers
    low = 16
    high = 2048
    log = true

    [axes.pooling]
    choices = ["max", "avg"]

A grid takes choices, or a range with `steps`. The tap "none" is the network's last layer, so that networks can be
searched each with its own.
"""

import math
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from radunion.errors import UsageError
from radunion.report.search.material import Axis, Sampler, Value
from radunion.search.space import SPACES, Objective, Pruning, Space
from radunion.search.space_checks import Fault, faults, near
from radunion.search.toml_lines import Lines, key_lines, line_of
from radunion.search.varied import as_kind, is_whole, open_fields, told
from radunion.study.protocols import PROTOCOLS, Protocol, protocol_from_toml

_MOST_TOLD = 12
_MOST_STEPS = 1000


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Axis(_Table):
    low: float | None = None
    high: float | None = None
    log: bool = False
    steps: int | None = None
    choices: list[Any] | None = None


class _Space(_Table):
    name: str
    base: str
    sampler: Sampler = "random"
    trials: int | None = None
    k: int = 6
    epochs: int | None = None
    objective: Objective = "auroc18"
    pruning: Pruning = "none"
    patience: int | None = None


class _File(_Table):
    space: _Space
    fixed: dict[str, Any] = {}
    axes: dict[str, _Axis] = {}


def space_of(word: str) -> Space:
    """Return a space by its name, or from the TOML file that a word ending in .toml names.

    Raises UsageError that lists what there is.
    """
    if word in SPACES:
        return SPACES[word]
    if word.endswith(".toml"):
        return space_from_toml(Path(word))
    raise UsageError(f"a space is one of {', '.join(SPACES)} or a .toml file; found {word!r}")


def space_from_toml(path: Path) -> Space:
    """Read one space.

    Raises UsageError that names the file and the line of every fault: an unknown field, an impossible range, a value
    that the protocol refuses.
    """
    text, content = _read(path)
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        raise _refusal(path, text, (_shape_fault(one) for one in error.errors())) from None
    base = _base(path, text, file.space.base)
    found = [*_count_faults(file), *_value_faults(base, file), *_step_faults(base, file)]
    parts = {} if found else _parts(base, file)
    found = found or list(faults(**parts))
    if found:
        raise _refusal(path, text, found)
    return Space(**parts)


def refuse(word: str, found: Iterable[Fault]) -> None:
    """Refuse a space, by its name or file, for what was found later than on reading it.

    Raises UsageError, with the line of each fault where the space came from a file; nothing where there is none.
    """
    every = list(found)
    if every and word.endswith(".toml"):
        raise _refusal(Path(word), _read(Path(word))[0], every)
    if every:
        raise UsageError(f"the space {word}: {'; '.join(fault.problem for fault in every[:_MOST_TOLD])}")


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{path}: a space's file cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: a space's file must be TOML in UTF-8: {error}") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = line.group(1) if line else len(text.splitlines())
        raise UsageError(f"{path}, line {where}: a space's file must be TOML: {error}") from None


def _refusal(path: Path, text: str, found: Iterable[Fault]) -> UsageError:
    lines: Lines = key_lines(text)
    ordered = sorted((line_of(lines, fault.place), ".".join(fault.place), fault.problem) for fault in found)
    return UsageError(
        "\n".join(
            f"{path}, line {line}: {f'{key}: ' if key else ''}{problem}" for line, key, problem in ordered[:_MOST_TOLD]
        )
    )


def _shape_fault(error: Any) -> Fault:
    """Return what pydantic found, as a fault; an unknown key with those that there are."""
    place = tuple(str(part) for part in error["loc"])
    if error["type"] != "extra_forbidden":
        return Fault(place, f"{error['msg'][0].lower()}{error['msg'][1:]}")
    tables: dict[str, type[_Table]] = {"space": _Space, "axes": _Axis}
    table = tables.get(place[0], _File) if len(place) > 1 else _File
    return Fault(place, f"no key of a space; {near(place[-1], table.model_fields)}")


def _base(path: Path, text: str, word: str) -> Protocol:
    place = ("space", "base")
    if word in PROTOCOLS:
        return PROTOCOLS[word]
    if not word.endswith(".toml"):
        raise _refusal(path, text, [Fault(place, f"no protocol is called {word!r}; {near(word, PROTOCOLS)}")])
    try:
        return protocol_from_toml(path.parent / word)
    except UsageError as error:
        raise _refusal(path, text, [Fault(place, str(error))]) from None


def _parts(base: Protocol, file: _File) -> dict[str, Any]:
    kinds = open_fields(base)
    axes = tuple(_axis(base, name, axis) for name, axis in file.axes.items())
    cells = math.prod(len(axis.choices) for axis in axes)
    given = file.space.model_dump()
    fixed = {name: as_kind(kinds.get(name), value) for name, value in file.fixed.items()}
    trials = cells if file.space.trials is None else file.space.trials
    return {**given, "base": base, "fixed": fixed, "axes": axes, "trials": trials}


def _axis(base: Protocol, name: str, axis: _Axis) -> Axis:
    kind = open_fields(base).get(name)
    choices = tuple(as_kind(kind, value) for value in axis.choices or ())
    if axis.steps is None or axis.low is None or axis.high is None:
        return Axis(name, low=axis.low, high=axis.high, log=axis.log, choices=choices)
    return Axis(name, choices=_spaced(axis.low, axis.high, axis.steps, axis.log, whole=is_whole(base, name)))


def _spaced(low: float, high: float, steps: int, log: bool, *, whole: bool) -> tuple[Value, ...]:
    """Return the values of a range in equal steps, or equal ratios; whole ones once each."""
    shares = [step / (steps - 1) for step in range(steps)]
    values = [low * (high / low) ** share if log else low + (high - low) * share for share in shares]
    values[-1] = high
    return tuple(dict.fromkeys(round(value) for value in values)) if whole else tuple(values)


def _count_faults(file: _File) -> Iterable[Fault]:
    if file.space.trials is None and file.space.sampler != "grid":
        yield Fault(("space", "trials"), f"a {file.space.sampler} search needs to know how many trials; add trials = …")


def _value_faults(base: Protocol, file: _File) -> Iterable[Fault]:
    """Find lists, tables and dates where a value stands: no field of a protocol holds any."""
    kinds = open_fields(base)
    given: list[tuple[tuple[str, ...], list[Any]]] = [
        *((("fixed", name), [value]) for name, value in file.fixed.items()),
        *((("axes", name, "choices"), axis.choices or []) for name, axis in file.axes.items()),
    ]
    for place, values in given:
        name = place[1]
        holds = told(kinds[name]) if name in kinds else "a number, a word, true or false"
        odd = (value for value in values if not isinstance(value, float | int | str))
        yield from (Fault(place, f"{name} is {holds}, found {value!r}") for value in odd)


def _step_faults(base: Protocol, file: _File) -> Iterable[Fault]:
    """Find the ranges that cannot be cut into steps."""
    for name, axis in file.axes.items():
        place = ("axes", name, "steps")
        if axis.steps is None:
            continue
        if name not in open_fields(base):
            yield Fault(("axes", name), f"{base.name} has no field {name}; {near(name, open_fields(base))}")
        elif axis.choices is not None or axis.low is None or axis.high is None:
            yield Fault(place, "steps go with low and high, without choices")
        elif not 2 <= axis.steps <= _MOST_STEPS:
            yield Fault(place, f"steps are 2 to {_MOST_STEPS}, found {axis.steps}")
        elif not axis.low < axis.high or not math.isfinite(axis.high - axis.low) or (axis.log and axis.low <= 0):
            yield Fault(
                ("axes", name, "low"),
                f"low must be below high, and above 0 on a log scale; found {axis.low:g} and {axis.high:g}",
            )
