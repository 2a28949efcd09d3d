"""Statistics of a search: which trials to train again, whether the best differs from noise, and which axis mattered."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from radunion.errors import UsageError
from radunion.report.search.material import Axis, BestAgainstMedian, Repeat, Trial
from radunion.report.search.resampled import resampled
from radunion.report.search.standing import middle, ranked

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

FEWEST = 10
"""Fewer complete trials than this say nothing of the importance of an axis."""
_SEED = 0


def best_and_median(trials: Sequence[Trial]) -> tuple[int, int]:
    """Return the numbers of the best and of the median of the complete trials; the same for a single one.

    A pruned trial has a score of fewer epochs, so that it has no place in the order: with pruning the median is the
    middle of the survivors. Of an even number it is the lower of the two in the middle. Raises UsageError where none is
    complete.
    """
    order = ranked(trials)
    if not order:
        raise UsageError("a best trial needs a complete one, found none; see why the trials failed or were pruned")
    return order[0].number, order[middle(len(order))].number


def which_to_repeat(trials: Sequence[Trial], top: int) -> tuple[int, ...]:
    """Return the numbers of the first `top` complete trials, best first, and of the median; each once."""
    if top < 1:
        raise UsageError(f"at least the best trial is trained again, found top = {top}")
    _, median = best_and_median(trials)
    return tuple(dict.fromkeys((*(trial.number for trial in ranked(trials)[:top]), median)))


def against_median(trials: Sequence[Trial], repeats: Sequence[Repeat], k: int) -> BestAgainstMedian | None:
    """Compare the best with the median of the completed trials, fold by fold, by the corrected resampled t-test.

    Only what fresh seeds gave is compared. With pruning both are survivors, and a tie of theirs says nothing of others.
    Repeats are paired by seed: both trials saw the same folds there. None where both are one trial or share no seed.
    Raises UsageError when a repeat has another number of folds than k.
    """
    best, median = best_and_median(trials)
    first, second = (_by_seed(repeats, number, k) for number in (best, median))
    seeds = sorted(first.keys() & second.keys())
    if best == median or not seeds:
        return None
    told = resampled(np.concatenate([first[seed] - second[seed] for seed in seeds]), k=k)
    scores = {trial.number: trial.score or 0.0 for trial in ranked(trials)}
    return BestAgainstMedian(
        best=best,
        median=median,
        searched=scores[best] - scores[median],
        repeated=told.mean,
        low=told.low,
        high=told.high,
        repeats=len(seeds),
    )


def importance(trials: Sequence[Trial], axes: Sequence[Axis]) -> dict[str, float]:
    """Return the share of the variance of the scores that each axis explains alone, largest first; they sum to 1.

    Functional ANOVA of a random forest (Hutter, Hoos and Leyton-Brown 2014), as Optuna has it, with a fixed seed. It
    sees completed trials only, none that was pruned. Empty where fewer than ten trials are complete, all have one
    score, or no axis varies: noise alone would be shared out.
    """
    order = ranked(trials)
    scores = {trial.score for trial in order}
    varied = [axis for axis in axes if _varies(axis, order)]
    if len(order) < FEWEST or len(scores) < 2 or not varied:
        return {}
    found = _fanova(sorted(order, key=lambda trial: trial.number), varied)
    whole = sum(found.values())
    if not whole > 0:
        return {}
    shares = {axis.name: found.get(axis.name, 0.0) / whole for axis in axes}
    return dict(sorted(shares.items(), key=lambda one: -one[1]))


def _by_seed(repeats: Sequence[Repeat], number: int, k: int) -> dict[int, Float[np.ndarray, " k"]]:
    found = {}
    for one in repeats:
        if one.number == number:
            if len(one.folds) != k:
                raise UsageError(
                    f"a repeat has {k} folds as the search had, found {len(one.folds)} in trial {number} with seed "
                    f"{one.seed}; finish it"
                )
            found[one.seed] = np.array(one.folds, dtype=np.float64)
    return found


def _varies(axis: Axis, trials: Sequence[Trial]) -> bool:
    values = [trial.values.get(axis.name) for trial in trials]
    return None not in values and len(set(values)) > 1


def _fanova(trials: Sequence[Trial], axes: Sequence[Axis]) -> dict[str, float]:
    import optuna
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    with _silent():
        study = optuna.create_study(direction="maximize")
    distributions = {axis.name: _distribution(axis, trials) for axis in axes}
    for trial in trials:
        values: dict[str, Any] = {axis.name: trial.values[axis.name] for axis in axes}
        study.add_trial(optuna.trial.create_trial(params=values, distributions=distributions, value=trial.score))
    told = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=_SEED))
    return {name: float(value) for name, value in told.items()}


@contextmanager
def _silent() -> Iterator[None]:
    """Keep Optuna from telling on stderr that a study was made."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.WARNING)
    try:
        yield
    finally:
        logging.set_verbosity(before)


def _distribution(axis: Axis, trials: Sequence[Trial]) -> "BaseDistribution":
    """Return the axis as Optuna has it: of a range whole numbers or others, of choices those."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if axis.low is None or axis.high is None:
        return CategoricalDistribution(axis.choices)
    if all(isinstance(trial.values[axis.name], int) for trial in trials):
        return IntDistribution(int(axis.low), int(axis.high), log=axis.log)
    return FloatDistribution(axis.low, axis.high, log=axis.log)
