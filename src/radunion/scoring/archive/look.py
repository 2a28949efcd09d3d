"""Look at one file of a folder without decoding it: is it a film, whose, of which day, side and view."""

import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from radunion.cohort.folder import FILM_SUFFIXES, VIEW_WORDS
from radunion.cohort.pattern import compiled
from radunion.radiograph.raster import raster_format
from radunion.radiograph.silence import quiet
from radunion.scoring.archive.seen import Pseudonyms, SeenFile

_HEAD = 140
_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}

Look = Callable[[str], SeenFile]


@dataclass(frozen=True)
class Looking:
    """What looking needs: where names lead from, the key of pseudonyms, and how names are read."""

    folder: Path
    key: bytes
    pattern: str | None


def looker(looking: Looking) -> Look:
    """Return what looks at a file by its name below the folder and never raises for what the file is."""
    pseudonyms = Pseudonyms(looking.key)
    pattern = None if looking.pattern is None else compiled(looking.pattern)
    return lambda name: look(looking.folder, name, pseudonyms=pseudonyms, pattern=pattern)


def look(folder: Path, name: str, *, pseudonyms: Pseudonyms, pattern: re.Pattern[str] | None) -> SeenFile:
    """Look at one file; what stands in it decides, not its suffix."""
    path = folder / name
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return SeenFile(name=name, code="RA422")
        if not found.st_size:
            return SeenFile(name=name, code="RA407")
        with path.open("rb") as stream:
            seen = _look_into(name, stream, pseudonyms)
    except OSError:
        return SeenFile(name=name, code="RA406")
    if seen.code is not None or pattern is None:
        return seen
    return by_name(seen, pattern, pseudonyms)


def side_of(word: str) -> str:
    """Return the side that a user's word names, "" when none."""
    return _SIDES.get(word.strip().lower(), "")


def by_name(seen: SeenFile, pattern: re.Pattern[str], pseudonyms: Pseudonyms) -> SeenFile:
    """Return a film as its name tells it, which is the user's word; a DICOM film with another name keeps its tags."""
    match = pattern.fullmatch(seen.name)
    if match is None:
        return seen if seen.instance else replace(seen, code="RA419")
    groups = match.groupdict(default="")
    view = VIEW_WORDS.get(groups["view"].lower())
    if view is None:
        return replace(seen, code="RA419")
    return replace(
        seen,
        patient=pseudonyms.of("patient", groups["patient"]),
        day=pseudonyms.of("visit", groups["patient"], groups["visit"]),
        side=side_of(groups.get("side", "")),
        view=view,
        view_said=True,
        notes=(),
    )


def _look_into(name: str, stream: BinaryIO, pseudonyms: Pseudonyms) -> SeenFile:
    head = stream.read(_HEAD)
    marked = head[128:132] == b"DICM"
    if not marked and (kind := raster_format(head)) and (kind != "BMP" or name.lower().endswith(".bmp")):
        return SeenFile(name=name)
    from radunion.radiograph.dicom import is_dicom  # pydicom takes a second to import

    if not is_dicom(head):
        return _no_film(name)
    from radunion.scoring.archive.dicom_film import look_into_dicom

    stream.seek(0)
    with quiet():
        seen = look_into_dicom(name, stream, pseudonyms)
    return seen if marked or seen.code != "RA401" else _no_film(name)


def _no_film(name: str) -> SeenFile:
    return SeenFile(name=name, code="RA408" if Path(name).suffix.lower() in FILM_SUFFIXES else "RA411")
