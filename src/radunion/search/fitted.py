"""A trial that is asked for, and what its folds came to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from radunion.errors import TrainingError
from radunion.search.endings import GoOn
from radunion.study.protocols import Protocol


@dataclass(frozen=True)
class Asked:
    """A trial to be trained: its protocol, and who is told of its epochs."""

    protocol: Protocol
    go_on: GoOn


@dataclass(frozen=True)
class Fitted:
    """What every fold of a trial came to.

    `scores` holds each fold's measures, `history` one record a fold and epoch, `epochs` how many each fold was trained,
    `stopped` whether it was ended early.
    """

    scores: tuple[Mapping[str, float], ...]
    history: tuple[Mapping[str, float], ...]
    epochs: int
    seconds: float
    stopped: bool

    def folds(self, objective: str) -> tuple[float, ...]:
        """Return the objective of every fold. Raises TrainingError where one does not define it."""
        if any(objective not in one for one in self.scores):
            raise TrainingError(f"{objective} is undefined on a fold: one class, or one score, only")
        return tuple(one[objective] for one in self.scores)

    def mean(self) -> dict[str, float]:
        """Return the mean over folds of every measure."""
        names = dict.fromkeys(name for one in self.scores for name in one)
        return {name: float(np.mean([one[name] for one in self.scores if name in one])) for name in names}
