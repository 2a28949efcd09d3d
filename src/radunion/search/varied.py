"""Change fields of a protocol: what a field may hold, and a changed protocol that says so."""

from collections.abc import Mapping
from dataclasses import fields, replace
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from radunion.report.search.material import Value
from radunion.study.protocols import Protocol

_OF_THE_PROTOCOL = frozenset({"name", "title", "source", "family"})
"""What a protocol is called, and which family's fields it has."""


WHOLE_NETWORK = "none"
"""How a space says `tap` None, the whole network: TOML has no value for nothing."""


def open_fields(base: Protocol) -> dict[str, Any]:
    """Return the fields of a protocol that a search may change, and the type of each."""
    hints = get_type_hints(type(base))
    return {one.name: hints[one.name] for one in fields(base) if one.name not in _OF_THE_PROTOCOL}


def is_whole(base: Protocol, name: str) -> bool:
    """Say whether a field holds whole numbers."""
    return open_fields(base)[name] is int


def fits(kind: Any, value: object) -> bool:
    """Say whether a value is of a field's type."""
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) in (UnionType, Union):
        return any(fits(one, value) for one in get_args(kind))
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is kind


def told(kind: Any) -> str:
    """Say what a field holds."""
    if get_origin(kind) is Literal:
        return f"one of {', '.join(str(one) for one in get_args(kind))}"
    if get_origin(kind) in (UnionType, Union):
        return " or ".join(told(one) for one in get_args(kind) if one is not type(None))
    return {int: "a whole number", float: "a number", bool: "true or false"}.get(kind, "a word")


def as_kind(kind: Any, value: Value) -> Value:
    """Return a whole number as the number that a field of numbers holds, so that one value has one digest."""
    return float(value) if kind is float and fits(float, value) else value


def with_fields(base: Protocol, changes: Mapping[str, Value], *, search: str) -> Protocol:
    """Return a protocol with other values, named after the search that tried them.

    The tap `none` is the whole network's. Raises UsageError for values that the protocol refuses.
    """
    given: dict[str, Any] = {
        name: None if name == "tap" and value == WHOLE_NETWORK else value for name, value in changes.items()
    }
    settings = ", ".join(f"{name} {_short(value)}" for name, value in changes.items())
    return replace(
        base,
        **given,
        name=f"{base.name}-{search}",
        title=f"{base.title}; with {settings}",
        source=f"{base.source}; changed by the search {search}: {', '.join(changes)}",
    )


def _short(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
