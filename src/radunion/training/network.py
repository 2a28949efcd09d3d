"""The `pair` network: features of both films to the joint distribution of the four cortices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from radunion.training.likelihood import ordinal_probabilities

COMPONENTS = 5
_START_SHIFTS = (-1.0, -0.45, 0.0, 0.45, 1.0)


class Prediction(NamedTuple):
    """What the network says of n examinations."""

    weights: Float[Tensor, "n k"]
    levels: Float[Tensor, "n k 4 4"]
    scorable: Float[Tensor, "n 4"]  # logits


def plain_trunk(channels: Sequence[int], *, before: int = 1) -> nn.Sequential:
    """Return plain 3×3 convolutions, every stage at half the size: what trains fastest on a processor."""
    layers: list[nn.Module] = []
    for stage, now in enumerate(channels):
        layers += _block(before, now, stride=2)
        if stage:
            layers += _block(now, now, stride=1)
        before = now
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def _block(before: int, now: int, *, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(before, now, 3, stride, 1, bias=False), nn.BatchNorm2d(now), nn.ReLU()]


def standardised(glimpses: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n 1 h w"]:
    """Return glimpses of mean 0 and about spread 1, each by itself."""
    middle = glimpses.mean(dim=(2, 3), keepdim=True)
    spread = ((glimpses - middle) ** 2).mean(dim=(2, 3), keepdim=True).sqrt()
    return ((glimpses - middle) / (spread + 0.05)).contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class HeadShape:
    """The size of a head: features a film, hidden units, dropout."""

    features: int
    hidden: int = 64
    dropout: float = 0.15


class PairHead(nn.Module):
    """Read the features of both films at once: cortices heal together, so each film informs all four.

    `centre` and `scale` standardise the features of a frozen backbone; an absent film counts as
    zeros and is flagged.
    """

    centre: Tensor
    scale: Tensor

    def __init__(self, shape: HeadShape) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(shape.features))
        self.register_buffer("scale", torch.ones(shape.features))
        self.mix = nn.Sequential(
            nn.Dropout(shape.dropout),
            nn.Linear(2 * shape.features + 2, shape.hidden),
            nn.ReLU(),
            nn.Dropout(shape.dropout),
        )
        self.location = nn.Linear(shape.hidden, 4)
        self.spread = nn.Linear(shape.hidden, 1)
        self.scorable = nn.Linear(shape.hidden, 4)
        self.first_threshold = nn.Parameter(torch.full((4, 1), -2.0))
        self.steps = nn.Parameter(torch.full((4, 2), 1.5))
        self.shifts = nn.Parameter(torch.tensor(_START_SHIFTS))
        self.share = nn.Parameter(torch.zeros(COMPONENTS))
        self.alone = nn.Linear(shape.features, 4)
        self.alone_thresholds = nn.Parameter(torch.tensor([[-1.5, 0.0, 1.5]] * 4))

    def standardise(self, features: Float[Tensor, "m c"]) -> None:
        """Take centre and scale from training features."""
        self.centre.copy_(features.mean(dim=0))
        self.scale.copy_(features.std(dim=0).clamp_min(1e-4))

    def thresholds(self) -> Float[Tensor, "4 3"]:
        """Return the ordered cut points of each cortex."""
        return torch.cat([self.first_threshold, self.first_threshold + F.softplus(self.steps).cumsum(dim=1)], dim=1)

    def of_one_film(self, features: Float[Tensor, "n c"]) -> Float[Tensor, "n 1 4 4"]:
        """Return P(level) of all four cortices from one film alone: for training, where it helps the encoder begin."""
        standard = (features - self.centre) / self.scale
        return ordinal_probabilities(self.alone(standard)[:, None], self.alone_thresholds)

    def forward(
        self, ap: Float[Tensor, "n c"], lateral: Float[Tensor, "n c"], present: Float[Tensor, "n 2"]
    ) -> Prediction:
        both = torch.stack([ap, lateral], dim=1)
        seen = (both - self.centre) / self.scale * present[:, :, None]
        hidden = self.mix(torch.cat([seen.flatten(1), present], dim=1))
        shift = F.softplus(self.spread(hidden)) * self.shifts
        location = self.location(hidden)[:, None] + shift[:, :, None]
        return Prediction(
            weights=self.share.softmax(dim=0).expand(ap.shape[0], -1),
            levels=ordinal_probabilities(location, self.thresholds()),
            scorable=self.scorable(hidden),
        )


class PairNetwork(nn.Module):
    """Encoder and head together: from two films, as the encoder takes them, to a prediction."""

    def __init__(self, encoder: nn.Module, head: PairHead) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def look(self, ap: Float[Tensor, "n *film"], lateral: Float[Tensor, "n *film"]) -> Float[Tensor, "n 2 c"]:
        """Return the features of both films, in float32 whatever the encoder ran in."""
        features: Tensor = self.encoder(torch.cat([ap, lateral]))
        return features.float().unflatten(0, (2, -1)).transpose(0, 1)

    def forward(
        self, ap: Float[Tensor, "n *film"], lateral: Float[Tensor, "n *film"], present: Float[Tensor, "n 2"]
    ) -> Prediction:
        seen = self.look(ap, lateral)
        prediction: Prediction = self.head(seen[:, 0], seen[:, 1], present)
        return prediction
