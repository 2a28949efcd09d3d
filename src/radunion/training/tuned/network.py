"""The network that is tuned: a glimpse through a backbone whose upper part learns, and the head on both films."""

from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from radunion.features import Backbone
from radunion.features.pooled import PooledBackbone
from radunion.training.fit import pair_loss
from radunion.training.found import GlimpseFeatures, enlarged, halves
from radunion.training.network import PairHead, PairNetwork
from radunion.training.tuned.settings import TunedSettings
from radunion.training.tuned.trunk import SplitTrunk, learning_blocks, split_trunk


class TunedEncoder(GlimpseFeatures):
    """A copy of a backbone that learns from the block of `unfreeze_from` upward.

    It stays in evaluation mode while its weights learn. Batch norms keep the statistics that they came with: those of
    a few dozen glimpses are noise, films of one batch would inform one another, and parts of a batch, several devices
    and kept activations would no longer give what one device gives. Their scale and shift learn.
    """

    def __init__(self, backbone: Backbone, unfreeze_from: str) -> None:
        blocks = learning_blocks(backbone, unfreeze_from)
        split = split_trunk(backbone.module, blocks)
        super().__init__(PooledBackbone(split, mean=backbone.mean, std=backbone.std, pooling=backbone.spec.pooling))
        self.blocks = blocks
        self.train()

    def train(self, mode: bool = True) -> "TunedEncoder":
        """Stay in evaluation mode."""
        super().train(False)
        return self

    def start(self, glimpses: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n c rows columns"]:
        """Return what the part that does not learn makes of glimpses."""
        with torch.no_grad():
            large = (enlarged(glimpses) - self.pooled.mean) / self.pooled.std
            maps: Tensor = self._trunk.below(large)
            return maps

    def finish(self, started: Float[Tensor, "n c rows columns"]) -> Float[Tensor, "n d"]:
        """Return the features of what `start` returned."""
        return halves(self._trunk.above(started).float())

    @property
    def parted(self) -> bool:
        """Whether `start` does part of the work."""
        return self._trunk.parted

    @property
    def _trunk(self) -> SplitTrunk:
        trunk = self.pooled.trunk
        if not isinstance(trunk, SplitTrunk):
            raise TypeError(f"a tuned encoder's trunk is parted, found {type(trunk).__name__}")
        return trunk


class TunedLoss(nn.Module):
    """From both films of examinations and their labels to one loss each: what devices compute side by side."""

    def __init__(self, encoder: TunedEncoder, head: PairHead) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(
        self,
        films: Float[Tensor, "n 2 *film"],
        present: Float[Tensor, "n 2"],
        allowed: Bool[Tensor, "n 4 4"],
        scorable: Float[Tensor, "n 4"],
        *,
        started: bool,
        alone: bool,
    ) -> Float[Tensor, " n"]:
        """Return the losses; `started` films are what the encoder's `start` made of them.

        With `alone` each film by itself counts too, as in training. The head computes in float32 whatever the encoder
        does.
        """
        flat = films.flatten(0, 1)
        features: Tensor = self.encoder.finish(flat) if started else self.encoder(flat)
        with torch.autocast(features.device.type, enabled=False):
            seen = features.float().unflatten(0, (-1, 2))
            return pair_loss(self.head, seen, present, allowed, scorable, alone=alone)

    def network(self) -> PairNetwork:
        """Return the network that predicts, of the same weights."""
        return PairNetwork(self.encoder, self.head)


def groups_of(module: TunedLoss, settings: TunedSettings) -> list[dict[str, Any]]:
    """Return the optimiser's groups, `scale` times `tuning_rate` each: the head's rate is 1, every block down less.

    Biases, norms and cut points are not decayed: they are few, and pulling them to 0 has no reason.
    """
    top = max(module.encoder.blocks.values()) + 1
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in module.encoder.pooled.trunk.named_parameters():
        if parameter.requires_grad:
            scale = settings.rate_decay ** (top - module.encoder.blocks[name.removeprefix("above.")])
            decay = settings.backbone_decay if parameter.ndim > 1 else 0.0
            groups.setdefault((scale, decay), []).append(parameter)
    for name, parameter in module.head.named_parameters():
        decay = settings.weight_decay if name.endswith("weight") else 0.0
        groups.setdefault((1.0, decay), []).append(parameter)
    return [
        {"params": parameters, "scale": scale, "weight_decay": decay, "lr": settings.tuning_rate * scale}
        for (scale, decay), parameters in groups.items()
    ]
