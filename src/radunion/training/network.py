"""The `pair` network: films to features, both films' features to the joint distribution of the four cortices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from radunion.training.likelihood import ordinal_probabilities

COMPONENTS = 5
_START_SHIFTS = (-2.0, -0.9, 0.0, 0.9, 2.0)


class Prediction(NamedTuple):
    """What the network says of n examinations."""

    weights: Float[Tensor, "n k"]
    levels: Float[Tensor, "n k 4 4"]
    scorable: Float[Tensor, "n 4"]  # logits
    lateral: Float[Tensor, "n 2"]  # logits that the first and second film are lateral views


class CompactEncoder(nn.Module):
    """A plain 3×3 network that trains from scratch on two cores; grey films in [0, 1] to pooled features.

    Four attention maps pool the last feature map, beside its plain average and maximum.
    """

    def __init__(self, channels: Sequence[int] = (16, 32, 64, 96, 128), maps: int = 4) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for stage, now in enumerate(channels):
            layers += _block(before, now, stride=2)
            if stage:
                layers += _block(now, now, stride=1)
            before = now
        self.trunk = nn.Sequential(*layers)
        self.attention = nn.Conv2d(before, maps, 1)
        self.width = before * (maps + 2)

    def forward(self, films: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n c"]:
        features = self.trunk(films - 0.3)
        focus = self.attention(features).flatten(2).softmax(dim=-1)
        flat = features.flatten(2)
        pooled = torch.einsum("nms,ncs->nmc", focus, flat).flatten(1)
        return torch.cat([pooled, flat.mean(dim=-1), flat.amax(dim=-1)], dim=1)


def _block(before: int, now: int, *, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(before, now, 3, stride, 1, bias=False), nn.BatchNorm2d(now), nn.ReLU()]


@dataclass(frozen=True)
class HeadShape:
    """The size of a head: features a film, hidden units, dropout."""

    features: int
    hidden: int = 128
    dropout: float = 0.3


class PairHead(nn.Module):
    """Read the features of both films at once: cortices heal together, so each film informs all four.

    `centre` and `scale` standardise the features; an absent film counts as an average one, flagged as absent.
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
        self.lateral = nn.Linear(shape.features, 1)
        self.first_threshold = nn.Parameter(torch.full((4, 1), -2.0))
        self.steps = nn.Parameter(torch.full((4, 2), 1.5))
        self.shifts = nn.Parameter(torch.tensor(_START_SHIFTS))
        self.share = nn.Parameter(torch.zeros(COMPONENTS))

    def thresholds(self) -> Float[Tensor, "4 3"]:
        """Return the ordered cut points of each cortex."""
        return torch.cat([self.first_threshold, self.first_threshold + F.softplus(self.steps).cumsum(dim=1)], dim=1)

    def forward(
        self, ap: Float[Tensor, "n c"], lateral: Float[Tensor, "n c"], present: Float[Tensor, "n 2"]
    ) -> Prediction:
        both = torch.stack([ap, lateral], dim=1)
        standard = (both - self.centre) / self.scale
        seen = standard * present[:, :, None]
        hidden = self.mix(torch.cat([seen.flatten(1), present], dim=1))
        shift = F.softplus(self.spread(hidden)) * self.shifts
        location = self.location(hidden)[:, None] + shift[:, :, None]
        return Prediction(
            weights=self.share.softmax(dim=0).expand(len(ap), -1),
            levels=ordinal_probabilities(location, self.thresholds()),
            scorable=self.scorable(hidden),
            lateral=self.lateral(standard).squeeze(-1),
        )


class PairNetwork(nn.Module):
    """Encoder and head together: the whole way from two prepared films to a prediction."""

    def __init__(self, encoder: nn.Module, head: PairHead) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(
        self, ap: Float[Tensor, "n *film"], lateral: Float[Tensor, "n *film"], present: Float[Tensor, "n 2"]
    ) -> Prediction:
        features = self.encoder(torch.cat([ap, lateral]))
        return self.head(features[: len(ap)], features[len(ap) :], present)
