"""Compute the features of many films in several processes, and remember them by content."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from radunion.errors import CohortError, FilmError
from radunion.features import FeatureCache, FeatureKey
from radunion.radiograph import Preprocessing

Features = dict[str, Float32[np.ndarray, " d"]]
"""The features of one film by the name of their group."""

_WORTH_PROCESSES = 16
"""With fewer films, starting processes takes longer than the work."""


@dataclass(frozen=True)
class Recipe:
    """Features by the name and version of their algorithm; `of_film` must be a function that a process can import."""

    name: str
    version: int
    preprocessing: Preprocessing
    groups: tuple[str, ...]
    of_film: Callable[[Path], Features]

    def keys(self, film: str) -> dict[str, FeatureKey]:
        """Return the key of each group of a film, given the digest of the film's bytes."""
        how = self.preprocessing.digest()
        return {group: FeatureKey(film, how, self._digest(group), "float32", "none") for group in self.groups}

    def _digest(self, group: str) -> str:
        return hashlib.sha256(f"{self.name} {self.version} {group}".encode()).hexdigest()


def remembered_features(
    paths: Sequence[Path],
    recipe: Recipe,
    *,
    cache_folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    processes: int | None = None,
) -> dict[str, Float32[np.ndarray, "m d"]]:
    """Return each group's features of all films, in order; one content is computed once, and never when remembered.

    Without `cache_folder` nothing is remembered. Raises CohortError that names every film that cannot be read; the
    others stay remembered.
    """
    if not paths:
        raise CohortError("features need at least one film, found none; give a cohort with films")
    cache = FeatureCache(cache_folder) if cache_folder is not None else None
    digests, unread = _digests(paths)
    films = {digest: path for digest, path in zip(digests, paths, strict=True) if digest}
    remembered = {digest: _recall(cache, recipe.keys(digest)) for digest in films}
    known = {digest: found for digest, found in remembered.items() if found is not None}
    todo = {path: digest for digest, path in films.items() if digest not in known}
    for path, features in _computed(list(todo), recipe, processes or os.cpu_count() or 1):
        if isinstance(features, str):
            unread.append(features)
            continue
        known[todo[path]] = features
        _remember(cache, recipe.keys(todo[path]), features)
        if progress is not None:
            progress(len(known), len(films))
    if unread:
        named = "\n".join(f"  {problem}" for problem in unread)
        raise CohortError(f"every film must be readable; {len(unread)} of {len(paths)} are not:\n{named}")
    return {group: np.stack([known[digest][group] for digest in digests]) for group in recipe.groups}


def _digests(paths: Sequence[Path]) -> tuple[list[str], list[str]]:
    """Return the digest of every film, empty where it cannot be opened, and what is wrong with those."""
    digests, unread = [], []
    for path in paths:
        try:
            with path.open("rb") as file:
                digests.append(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            digests.append("")
            unread.append(f"{path}: it cannot be opened ({error.strerror}); give the path of a film")
    return digests, unread


def _recall(cache: FeatureCache | None, keys: Mapping[str, FeatureKey]) -> Features | None:
    if cache is None:
        return None
    found = {group: cache.get(key) for group, key in keys.items()}
    whole = {group: values for group, values in found.items() if values is not None}
    return whole if len(whole) == len(keys) else None


def _remember(cache: FeatureCache | None, keys: Mapping[str, FeatureKey], features: Features) -> None:
    if cache is not None:
        for group, key in keys.items():
            cache.put(key, features[group])


def _computed(films: Sequence[Path], recipe: Recipe, processes: int) -> Iterator[tuple[Path, Features | str]]:
    """Yield the features of each film, or what is wrong with it."""
    jobs = [(recipe.of_film, film) for film in films]
    if processes == 1 or len(films) < _WORTH_PROCESSES:
        yield from zip(films, map(_attempt, jobs), strict=True)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from zip(films, pool.map(_attempt, jobs, chunksize=4), strict=True)


def _attempt(job: tuple[Callable[[Path], Features], Path]) -> Features | str:
    of_film, film = job
    try:
        return of_film(film)
    except FilmError as error:
        return str(error)
