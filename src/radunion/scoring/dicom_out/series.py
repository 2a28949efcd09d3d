"""Identifiers of new objects: what is made is new each time, what is followed has the same name each time."""

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import Literal

from pydicom.uid import UID

from radunion.radiograph import Side
from radunion.scoring.dicom_out.source import Source

Kind = Literal["report", "heatmap", "outlines"]
_NUMBERS: dict[Kind, int] = {"report": 9101, "heatmap": 9102, "outlines": 9103}
"""High, so that they come after the films' own series in a list."""


@dataclass(frozen=True)
class Series:
    """The new series of one writing: one a kind, study and side, since a series lies in one study and has one side."""

    made: dict[tuple[Kind, str, Side | None], UID] = field(default_factory=dict)

    def of(self, kind: Kind, source: Source) -> tuple[UID, int]:
        """Return the UID and the number of the series that an object made from a film belongs to."""
        where = (kind, str(source.header.StudyInstanceUID), source.side)
        return self.made.setdefault(where, fresh_uid()), _NUMBERS[kind]


def fresh_uid() -> UID:
    """Return a UID that no other object has (a random UUID, PS3.5 B.2)."""
    return UID(f"2.25.{uuid.uuid4().int}")


def named_uid(*parts: str) -> UID:
    """Return the UID that depends on nothing but the parts."""
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")
