"""Which films are compared: real ones by group of patients, simulated ones by patient, alike in what holds the bone."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

Held = Literal["none", "plaster", "metal"]
Box = tuple[float, float, float, float]

_HELD: dict[str, Held] = {"none": "none", "cast": "plaster", "splint": "plaster", "cast/splint": "plaster"}
_EXTENTS = {"distal": 0.3, "whole_or_most": 0.5, "proximal": 0.7}
_SUFFIXES = (".dcm", ".png", ".jpg", ".jpeg", ".tif", ".tiff")


@dataclass(frozen=True)
class Film:
    """Hold one film's file, who it is of, what holds the bone (None: not known) and its fractures' boxes in pixels.

    `shaft` is where along the film's height the shaft's middle lies; None: not known.
    """

    path: Path
    patient: str
    held: Held | None = None
    boxes: tuple[Box, ...] = ()
    shaft: float | None = None


def real_films(folder: Path) -> tuple[Film, ...]:
    """Return the real AP and lateral films; files that hold two views are left out."""
    notes = {row["id"]: (row["group"], _EXTENTS.get(row["shaft_extent"])) for row in _rows(folder / "notes.csv")}
    images = folder / "images"
    films = []
    for row in _rows(folder / "pairs.csv"):
        patient, shaft = notes[row["pair_id"]]
        for view in ("ap", "lateral"):
            held, boxes = _held(row["hardware_kind"]), _boxes(row[f"{view}_boxes"])
            films.append(Film(images / row[f"{view}_image"], patient, held, boxes, shaft))
    for row in _rows(folder / "singles.csv"):
        if row["view"] in ("ap", "lateral"):
            held, boxes = _held(row["hardware_kind"]), _boxes(row["boxes"])
            patient, shaft = notes[row["single_id"]]
            films.append(Film(images / row["image"], patient, held, boxes, shaft))
    return tuple(films)


def films_of(source: Path) -> tuple[Film, ...]:
    """Return the films of a simulated cohort (its folder or its table), or all of a folder that has no table.

    Without a table every film counts as a patient, and nothing is known of fixation and fracture.
    """
    table = source / "cohort.csv" if source.is_dir() else source
    if table.exists():
        return tuple(_simulated(table))
    found = sorted(path for path in source.rglob("*") if path.suffix.lower() in _SUFFIXES)
    return tuple(Film(path, path.name) for path in found)


def matched(films: Sequence[Film], like: Sequence[Film], *, most: int, seed: int) -> tuple[Film, ...]:
    """Draw films so that none, plaster and metal have the shares that they have among other films, `most` at most."""
    wanted, there = Counter(film.held for film in like), Counter(film.held for film in films)
    if None in there:
        return _drawn(films, most, seed)
    count = min(most, *(int(there[held] * len(like) / number) for held, number in wanted.items()))
    drawn: list[Film] = []
    for held, number in sorted(wanted.items(), key=str):
        share = round(count * number / len(like))
        drawn += _drawn([film for film in films if film.held == held], share, seed)
    return tuple(drawn)


def _drawn(films: Sequence[Film], count: int, seed: int) -> tuple[Film, ...]:
    order = np.random.default_rng(seed).permutation(len(films))[:count]
    return tuple(films[place] for place in sorted(order))


def _simulated(table: Path) -> Iterator[Film]:
    for row in _rows(table):
        box = tuple(float(value) for value in row.get("fracture_box", "").split())
        boxes = ((box[0], box[1], box[2], box[3]),) if len(box) == 4 else ()
        yield Film(table.parent / row["image"], row["patient"], _held(row.get("fixation") or "none"), boxes)


def _held(kind: str) -> Held:
    return _HELD.get(kind, "metal")


def _boxes(text: str) -> tuple[Box, ...]:
    return tuple((float(x0), float(y0), float(x1), float(y1)) for x0, y0, x1, y1 in json.loads(text))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
