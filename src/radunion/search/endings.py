"""Which heads learn no more: a trial is asked after an epoch of all its folds."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

GoOn = Callable[[int, float], bool]
"""Told an epoch of heads and the mean over folds of its 18-output AUROC on what each held out (minus the loss without
such outputs); False ends the trial."""


class Endings:
    """Tell each trial of an epoch as soon as all its folds have learned it; name the jobs of those that end with it.

    The jobs are those of one trial after another, `folds` each. A trial with a fold that diverged is told no more.
    """

    def __init__(self, folds: int, go_on: Sequence[GoOn]) -> None:
        self.folds = folds
        self.go_on = go_on
        self._told: dict[tuple[int, int], list[float]] = {}

    def __call__(self, epochs: Mapping[int, Mapping[str, float]]) -> list[int]:
        """Return the jobs that shall learn no more."""
        ended: list[int] = []
        for job, epoch in epochs.items():
            trial, number = job // self.folds, int(epoch["epoch"])
            values = self._told.setdefault((trial, number), [])
            values.append(_so_far(epoch))
            if len(values) == self.folds and not self.go_on[trial](number, float(np.mean(values))):
                ended += range(trial * self.folds, (trial + 1) * self.folds)
        return ended


def _so_far(epoch: Mapping[str, float]) -> float:
    return epoch["validation_auroc18"] if "validation_auroc18" in epoch else -epoch["validation_loss"]
