"""From the films of one patient and day to examinations; every film ends in one of them, or unused and with a code.

The films of a day are parted by side; a film without one belongs to the only side of that day, if there is just one.
Of several films of a view one stands for the examination: a film for display before a raw one, then the one with the
highest series and instance number, which a repeated exposure has, then the first by name.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from radunion.radiograph import Side
from radunion.scoring.archive.codes import NoteCode, UnusedCode
from radunion.scoring.archive.seen import Listed, ListedFilm, SeenFile, examination_of
from radunion.scoring.views import PAIR

_SIDES: dict[str, Side] = {"left": "left", "right": "right"}
Paired = Iterator[Listed | SeenFile]
"""Examinations, and films that are in none, which then have a code."""


def pair(films: Sequence[SeenFile]) -> Paired:
    """Pair the films of one day; where the day is not known, each is an examination of its own."""
    films = sorted(films, key=lambda film: film.name)
    if not films[0].day:
        for film in films:
            yield from _examination([film], day=film.name)
        return
    kept: list[SeenFile] = []
    for film in films:
        if film.instance and any(film.instance == other.instance for other in kept):
            yield _unused(film, "RA418")
        else:
            kept.append(film)
    for side in _sides(kept):
        yield from _examination(side, day=films[0].day)


def _sides(films: Sequence[SeenFile]) -> Iterator[list[SeenFile]]:
    """Part films by side, those without one to the only side there is."""
    sides = sorted({film.side for film in films if film.side})
    if len(sides) == 1:
        yield [film if film.side else replace(film, side=sides[0], notes=(*film.notes, "RA433")) for film in films]
        return
    for side in (*sides, ""):
        if found := [film for film in films if film.side == side]:
            yield found


def _examination(films: Sequence[SeenFile], *, day: str) -> Paired:
    """Choose the AP and the lateral film; one or two films whose view no tag names are left to the model."""
    yield from (_unused(film, "RA415") for film in films if film.view == "other")
    candidates = [film for film in films if film.view != "other"]
    chosen: list[SeenFile] = []
    for view in PAIR:
        ranked = sorted((film for film in candidates if film.view == view), key=_rank)
        chosen += ranked[:1]
        yield from (_unused(film, "RA416") for film in ranked[1:])
    unknown = [film for film in candidates if film.view is None]
    if len(candidates) > len(PAIR):
        yield from (_unused(film, "RA417") for film in unknown)
    elif chosen and chosen[0].view == PAIR[1]:
        chosen = [*unknown, *chosen]  # the place that is left is the first
    else:
        chosen += unknown
    if chosen:
        yield _listed(chosen, day)


def _rank(film: SeenFile) -> tuple[bool, int, int, str]:
    series, instance = film.order
    return film.raw, -series, -instance, film.name


def _listed(films: Sequence[SeenFile], day: str) -> Listed:
    side = films[0].side
    return Listed(
        patient=films[0].patient,
        examination=examination_of(day, side),
        side=_SIDES.get(side),
        films=tuple(ListedFilm(film.name, film.view if film.view_said else None) for film in films),
        notes=_together(film.notes for film in films),
    )


def _together(notes: Iterable[Sequence[NoteCode]]) -> tuple[NoteCode, ...]:
    return tuple(sorted({note for one in notes for note in one}))


def _unused(film: SeenFile, code: UnusedCode) -> SeenFile:
    return replace(film, code=code)
