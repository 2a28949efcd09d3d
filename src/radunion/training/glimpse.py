"""Look closely at one place of a strip: the rows around the fracture, at the strip's own resolution."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

GLIMPSE = 96
"""Rows of a glimpse: about 60 mm of a leg on the simulated films."""
MARGIN = 24
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


@dataclass(frozen=True)
class Moves:
    """How n glimpses with a margin are moved and exposed: an affine map from a place seen to the place it came from."""

    matrix: Float[Tensor, "n 2 3"]
    exposure: Float[Tensor, " n"]


def draw_moves(shape: torch.Size, random: torch.Generator) -> Moves:
    """Draw for glimpses of a shape: mirror, zoom by up to e^0.3, shear, shift by 12 rows and 4 columns, expose anew."""
    n, _, tall, width = shape

    def within(bound: float) -> Tensor:
        return (torch.rand(n, generator=random) * 2 - 1) * bound

    zoom, flip, shear = torch.exp(within(0.3)), torch.where(within(1.0) < 0, -1.0, 1.0), within(0.12)
    right, down = within(4.0) * 2 / width, within(12.0) * 2 / tall
    matrix = torch.stack(
        [torch.stack([zoom * flip, shear, right], 1), torch.stack([right * 0, zoom * GLIMPSE / tall, down], 1)], 1
    )
    return Moves(matrix, torch.exp(within(0.3)))


def move(glimpses: Float[Tensor, "n 1 tall w"], moves: Moves) -> Float[Tensor, "n 1 rows w"]:
    """Move glimpses and change their exposure; the margin is cut off."""
    n, _, _, width = glimpses.shape
    grid = F.affine_grid(moves.matrix, [n, 1, GLIMPSE, width], align_corners=False)
    moved = F.grid_sample(glimpses, grid, align_corners=False, padding_mode="border").clamp(0, 1)
    return moved ** moves.exposure[:, None, None, None]


def augment(glimpses: Float[Tensor, "n 1 tall w"], random: torch.Generator) -> Float[Tensor, "n 1 rows w"]:
    """Move glimpses at random. Labels never change: cortices are anatomical, a flip moves regions, not labels."""
    return move(glimpses, draw_moves(glimpses.shape, random))


def origins(moves: Moves, shape: torch.Size, cell: int) -> Float[Tensor, "n rows columns 2"]:
    """Return where the centre of each cell of `cell` pixels came from, as (column, row) of the glimpse with margin."""
    n, _, tall, width = shape
    grid = F.affine_grid(moves.matrix, [n, 1, GLIMPSE // cell, width // cell], align_corners=False)
    return (grid + 1) / 2 * torch.tensor([float(width), float(tall)])


def unmoved(shape: torch.Size) -> Moves:
    """Return the moves that cut off the margin and change nothing else."""
    n, _, tall, _ = shape
    matrix = torch.tensor([[1.0, 0.0, 0.0], [0.0, GLIMPSE / tall, 0.0]])
    return Moves(matrix.expand(n, 2, 3), torch.ones(n))
