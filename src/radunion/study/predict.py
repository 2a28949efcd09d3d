"""Run bundles on examinations whose films may not all be readable: what cannot be read is left out and named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from radunion.cohort import Examination, Film
from radunion.errors import CohortError, FilmError
from radunion.joint import concatenate
from radunion.scoring import Bundle, Inferred, infer
from radunion.scoring.inference import Pair, prepared_films

Progress = Callable[[int, int], None]
"""Told how many examinations are done, of how many."""

_CHUNK = 64
"""Examinations at once: what must be run again when one of their films cannot be read."""


@dataclass(frozen=True)
class Unread:
    """One film that could not be read: its line in the table, its file, and why."""

    line: int
    view: str
    path: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.path} (line {self.line}, {self.view}): {self.problem}"

    def anonymous(self) -> str:
        """Say it without the file's name."""
        return f"line {self.line} ({self.view}): {self.problem}"


@dataclass(frozen=True)
class Predicted:
    """What every bundle says of the same examinations, less the films that could not be read."""

    examinations: tuple[Examination, ...]
    inferred: Mapping[str, Inferred]
    unread: tuple[Unread, ...]


def predict(
    bundles: Mapping[str, Bundle], examinations: Sequence[Examination], *, progress: Progress | None = None
) -> Predicted:
    """Run every bundle on the first readable AP and lateral film of each examination.

    The run of the first bundle finds what cannot be read. Raises CohortError when no film is left, FilmError for a
    film that the first bundle could read and another could not.
    """
    names = list(bundles)
    total = len(names) * len(examinations)

    def tell(before: int, done: int, _: int) -> None:
        if progress is not None:
            progress(before + done, total)

    kept, first, problems = _run_readable(bundles[names[0]], examinations, tell)
    inferred = {names[0]: first}
    for number, name in enumerate(names[1:], start=1):
        inferred[name] = infer(bundles[name], pairs_of(kept), progress=partial(tell, number * len(examinations)))
    return Predicted(tuple(kept), inferred, _unread(examinations, problems))


def _run_readable(
    bundle: Bundle, examinations: Sequence[Examination], tell: Callable[[int, int, int], None]
) -> tuple[list[Examination], Inferred, dict[Path, str]]:
    """Run the bundle chunk by chunk; where a film fails, find all such films of the chunk and run it without them."""
    kept: list[Examination] = []
    parts: list[Inferred] = []
    problems: dict[Path, str] = {}
    for start in range(0, len(examinations), _CHUNK):
        chunk = list(examinations[start : start + _CHUNK])
        try:
            parts.append(infer(bundle, pairs_of(chunk), progress=partial(tell, start)))
        except FilmError:
            found = _problems(bundle, chunk)
            if not found:
                raise
            problems |= found
            chunk = _without(chunk, found)
            parts += [infer(bundle, pairs_of(chunk), progress=partial(tell, start))] if chunk else []
        kept += chunk
    if not parts:
        raise CohortError(_none_left(problems))
    return kept, _joined(parts), problems


def _problems(bundle: Bundle, examinations: Sequence[Examination]) -> dict[Path, str]:
    """Try every film of a scored view on its own, and say what is wrong with those that fail."""
    problems: dict[Path, str] = {}
    for film in _films(examinations):
        try:
            prepared_films([film.path], bundle.preprocessing)
        except FilmError as error:
            problems[film.path] = error.problem
    return problems


def _without(examinations: Sequence[Examination], problems: Mapping[Path, str]) -> list[Examination]:
    """Take films away; an examination without any that is scored goes with them."""
    left = [replace(one, films=tuple(film for film in one.films if film.path not in problems)) for one in examinations]
    return [one for one in left if one.film("ap") or one.film("lateral")]


def pairs_of(examinations: Sequence[Examination]) -> list[Pair]:
    """Return the AP and the lateral film of each examination."""
    return [(_path(one.film("ap")), _path(one.film("lateral"))) for one in examinations]


def _path(film: Film | None) -> Path | None:
    return None if film is None else film.path


def _films(examinations: Sequence[Examination]) -> list[Film]:
    return [film for one in examinations for film in one.films if film.view != "other"]


def _unread(examinations: Sequence[Examination], problems: Mapping[Path, str]) -> tuple[Unread, ...]:
    return tuple(
        Unread(film.line, film.view, film.path, problems[film.path])
        for film in _films(examinations)
        if film.path in problems
    )


def _none_left(problems: Mapping[Path, str]) -> str:
    path, problem = next(iter(problems.items()))
    return (
        f"an evaluation needs films that can be read; none of {len(problems):,} can, the first is {path}: {problem}; "
        "image paths are relative to the table, check them with `radunion cohort check`"
    )


def _joined(parts: Sequence[Inferred]) -> Inferred:
    return Inferred(
        concatenate([part.joint for part in parts]),
        np.concatenate([part.lateral for part in parts]),
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.present for part in parts]),
    )
