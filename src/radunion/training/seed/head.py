"""The seed study's head on pooled features, and the single layer that other systems put there."""

from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

from radunion.training.seed.glorot import glorot

SEED_OUTPUTS = 18
"""Two views and four levels of each of the four cortices."""


class SeedHead(nn.Module):
    """Map pooled features (n, `features`) to logits: dense layers with ReLU, dropout after each, then `outputs`.

    The seed study's sigmoids belong to the loss and to whoever predicts.
    """

    def __init__(
        self,
        features: int,
        *,
        dropout: float,
        outputs: int = SEED_OUTPUTS,
        hidden: tuple[int, ...] = (1024, 512, 256),
    ) -> None:
        """Build the layers; `dropout` is the share of units that a training step leaves out."""
        super().__init__()
        layers: list[nn.Module] = []
        for before, now in pairwise((features, *hidden)):
            layers += [nn.Linear(before, now), nn.ReLU(), nn.Dropout(dropout)]
        last = hidden[-1] if hidden else features
        self.layers = nn.Sequential(*layers, nn.Linear(last, outputs))
        glorot(self)

    def forward(self, features: Float[Tensor, "n c"]) -> Float[Tensor, "n outputs"]:
        logits: Tensor = self.layers(features)
        return logits


class LinearHead(nn.Module):
    """Map pooled features (n, `features`) to logits through one dense layer."""

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.layer = nn.Linear(features, outputs)
        glorot(self)

    def forward(self, features: Float[Tensor, "n c"]) -> Float[Tensor, "n outputs"]:
        logits: Tensor = self.layer(features)
        return logits
