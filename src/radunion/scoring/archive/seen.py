"""What is known of a file before it is decoded, and the examinations that follow; identities are pseudonyms only."""

import hashlib
import hmac
import os
from dataclasses import dataclass

from radunion.radiograph import Side
from radunion.scale import View
from radunion.scoring.archive.codes import FileCode, NoteCode

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Keyed hashes: without the key nobody can tell by trial whose they are."""

    key: bytes

    def of(self, *parts: str) -> str:
        """Return 16 hexadecimal digits for parts of an identity; other parts give others, in any grouping."""
        return _hashed(self.key, parts)


def examination_of(day: str, side: str) -> str:
    """Return the pseudonym of the examination of one side on a day that is itself a pseudonym."""
    return _hashed(os.fsencode(day), ("examination", side))


def _hashed(key: bytes, parts: tuple[str, ...]) -> str:
    content = b"".join(b"%d:%s" % (len(part), part) for part in map(os.fsencode, parts))
    return hmac.new(key, content, hashlib.sha256).hexdigest()[:_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFile:
    """A file of the source by its name below it; with a code it is not scored, and `message` may say more.

    `patient` and `day` (of that patient) are pseudonyms, "" where the file names none. `view_said` is the user's word;
    the tags' is only `view`. Of two films of one view the one for display stands before a `raw` one, then the higher
    `order`. `instance` is a pseudonym too, equal in copies.
    """

    name: str
    code: FileCode | None = None
    message: str = ""
    patient: str = ""
    day: str = ""
    side: str = ""
    view: View | None = None
    view_said: bool = False
    raw: bool = False
    order: tuple[int, int] = (0, 0)
    instance: str = ""
    notes: tuple[NoteCode, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedFilm:
    """A film by its name below the source; `view` is what the user said, None where tags and model decide."""

    name: str
    view: View | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An examination to score: one film, or the two of a pair with the AP first where that is known."""

    number: int = 0
    patient: str
    examination: str
    side: Side | None
    films: tuple[ListedFilm, ...]
    notes: tuple[NoteCode, ...] = ()
