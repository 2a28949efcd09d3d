"""Random changes that a film could really have: mirrored, shifted, darker, another contrast. Labels never change:
cortices are anatomical, a flip moves regions, not labels.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


def augment(films: Float[Tensor, "n 1 h w"], random: torch.Generator) -> Float[Tensor, "n 1 h w"]:
    """Return films flipped, turned by up to 8 degrees, scaled by 10 %, shifted by 6 % and with another exposure."""
    n = len(films)
    turn = (torch.rand(n, generator=random) - 0.5) * 0.28
    zoom = 1 + (torch.rand(n, generator=random) - 0.5) * 0.2
    flip = torch.where(torch.rand(n, generator=random) < 0.5, -1.0, 1.0)
    shift = (torch.rand(n, 2, generator=random) - 0.5) * 0.24
    ratio = films.shape[-2] / films.shape[-1]
    cos, sin = turn.cos() * zoom, turn.sin() * zoom
    matrix = torch.stack(
        [
            torch.stack([cos * flip, -sin * ratio, shift[:, 0]], dim=1),
            torch.stack([sin * flip / ratio, cos, shift[:, 1]], dim=1),
        ],
        dim=1,
    )
    grid = F.affine_grid(matrix, list(films.shape), align_corners=False)
    moved = F.grid_sample(films, grid, align_corners=False)
    gamma = torch.exp((torch.rand(n, 1, 1, 1, generator=random) - 0.5) * 0.6)
    gain = 1 + (torch.rand(n, 1, 1, 1, generator=random) - 0.5) * 0.2
    return (moved.clamp(0, 1) ** gamma * gain).clamp(0, 1)
