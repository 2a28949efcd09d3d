"""Find, on a glimpse of the fracture, the two cortices that its view shows: where the score of each is read from.

It learns from boxes, as the finder of the fracture does. Which edge of the bone is medial or anterior only the film can
say: by the fibula, the crest, the foot. A mirrored film changes sides and nothing else.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from radunion.training.fit import fingerprint
from radunion.training.glimpse import draw_moves, move, origins, unmoved
from radunion.training.loop import Epoch, Progress, Run, train
from radunion.training.network import plain_trunk, standardised
from radunion.training.precision import autocast
from radunion.training.settings import TrainSettings

CELL = 4
"""Pixels of a glimpse a cell of the map, about 2.5 mm on the simulated films."""
SLOTS = 2
"""Medial and lateral on an AP film, anterior and posterior on a lateral one."""
_PEAK = 0.25
"""Spread of the map that is taught, as a part of the box: its middle counts most, its edges little."""


class CortexFinder(nn.Module):
    """Look at the whole glimpse, then say cell by cell which belong to each of the two cortices."""

    def __init__(self, channels: tuple[int, int] = (16, 32), around: tuple[int, int] = (48, 64)) -> None:
        super().__init__()
        self.near = plain_trunk(channels)
        self.far = plain_trunk(around, before=channels[-1])
        self.joined = nn.Sequential(
            nn.Conv2d(channels[-1] + around[-1], 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU()
        )
        self.slots = nn.Conv2d(32, SLOTS, 1)

    def forward(self, glimpses: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n 2 rows columns"]:
        """Return the logits of every cell; a softmax over all cells is where the cortex may be."""
        near = self.near(standardised(glimpses))
        far = F.interpolate(self.far(near), scale_factor=4, mode="bilinear", align_corners=False)
        found: Tensor = self.slots(self.joined(torch.cat([near, far], dim=1)))
        return found


def shares(logits: Float[Tensor, "n 2 rows columns"]) -> Float[Tensor, "n 2 rows columns"]:
    """Return the part of each cell in each cortex; they sum to 1."""
    return logits.float().flatten(2).softmax(dim=2).view(logits.shape)


@dataclass(frozen=True)
class CortexData:
    """Glimpses with their margin, and the boxes of their cortices (left, top, right, bottom in its pixels; NaN
    where unknown).
    """

    glimpses: Float[Tensor, "m 1 tall w"]
    boxes: Float32[np.ndarray, "m 2 4"]


def fit_cortex_finder(
    finder: CortexFinder,
    data: CortexData,
    *,
    training: Int64[np.ndarray, " a"],
    validation: Int64[np.ndarray, " b"],
    settings: TrainSettings,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Epoch, ...]:
    """Train on the glimpses that have boxes."""
    boxes = torch.from_numpy(data.boxes)

    def loss(rows: Int64[np.ndarray, " n"], random: torch.Generator | None) -> Float[Tensor, " n"]:
        chosen = torch.from_numpy(rows)
        glimpses = data.glimpses[chosen]
        moves = unmoved(glimpses.shape) if random is None else draw_moves(glimpses.shape, random)
        with autocast(settings.precision):
            logits = finder(move(glimpses, moves))
        return region_loss(logits.float(), boxes[chosen], origins(moves, glimpses.shape, CELL))

    name = fingerprint(
        {**asdict(settings), "network": repr(finder)},
        training,
        validation,
        data.boxes,
        data.glimpses,
        *finder.state_dict().values(),
    )
    weights = torch.ones(len(training))
    return train(finder, loss, Run(training, validation, weights, settings, name, checkpoint, progress))


def region_loss(
    logits: Float[Tensor, "n 2 rows columns"],
    boxes: Float[Tensor, "n 2 4"],
    where: Float[Tensor, "n rows columns 2"],
) -> Float[Tensor, " n"]:
    """Return the cross-entropy from a hill over each box to the map, summed; 0 without boxes.

    `where` is where each cell came from.
    """
    known = boxes.isfinite().all(dim=2)
    filled = torch.where(known[:, :, None], boxes, torch.ones(4))
    middle, size = (filled[..., :2] + filled[..., 2:]) / 2, (filled[..., 2:] - filled[..., :2]).clamp_min(1.0)
    away = (where[:, None] - middle[:, :, None, None]) / (size[:, :, None, None] * _PEAK)
    hill = -0.5 * away.square().sum(dim=-1).flatten(2)
    wanted, log_found = hill.softmax(dim=2), logits.flatten(2).log_softmax(dim=2)
    near = hill.amax(dim=2) > -2.0  # the box's middle was not moved off the glimpse
    return (-(wanted * log_found).sum(dim=2) * (known & near)).sum(dim=1)
