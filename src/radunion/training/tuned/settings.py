"""How a backbone is tuned, as plain data: what the result depends on, not where it is computed."""

import math
from dataclasses import dataclass
from typing import Literal

from radunion.errors import UsageError
from radunion.training.settings import TrainSettings

Augment = Literal["none", "film"]
"""`film`: small turns, shifts and zooms, exposure, noise, the other leg; never upside down."""


@dataclass(frozen=True, kw_only=True)
class TunedSettings:
    """Two stages: a head on the frozen backbone, then head and upper blocks together from where that ended.

    The block that holds `unfreeze_from` and all above it learn. At most `head_epochs` at `learning_rate`, then at most
    `epochs` at `tuning_rate`, both times until `patience` epochs brought no better loss on patients held out. The
    head's rate is `tuning_rate`; each block down learns at `rate_decay` times the rate of what stands on it.
    `weight_decay` is the head's, `backbone_decay` that of the backbone's weights, and `warm_up` the share of steps in
    which the rate rises before it falls along a cosine.
    """

    unfreeze_from: str
    rate_decay: float
    augment: Augment
    head_epochs: int
    epochs: int
    batch: int
    learning_rate: float
    tuning_rate: float
    weight_decay: float
    backbone_decay: float
    warm_up: float
    patience: int
    validation: float
    film_dropout: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.head_epochs < 1 or self.batch < 2 or self.patience < 1:
            raise UsageError(
                "epochs, head_epochs and patience must be at least 1 and the batch at least 2; found "
                f"{self.epochs}, {self.head_epochs}, {self.patience} and {self.batch}"
            )
        if not 0 < self.rate_decay <= 1 or not 0 <= self.warm_up < 1:
            raise UsageError(
                "rate_decay must lie above 0 and at most at 1, warm_up in 0 to below 1; found "
                f"{self.rate_decay} and {self.warm_up}"
            )
        if not 0 < self.tuning_rate < math.inf or not 0 <= self.backbone_decay < math.inf:
            raise UsageError(
                "tuning_rate must be above 0 and backbone_decay 0 or more; found "
                f"{self.tuning_rate} and {self.backbone_decay}"
            )

    def of_head(self) -> TrainSettings:
        """Return how the head learns before the backbone does."""
        return TrainSettings(
            epochs=self.head_epochs, batch=self.batch, learning_rate=self.learning_rate,
            weight_decay=self.weight_decay, validation=self.validation, patience=self.patience,
            film_dropout=self.film_dropout, seed=self.seed,
        )  # fmt: skip
