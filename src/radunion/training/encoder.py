"""Read a glimpse cortex by cortex: what is said of a cortex comes from where it was found, and that is its evidence."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from radunion.training.cortex_finder import CELL, SLOTS, CortexFinder, shares
from radunion.training.glimpse import GLIMPSE
from radunion.training.network import plain_trunk, standardised


class GlimpseEncoder(nn.Module):
    """Down to one eighth, then the mean and the maximum over each cortex's region, which the finder gives.

    The finder of cortices has learned before and stays as it is.
    """

    def __init__(self, cortices: CortexFinder, channels: Sequence[int] = (24, 48, 96), of_each: int = 96) -> None:
        super().__init__()
        self.cortices = cortices.requires_grad_(False).eval()
        self.trunk = plain_trunk(channels)
        self.read = nn.Linear(2 * channels[-1], of_each)
        self.width = SLOTS * of_each
        self._shrink = 2 ** len(channels) // CELL

    def train(self, mode: bool = True) -> "GlimpseEncoder":
        super().train(mode)
        self.cortices.eval()
        return self

    def forward(self, glimpses: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n c"]:
        return self.read_at(glimpses, self.regions(glimpses))

    def regions(self, glimpses: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n 2 rows columns"]:
        """Return how much each cell counts for each of the two cortices; the cells of one sum to 1."""
        return shares(self.cortices(glimpses))

    def read_at(
        self, glimpses: Float[Tensor, "n 1 h w"], regions: Float[Tensor, "n 2 rows columns"]
    ) -> Float[Tensor, "n c"]:
        """Return the features of both cortices."""
        features = self.trunk(standardised(glimpses)).flatten(2)
        weights = F.avg_pool2d(regions, self._shrink).flatten(2)
        weights = weights / weights.sum(dim=2, keepdim=True)
        mean = torch.matmul(weights.to(features.dtype), features.transpose(1, 2))
        gates = weights / weights.amax(dim=2, keepdim=True)
        most = (features[:, None] * gates[:, :, None].to(features.dtype)).amax(dim=3)
        return F.relu(self.read(torch.cat([mean, most], dim=2))).flatten(1)


def on_strip(
    regions: Float[Tensor, "n 2 rows columns"], position: Float[Tensor, " n"], height: int
) -> Float[Tensor, "n 2 tall columns"]:
    """Place maps over glimpses where these were cut from strips of `height` pixels; what lies beyond is lost."""
    cells = torch.arange(regions.shape[2], dtype=regions.dtype)
    every = torch.arange(height // CELL, dtype=regions.dtype)
    wanted = every - ((position - (GLIMPSE - 1) / 2) / CELL)[:, None]
    placing = (1 - (wanted[:, :, None] - cells).abs()).clamp_min(0)
    return torch.matmul(placing[:, None], regions)
