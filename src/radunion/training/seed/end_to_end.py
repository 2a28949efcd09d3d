"""A backbone that trains together with its head."""

from jaxtyping import Float
from torch import Tensor, nn

from radunion.features import BackboneSpec, Pooling, load_backbone


class EndToEnd(nn.Module):
    """Map films (n, 3, h, w), normalised as the trunk expects, to logits through a global pool and a head."""

    def __init__(self, trunk: nn.Module, head: nn.Module, *, pooling: Pooling) -> None:
        super().__init__()
        self.trunk = trunk
        self.pooling = pooling
        self.head = head

    def forward(self, films: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n outputs"]:
        maps = self.trunk(films)
        pooled = maps.amax(dim=(2, 3)) if self.pooling == "max" else maps.mean(dim=(2, 3))
        logits: Tensor = self.head(pooled)
        return logits


def trainable_trunk(name: str, *, weights: str, seed: int) -> nn.Module:
    """Return a backbone whole, filled with its weights, its tensors open to training; (n, 3, h, w) to (n, c, h', w').

    `name` and `weights` are those of `BackboneSpec`. Raises as `load_backbone` does.
    """
    return load_backbone(BackboneSpec(name, weights, seed=seed)).module.requires_grad_(True).train()
