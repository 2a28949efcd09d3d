"""Which heads learn no more: a trial is asked after an epoch of all its folds."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

GoOn = Callable[[int, float], bool]
"""Told an epoch of heads and the mean over folds of its 18-output AUROC on what each held out (minus the loss without
such outputs); False ends the trial."""


class Endings:
    """Tell each trial of an epoch that its folds have learned; name the jobs of those that end with it.

    The jobs are those of one trial after another, `folds` each, which learn in step. A trial of which a fold has
    diverged has failed: it is told no more, and its other folds end.
    """

    def __init__(self, folds: int, go_on: Sequence[GoOn]) -> None:
        self.folds = folds
        self.go_on = go_on

    def __call__(self, epochs: Mapping[int, Mapping[str, float]]) -> list[int]:
        """Return the jobs that shall learn no more."""
        of_trials: dict[int, list[int]] = {}
        for job in epochs:
            of_trials.setdefault(job // self.folds, []).append(job)
        ended = [jobs for trial, jobs in of_trials.items() if not self._goes_on(trial, [epochs[job] for job in jobs])]
        return [job for jobs in ended for job in jobs]

    def _goes_on(self, trial: int, epochs: Sequence[Mapping[str, float]]) -> bool:
        if len(epochs) < self.folds:
            return False
        return self.go_on[trial](int(epochs[0]["epoch"]), float(np.mean([_so_far(one) for one in epochs])))


def _so_far(epoch: Mapping[str, float]) -> float:
    return epoch["validation_auroc18"] if "validation_auroc18" in epoch else -epoch["validation_loss"]
