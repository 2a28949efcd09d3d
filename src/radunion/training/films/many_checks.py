"""What must hold before many heads are trained on the same features."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from radunion.errors import UsageError
from radunion.features import FLIPS, WARPS
from radunion.training.films.many_team import HeadJob
from radunion.training.films.network import columns
from radunion.training.films.settings import Augmentation
from radunion.training.films.targets import FilmTargets

_SIGHTS: dict[Augmentation, int] = {"none": 1, "flips": len(FLIPS), "eightfold": len(WARPS)}


def must_fit(jobs: Sequence[HeadJob], features: Float32[np.ndarray, "m sights c"], targets: FilmTargets) -> None:
    """Raise UsageError for the first job that cannot learn from these features, naming its place."""
    if len(features) != len(targets.values):
        raise UsageError(f"each film needs features and targets, found {len(features)} and {len(targets.values)} films")
    if not np.isfinite(features).all():
        raise UsageError("features must be finite, found some that are not; extract them again")
    for place, job in enumerate(jobs):
        problem = _problem(job, features, targets)
        if problem:
            raise UsageError(f"job {place}: {problem}")


def _problem(job: HeadJob, features: Float32[np.ndarray, "m sights c"], targets: FilmTargets) -> str:
    settings, sights = job.settings, features.shape[1]
    wanted = columns(settings.outputs)
    if settings.trains != "head":
        return "heads learn on features of a frozen network, found a network that trains end to end; use train_films"
    if sights != _SIGHTS[settings.augmentation]:
        return (
            f"augmentation {settings.augmentation} needs {_SIGHTS[settings.augmentation]} sights of each film, found "
            f"features of {sights}; extract those"
        )
    if targets.values.shape[1] != wanted:
        return f"outputs {settings.outputs} has {wanted} columns, found targets of {targets.values.shape[1]}"
    if not 0 <= settings.dropout < 1:
        return f"dropout must be at least 0 and below 1, found {settings.dropout}"
    if not (0 <= settings.learning_rate < np.inf and 0 <= settings.epsilon < np.inf):
        return (
            "learning rate and epsilon must be finite and not below 0, found "
            f"{settings.learning_rate} and {settings.epsilon}"
        )
    return _film_problem(job, len(features))


def _film_problem(job: HeadJob, films: int) -> str:
    if not len(job.learned):
        return "training needs at least one film to learn from, found none; give a larger cohort"
    named = np.concatenate([job.learned, job.watched])
    if named.min() < 0 or named.max() >= films:
        return f"films must be from 0 to {films - 1}, found {named.min()} to {named.max()}"
    return ""
