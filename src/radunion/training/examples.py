"""Examinations as arrays: which films, which levels each label allows, which cortices could be scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Int64

from radunion.cohort import Box, Examination, Film
from radunion.errors import CohortError
from radunion.scale import CORTICES, CORTICES_ON, LEVELS, View

ABSENT = -1
PAIR_VIEWS: tuple[View, View] = ("ap", "lateral")


@dataclass(frozen=True)
class Examples:
    """One row a label; several readers are several rows of the same films, that is, several terms of the likelihood.

    `films` holds the row of each view's film in `paths`, `ABSENT` where there is none; `boxes` are the fractures' on
    those films, `cortex_boxes` those of the two cortices that each shows, `lateral` says which are lateral views,
    `intact` on which nothing is broken.
    """

    paths: tuple[Path, ...]
    boxes: tuple[Box | None, ...]
    cortex_boxes: tuple[tuple[Box | None, Box | None], ...]
    lateral: Bool[np.ndarray, " m"]
    intact: Bool[np.ndarray, " m"]
    films: Int64[np.ndarray, "n 2"]
    allowed: Bool[np.ndarray, "n 4 4"]
    scorable: Float32[np.ndarray, "n 4"]
    patients: tuple[str, ...]
    examination: Int64[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.films)

    def rows(self, examinations: Sequence[int] | np.ndarray) -> Int64[np.ndarray, " m"]:
        """Return the rows of some examinations."""
        return np.flatnonzero(np.isin(self.examination, examinations))


def examples_of(examinations: Sequence[Examination]) -> Examples:
    """Lay out all labelled examinations that have at least one film.

    Raises CohortError when there is none, or when a film's file is missing.
    """
    known: dict[Path, int] = {}
    seen: list[Film] = []
    films, allowed, scorable, patients, positions = [], [], [], [], []
    for position, examination in enumerate(examinations):
        pair = _film_rows(examination, known, seen) if examination.labels else [ABSENT, ABSENT]
        for label in examination.labels if max(pair) > ABSENT else ():
            cortices = [label.cortices[cortex] for cortex in CORTICES]
            films.append(pair)
            allowed.append([[level in cortex.levels for level in LEVELS] for cortex in cortices])
            scorable.append([np.nan if cortex.scorable is None else float(cortex.scorable) for cortex in cortices])
            patients.append(examination.patient)
            positions.append(position)
    if not films:
        raise CohortError("training needs examinations with a film and a label; this cohort has none")
    paths = tuple(known)
    _must_exist(paths)
    return Examples(
        paths,
        tuple(film.fracture_box for film in seen),
        tuple(_cortex_boxes(film) for film in seen),
        np.array([film.view == "lateral" for film in seen], dtype=bool),
        np.array([film.intact for film in seen], dtype=bool),
        np.array(films, dtype=np.int64),
        np.array(allowed, dtype=bool),
        np.array(scorable, dtype=np.float32),
        tuple(patients),
        np.array(positions, dtype=np.int64),
    )


def films_in(examples: Examples, rows: Int64[np.ndarray, " n"]) -> Int64[np.ndarray, " m"]:
    """Return the films that stand in some rows, each once."""
    films = np.unique(examples.films[rows])
    return films[films != ABSENT]


def _film_rows(examination: Examination, known: dict[Path, int], seen: list[Film]) -> list[int]:
    """Return the row of the AP and of the lateral film, adding new films to `known` and `seen`."""
    pair = []
    for view in PAIR_VIEWS:
        film = examination.film(view)
        if film is not None and film.path not in known:
            known[film.path] = len(seen)
            seen.append(film)
        pair.append(ABSENT if film is None else known[film.path])
    return pair


def _cortex_boxes(film: Film) -> tuple[Box | None, Box | None]:
    first, second = CORTICES_ON[film.view]
    return film.cortex_boxes.get(first), film.cortex_boxes.get(second)


def _must_exist(paths: Sequence[Path]) -> None:
    missing = [path for path in paths if not path.is_file()]
    if missing:
        named = ", ".join(str(path) for path in missing[:5])
        raise CohortError(
            f"every film must exist; {len(missing)} of {len(paths)} do not, the first: {named}; "
            "run `radunion cohort check` and mend the table"
        )
