"""The modules of networks of single films: what learns, what is frozen, and the graph of a bundle made of them."""

from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn

from radunion.errors import UsageError
from radunion.training.films.settings import FilmSettings, Outputs
from radunion.training.films.targets import COLUMNS, SHOWN, VIEWS
from radunion.training.seed.densenet import mura_densenet
from radunion.training.seed.head import LinearHead, SeedHead
from radunion.training.seed.inception import seed_inception
from radunion.training.seed.lenet import SeedLeNet

_TINY = 1e-6
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def columns(outputs: Outputs) -> int:
    """Return how many outputs a network of single films has."""
    return COLUMNS if outputs == "seed18" else COLUMNS - VIEWS


def head_of(settings: FilmSettings, features: int) -> nn.Module:
    """Build what learns on frozen features, from the settings' seed."""
    torch.manual_seed(settings.seed)
    if settings.head == "thesis":
        return SeedHead(features, dropout=settings.dropout, outputs=columns(settings.outputs))
    return LinearHead(features, columns(settings.outputs))


def whole_network(settings: FilmSettings) -> nn.Module:
    """Build a network that learns end to end, from films (n, 3, size, size) in [-1, 1] to logits.

    Raises UsageError for one that no protocol trains so.
    """
    torch.manual_seed(settings.seed)
    outputs = columns(settings.outputs)
    if settings.network == "lenet" and settings.head == "none" and settings.weights == "none":
        return SeedLeNet(outputs=outputs, size=settings.size)
    how = (settings.network, settings.head, settings.pooling)
    if how == ("inception_v3", "thesis", "max") and settings.weights == "none":
        return seed_inception(dropout=settings.dropout, seed=settings.seed, outputs=outputs)
    if how == ("densenet169", "linear", "avg"):
        return nn.Sequential(ImageNetInput(), mura_densenet(outputs, weights=settings.weights, seed=settings.seed))
    raise UsageError(
        "what trains end to end is lenet without a head from random weights, inception_v3 from random weights with a "
        "max pool and the thesis head, or densenet169 with an average pool and a linear head; found "
        f"{settings.network}, {settings.pooling} pool, head {settings.head}, weights {Path(settings.weights).name}"
    )


class ImageNetInput(nn.Module):
    """From films in [-1, 1] to the normalisation of torchvision's ImageNet weights."""

    def __init__(self) -> None:
        super().__init__()
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(_MEAN).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(_STD).reshape(1, 3, 1, 1), persistent=False)

    def forward(self, films: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n 3 h w"]:
        return ((films + 1) / 2 - self.mean) / self.std


class FilmScorer(nn.Module):
    """The whole graph of a bundle: two prepared films in, four independent cortices out.

    `network` maps films (n, 1, h, w) in [0, 1] to (features, logits).
    """

    def __init__(self, network: nn.Module, outputs: Outputs) -> None:
        super().__init__()
        self.network = network
        self.outputs = outputs
        shown = torch.tensor([SHOWN[False], SHOWN[True]], dtype=torch.float32)
        self.shown: Tensor
        self.register_buffer("shown", shown if outputs == "seed18" else torch.ones(2, 4))

    def forward(
        self, ap: Float[Tensor, "n 1 h w"], lateral: Float[Tensor, "n 1 h w"], present: Float[Tensor, "n 2"]
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return weights (n, 1), levels (n, 1, 4, 4), P(scorable) (n, 4), P(lateral) (n, 2), features (n, 2, d)."""
        features, logits = self.network(torch.cat([ap, lateral]))
        chance = logits.sigmoid().unflatten(0, (2, -1)).transpose(0, 1).clamp_min(_TINY)
        raw = (chance[:, :, VIEWS:] if self.outputs == "seed18" else chance).unflatten(2, (4, 4))
        total = raw.sum(dim=3, keepdim=True)
        share = present[:, :, None] * self.shown
        count = share.sum(dim=1)
        share = share / count.clamp_min(1)[:, None]
        levels = (share[:, :, :, None] * raw / total).sum(dim=1) + (count == 0)[:, :, None] * 0.25
        if self.outputs == "seed18":
            scorable = (share * total[:, :, :, 0].clamp_max(1)).sum(dim=1) + (count == 0) * 0.5
            view = chance[:, :, 1] / chance[:, :, :VIEWS].sum(dim=2)
        else:
            scorable, view = 1 - (count == 0) * 0.5, torch.full_like(present, 0.5)
        weights = torch.ones_like(present[:, :1])
        return weights, levels[:, None], scorable, view, features.unflatten(0, (2, -1)).transpose(0, 1)


class FrozenFilms(nn.Module):
    """A frozen backbone with its head."""

    def __init__(self, pooled: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.pooled = pooled
        self.head = head

    def forward(self, films: Float[Tensor, "n 1 h w"]) -> tuple[Tensor, Tensor]:
        features = self.pooled(films)
        return features, self.head(features)


class WholeFilms(nn.Module):
    """A network that learned end to end; what it says of a film stands for the film as a whole."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, films: Float[Tensor, "n 1 h w"]) -> tuple[Tensor, Tensor]:
        logits = self.network((films * 2 - 1).expand(-1, 3, -1, -1))
        return logits, logits
