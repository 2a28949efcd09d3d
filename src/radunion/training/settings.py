"""How a model is trained: plain settings, the same for every encoder."""

from dataclasses import dataclass
from typing import Literal

from radunion.errors import UsageError

Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class TrainSettings:
    """`balance` weighs each label by (frequency of its mean level) ** -balance: 0 keeps probabilities calibrated."""

    epochs: int = 30
    batch: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    validation: float = 0.15
    patience: int = 8
    film_dropout: float = 0.1
    balance: float = 0.0
    seed: int = 0
    precision: Precision = "float32"

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 2 or self.patience < 1:
            raise UsageError("epochs and patience must be at least 1 and the batch at least 2")
        if not 0 < self.validation < 0.9 or self.learning_rate <= 0:
            raise UsageError("the validation share must lie between 0 and 0.9 and the learning rate above 0")
