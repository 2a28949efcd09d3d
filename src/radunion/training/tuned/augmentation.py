"""Changes that another film of the same leg could really show; drawn as plain data, then made.

A leg is never filmed upside down, so no film is turned over. A mirrored film is one of the other leg: cortices are
anatomical, so its labels stay.
"""

import math
from dataclasses import dataclass, fields

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from radunion.training.glimpse import MARGIN

TURN = math.radians(5)
"""The strip is straightened along the shaft already; what is left is how well that was done."""
ZOOM = 0.08
"""Distances of tube, leg and detector differ by less."""
DOWN, RIGHT = 8.0, 4.0
"""Pixels of the strip: by how much finder and shaft may miss."""
GAMMA, GAIN, OFFSET = 0.25, 0.1, 0.05
"""Exposure and the vendor's curve: exponent up to e^0.25 or its inverse, then contrast and brightness."""
NOISE = 0.02
"""Standard deviation at most, in grey values of 0 to 1: the quantum noise of a lower dose."""


@dataclass(frozen=True)
class Changes:
    """One change for each of n films: `turn` in radians, `right` and `down` in pixels, `seed` that of the noise."""

    mirror: Bool[Tensor, " n"]
    turn: Float[Tensor, " n"]
    zoom: Float[Tensor, " n"]
    right: Float[Tensor, " n"]
    down: Float[Tensor, " n"]
    gamma: Float[Tensor, " n"]
    gain: Float[Tensor, " n"]
    offset: Float[Tensor, " n"]
    noise: Float[Tensor, " n"]
    seed: Int64[Tensor, " n"]

    def __len__(self) -> int:
        return len(self.seed)

    def of(self, rows: Int64[Tensor, " k"]) -> "Changes":
        """Return the changes of some films."""
        return Changes(*(getattr(self, field.name)[rows] for field in fields(self)))


def draw_changes(n: int, random: torch.Generator) -> Changes:
    """Draw a change for each of n films; each is uniform within its bound."""

    def within(bound: float) -> Tensor:
        return (torch.rand(n, generator=random) * 2 - 1) * bound

    return Changes(
        mirror=torch.rand(n, generator=random) < 0.5,
        turn=within(TURN),
        zoom=1 + within(ZOOM),
        right=within(RIGHT),
        down=within(DOWN),
        gamma=within(GAMMA).exp(),
        gain=1 + within(GAIN),
        offset=within(OFFSET),
        noise=torch.rand(n, generator=random) * NOISE,
        seed=torch.randint(2**62, (n,), generator=random),
    )


def changed(glimpses: Float[Tensor, "n 1 tall w"], changes: Changes) -> Float[Tensor, "n 1 rows w"]:
    """Change glimpses, each by its own change, and cut off the margin; grey values stay in [0, 1].

    A film's change does not depend on the films beside it, so batches may be parted at will.
    """
    rows, width = glimpses.shape[2] - 2 * MARGIN, glimpses.shape[3]
    grid = F.affine_grid(_matrix(changes, glimpses, rows), [len(glimpses), 1, rows, width], align_corners=False)
    moved = F.grid_sample(glimpses, grid, align_corners=False, padding_mode="border").clamp(0, 1)

    def each(values: Tensor) -> Tensor:
        return values.to(moved)[:, None, None, None]

    exposed = each(changes.gain) * moved ** each(changes.gamma) + each(changes.offset)
    return (exposed + each(changes.noise) * _noise(changes, moved)).clamp(0, 1)


def _matrix(changes: Changes, glimpses: Tensor, rows: int) -> Float[Tensor, "n 2 3"]:
    """Return where each pixel comes from, in the shares of height and width that torch counts in."""
    tall, width = glimpses.shape[2:]
    across = torch.where(changes.mirror, -1.0, 1.0)
    cos, sin = changes.zoom * changes.turn.cos(), changes.zoom * changes.turn.sin()
    first = torch.stack([cos * across, -sin * rows / width, changes.right * 2 / width], dim=1)
    second = torch.stack([sin * across * width / tall, cos * rows / tall, changes.down * 2 / tall], dim=1)
    return torch.stack([first, second], dim=1).to(glimpses)


def _noise(changes: Changes, like: Tensor) -> Float[Tensor, "n 1 rows w"]:
    shape = like.shape[1:]
    drawn = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in changes.seed.tolist()]
    return torch.stack(drawn).to(like)
