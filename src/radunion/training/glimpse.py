"""Look closely at one place of a strip: the rows around the fracture, at the strip's own resolution."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

GLIMPSE = 96
"""Rows of a glimpse: about 60 mm of a leg on the simulated films."""
MARGIN = 16
"""Rows kept above and below for augmentation."""


def glimpse(strips: Float[Tensor, "n 1 h w"], position: Float[Tensor, " n"], rows: int) -> Float[Tensor, "n 1 rows w"]:
    """Cut `rows` rows around a position (in rows, may be fractional); beyond the strip its edge row goes on."""
    height = strips.shape[-2]
    offsets = torch.arange(rows, dtype=strips.dtype) - (rows - 1) / 2
    wanted = (position[:, None] + offsets).clamp(0, height - 1)
    every = torch.arange(height, dtype=strips.dtype)
    interpolation = (1 - (wanted[:, :, None] - every).abs()).clamp_min(0)
    return torch.matmul(interpolation[:, None], strips)


def centre(glimpses: Float[Tensor, "n 1 tall w"]) -> Float[Tensor, "n 1 rows w"]:
    """Cut off the margin."""
    return glimpses[:, :, MARGIN:-MARGIN]


def augment(glimpses: Float[Tensor, "n 1 tall w"], random: torch.Generator) -> Float[Tensor, "n 1 rows w"]:
    """Mirror, zoom by 12 %, shear, shift by 12 rows and 4 columns, change the exposure.

    Labels never change: cortices are anatomical, a flip moves regions, not labels.
    """
    n, _, tall, width = glimpses.shape

    def within(bound: float) -> Tensor:
        return (torch.rand(n, generator=random) * 2 - 1) * bound

    zoom, flip, shear = 1 + within(0.12), torch.where(within(1.0) < 0, -1.0, 1.0), within(0.12)
    right, down = within(4.0) * 2 / width, within(12.0) * 2 / tall
    matrix = torch.stack(
        [torch.stack([zoom * flip, shear, right], 1), torch.stack([right * 0, zoom * GLIMPSE / tall, down], 1)], 1
    )
    grid = F.affine_grid(matrix, [n, 1, GLIMPSE, width], align_corners=False)
    moved = F.grid_sample(glimpses, grid, align_corners=False, padding_mode="border").clamp(0, 1)
    return moved ** torch.exp(within(0.15))[:, None, None, None]
