"""Optuna's side of a space: the ranges, who chooses the values of a trial, and who stops a trial early."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from optuna import Study, Trial
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, NopPruner
from optuna.samplers import BaseSampler, TPESampler
from optuna.trial import FrozenTrial

from radunion.report.search.material import Axis, Value
from radunion.search.draws import values_at
from radunion.search.ledger import CLAIM, ledger_of
from radunion.search.silence import experimental_options
from radunion.search.space import Space, longest
from radunion.search.varied import is_whole

_HALVING = 3
"""Of the trials that reach a rung one in three goes on to the next, which is three times as far (Li 2018)."""
_RUNGS = 2


def sampler_of(space: Space, seed: int) -> BaseSampler:
    """Return who chooses values; a trial has to say its number in its claim before it is asked for values."""
    return SeededTpe(seed) if space.sampler == "tpe" else Drawn(space, seed)


def chosen(trial: Trial, space: Space) -> dict[str, Value]:
    """Choose the values of a trial, or return those that were chosen for an attempt before."""
    return {axis.name: _suggested(trial, axis, whole=is_whole(space.base, axis.name)) for axis in space.axes}


def pruner_of(space: Space) -> BasePruner:
    """Return who stops trials early: successive halving after a ninth of their epochs, and after a third."""
    if space.pruning == "none":
        return NopPruner()
    first = max(1, longest(space) // _HALVING**_RUNGS)
    return Halving([first * _HALVING**rung for rung in range(_RUNGS)], trials=space.trials)


class Halving(BasePruner):
    """Asynchronous successive halving (Li 2018): at each rung, an epoch, the best third of those that came there go on.

    Only attempts that count compete. Optuna's own compares with every trial of the storage, also with those that a kill
    ended and those that diverged later.
    """

    def __init__(self, rungs: Sequence[int], *, trials: int) -> None:
        self.rungs = tuple(rungs)
        self.trials = trials

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        """Say whether to stop a trial; it is judged once at each rung, when it comes there."""
        step = trial.last_step
        return step is not None and any(
            self._stops(study, trial, rung) for rung in self.rungs if _came_to(trial, rung) == step
        )

    def _stops(self, study: Study, trial: FrozenTrial, rung: int) -> bool:
        own = _value_at(trial, rung)
        ledger = ledger_of(study.get_trials(deepcopy=False), self.trials)
        others = (_value_at(one.record, rung) for one in ledger.standing() if one.record.number != trial.number)
        values = sorted((one for one in (own, *others) if not math.isnan(one)), reverse=True)
        return math.isnan(own) or own < values[max(1, len(values) // _HALVING) - 1]


class Drawn(BaseSampler):
    """Values that depend on nothing but space, seed and the number of the trial."""

    def __init__(self, space: Space, seed: int) -> None:
        self.space = space
        self.seed = seed

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return nothing: each value is chosen by itself."""
        return {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return nothing: each value is chosen by itself."""
        return {}

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Return one value of the trial."""
        return values_at(self.space, self.seed, _number(trial))[param_name]


class SeededTpe(BaseSampler):
    """The tree-structured Parzen estimator (Bergstra 2011; several axes at once, Falkner 2018), seeded trial by trial.

    One generator for a whole process would give two processes the same first trials, and a resumed one others than it
    would have had.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._number: int | None = None
        self._sampler = TPESampler(seed=seed)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the axes that are chosen together."""
        return self._of(trial).infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return values chosen together; those of trials still running count as poor, so that none is tried twice."""
        return self._of(trial).sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Return one value, while too few trials are known to choose from."""
        return self._of(trial).sample_independent(study, trial, param_name, param_distribution)

    def _of(self, trial: FrozenTrial) -> TPESampler:
        number = _number(trial)
        if number != self._number:
            seed = int.from_bytes(hashlib.sha256(f"{self.seed} {number}".encode()).digest()[:4], "little")
            with experimental_options():
                self._sampler = TPESampler(seed=seed, multivariate=True, constant_liar=True)
            self._number = number
        return self._sampler


def _came_to(trial: FrozenTrial, rung: int) -> int | None:
    """Return the first epoch from the rung on that a trial reported."""
    return min((step for step in trial.intermediate_values if step >= rung), default=None)


def _value_at(trial: FrozenTrial, rung: int) -> float:
    """Return what a trial reported when it came to a rung; not a number where it did not come there."""
    step = _came_to(trial, rung)
    return math.nan if step is None else trial.intermediate_values[step]


def _number(trial: FrozenTrial) -> int:
    claim: Mapping[str, Any] = trial.user_attrs[CLAIM]
    return int(claim["number"])


def _suggested(trial: Trial, axis: Axis, *, whole: bool) -> Value:
    if axis.choices or axis.low is None or axis.high is None:
        value: Any = trial.suggest_categorical(axis.name, axis.choices)
        return value
    if whole:
        return trial.suggest_int(axis.name, int(axis.low), int(axis.high), log=axis.log)
    return trial.suggest_float(axis.name, axis.low, axis.high, log=axis.log)
