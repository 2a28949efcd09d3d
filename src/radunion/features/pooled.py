"""From a grey film to a feature vector: normalise, replicate, run the trunk, pool."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import nn

from radunion.features.spec import Pooling


class PooledBackbone(nn.Module):
    """Map (n, 1, h, w), bright = dense in [0, 1], to pooled features (n, c) in float32."""

    def __init__(
        self,
        trunk: nn.Module,
        *,
        mean: Sequence[float],
        std: Sequence[float],
        pooling: Pooling,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Wrap a trunk whose tensors are of `dtype`."""
        super().__init__()
        self.dtype = dtype
        self.mean: torch.Tensor
        self.std: torch.Tensor
        self.trunk = trunk
        self.pooling = pooling
        self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).reshape(1, 3, 1, 1), persistent=False)

    def forward(self, films: Float[torch.Tensor, "n 1 h w"]) -> Float[torch.Tensor, "n c"]:
        """Pool the feature map over its whole area."""
        maps = self.maps(films)
        return maps.amax(dim=(2, 3)) if self.pooling == "max" else maps.mean(dim=(2, 3))

    def maps(self, films: Float[torch.Tensor, "n 1 h w"]) -> Float[torch.Tensor, "n c rows columns"]:
        """Return the feature map before pooling, in float32."""
        maps: torch.Tensor = self.trunk(((films - self.mean) / self.std).to(self.dtype))
        return maps.float()
