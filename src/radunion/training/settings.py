"""How a model is trained: plain settings, the same for every encoder."""

import math
from dataclasses import dataclass
from typing import Literal

from radunion.errors import UsageError

Precision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """`balance` weighs each label by (frequency of its mean level) ** -balance: 0 keeps probabilities calibrated.

    `patience` is in epochs without a better validation loss. `auto` precision is bfloat16 where the processor has it.
    """

    epochs: int
    batch: int = 24
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    validation: float = 0.15
    patience: int = 25
    film_dropout: float = 0.05
    balance: float = 0.0
    seed: int = 0
    precision: Precision = "auto"

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 2 or self.patience < 1:
            raise UsageError("epochs and patience must be at least 1 and the batch at least 2")
        if not 0 < self.validation < 0.9 or not 0 < self.learning_rate < math.inf:
            raise UsageError("the validation share must lie between 0 and 0.9 and the learning rate above 0")


COMPACT = TrainSettings(epochs=80, learning_rate=1.5e-3, patience=30)
"""The compact network, trained from scratch on glimpses of the fracture."""
FINDER = TrainSettings(epochs=24, learning_rate=3e-3)
"""The finder of the fracture, which looks at whole strips."""
CORTEX_FINDER = TrainSettings(epochs=30, batch=32, learning_rate=3e-3)
"""The finder of the two cortices on a glimpse of the fracture."""
GOING_ON = 0.2
"""The share of a usual learning rate by which a network goes on from another model's weights."""
ADAPTED = TrainSettings(epochs=30, learning_rate=GOING_ON * COMPACT.learning_rate, patience=12)
"""The compact network when it starts from a trained one."""
FROZEN = TrainSettings(epochs=60, batch=32, learning_rate=1e-3, weight_decay=0.5, patience=15)
"""A head on cached features of a frozen backbone."""
