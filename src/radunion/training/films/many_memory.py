"""How much memory heads need together, and the groups and waves of them that stay within a limit."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from radunion.errors import UsageError
from radunion.training.films.many_stack import HeadPrecision, Layout
from radunion.training.films.many_team import WATCHED_AT_ONCE, HeadJob
from radunion.training.films.network import columns
from radunion.training.films.settings import FilmSettings

HIDDEN = (1024, 512, 256)
LIMIT = 4 * 2**30
"""How many bytes heads that learn together may need, where nothing else is said."""
_UNIT: dict[HeadPrecision, int] = {"float32": 4, "bfloat16": 2, "float64": 8}
_MASTER: dict[HeadPrecision, int] = {"float32": 4, "bfloat16": 4, "float64": 8}
Groups = list[list[int]]
"""The places of jobs, those of one team together."""


def memory_of(jobs: Sequence[HeadJob], features: Float32[np.ndarray, "m sights c"], *, precision: HeadPrecision) -> int:
    """Estimate the bytes that training all these jobs at once takes beside the features as given.

    Counted: the features in the precision, and for each job its weights, two moments and gradient, the inputs, units
    and gradients of a step, and the dropout noise of an epoch, though heads that draw alike share it.
    """
    rows = 0 if precision == "float32" else features.size * _UNIT[precision]
    return rows + sum(_job_bytes(job, features.shape, precision) for job in jobs)


def layout_of(settings: FilmSettings, features: int) -> Layout:
    """Return the shape of a head on so many features."""
    hidden = HIDDEN if settings.head == "thesis" else ()
    return Layout((features, *hidden, columns(settings.outputs)))


def learned_rows(job: HeadJob, sights: int) -> int:
    """Return how many rows a job learns in an epoch."""
    return len(job.learned) * (sights if job.settings.augmentation == "eightfold" else 1)


def rows_at_once(jobs: Sequence[HeadJob], sights: int) -> int:
    """Return the most rows that a step, or a look at watched films, of these jobs has."""
    learned = max(min(job.settings.batch, learned_rows(job, sights)) for job in jobs)
    return max(learned, min(WATCHED_AT_ONCE, max(len(job.watched) for job in jobs)))


def waves_of(
    jobs: Sequence[HeadJob],
    features: Float32[np.ndarray, "m sights c"],
    *,
    precision: HeadPrecision,
    batched: bool,
    limit: int,
) -> list[Groups]:
    """Put jobs into teams, and teams into waves that fit the limit; one team a wave where they are `batched`.

    Raises UsageError where a single job does not fit.
    """
    for job in jobs:
        needed = memory_of([job], features, precision=precision)
        if needed > limit:
            raise UsageError(
                f"each head must fit the memory limit of {limit / 1e6:.0f} MB, found one that needs {needed / 1e6:.0f} "
                "MB; raise the limit or lower the batch size"
            )
    sets = _alike(jobs) if batched else [list(range(len(jobs)))]
    parts = [part for one in sets for part in _fitting(one, jobs, features, precision, limit)]
    return [[part] if batched else [[number] for number in part] for part in parts]


def _alike(jobs: Sequence[HeadJob]) -> Groups:
    """Return the jobs whose steps have one shape."""
    found: dict[tuple[object, ...], list[int]] = {}
    for number, job in enumerate(jobs):
        settings = job.settings
        key = (settings.head, settings.outputs, settings.batch, settings.augmentation, settings.epochs)
        found.setdefault(key, []).append(number)
    return list(found.values())


def _fitting(
    numbers: list[int],
    jobs: Sequence[HeadJob],
    features: Float32[np.ndarray, "m sights c"],
    precision: HeadPrecision,
    limit: int,
) -> Groups:
    """Cut a list of jobs into parts that fit the limit, in order."""
    parts: Groups = []
    free = 0
    for number in numbers:
        needed = _job_bytes(jobs[number], features.shape, precision)
        if needed > free:
            parts.append([])
            free = limit - memory_of([], features, precision=precision)
        parts[-1].append(number)
        free -= needed
    return parts


def _job_bytes(job: HeadJob, shape: tuple[int, ...], precision: HeadPrecision) -> int:
    layout, unit = layout_of(job.settings, shape[2]), _UNIT[precision]
    weights = 4 * layout.parameters * _MASTER[precision]
    if precision == "bfloat16":
        weights += 2 * layout.hidden * unit
    hidden = sum(layout.sizes[1:-1])
    step = rows_at_once([job], shape[1]) * (layout.sizes[0] + 2 * hidden) * unit
    noise = learned_rows(job, shape[1]) * hidden * unit if job.settings.dropout else 0
    return weights + step + noise
