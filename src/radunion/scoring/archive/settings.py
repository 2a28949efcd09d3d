"""How an archive is scored, and by what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from radunion.scale import DEFAULT_UNION_RULE, UnionRule

Engine = Literal["local", "ray"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
Tell = Callable[[str, int, int, str], None]
"""Told the stage, how much of it is done, of how much, and a note."""
FILM_SECONDS = 120.0
"""A film takes a tenth of a second; a decoder in a process of its own is given 60 s."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArchiveSettings:
    """What decides the rows (`rule`, `coverage`, `pattern`), and how they are made.

    `workers` are processes, one a core by default; `address` is that of a Ray cluster, None for this machine; a film
    takes at most `seconds` (s).
    """

    rule: UnionRule = DEFAULT_UNION_RULE
    coverage: float | None = None
    pattern: str | None = None
    engine: Engine = "local"
    workers: int | None = None
    address: str | None = None
    seconds: float = FILM_SECONDS
