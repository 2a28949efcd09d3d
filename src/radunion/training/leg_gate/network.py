"""The gate's network: convolutions on a thumbnail and on what stands out of its surroundings, pooled, one number."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

_CHANNELS = (12, 24, 32, 48, 64)
_DEEPER_FROM = 2
"""From this step on there is a second convolution."""
_AROUND = 15
"""Side in pixels of the surroundings that a pixel is compared with."""


class LegGate(nn.Module):
    """Say the log-odds that a film shows no leg."""

    def __init__(self) -> None:
        super().__init__()
        before, layers = 2, list[nn.Module]()
        for step, channels in enumerate(_CHANNELS):
            layers += _layer(before, channels, side=3 if step else 5, stride=2)
            if step >= _DEEPER_FROM:
                layers += _layer(channels, channels, side=3, stride=1)
            before = channels
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * before, 1))

    def forward(self, films: Float[Tensor, "n 1 h w"]) -> Float[Tensor, " n"]:
        seen = self.body(_with_surroundings(films))
        pooled = torch.cat([seen.mean((2, 3)), seen.amax((2, 3))], dim=1)
        strangeness: Tensor = self.head(pooled).squeeze(1)
        return strangeness


def _layer(before: int, channels: int, *, side: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(before, channels, side, stride=stride, padding=side // 2, bias=False)
    return [convolution, nn.BatchNorm2d(channels), nn.ReLU()]


def _with_surroundings(films: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n 2 h w"]:
    """Return the film, and its contrast with what lies around each pixel: exposures differ less in that."""
    mean = _around(films)
    spread = _around((films - mean) ** 2).sqrt()
    return torch.cat([films - 0.3, 0.5 * (films - mean) / (spread + 0.03)], dim=1)


def _around(films: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n 1 h w"]:
    rows = F.avg_pool2d(films, (_AROUND, 1), 1, (_AROUND // 2, 0), count_include_pad=False)
    return F.avg_pool2d(rows, (1, _AROUND), 1, (0, _AROUND // 2), count_include_pad=False)
