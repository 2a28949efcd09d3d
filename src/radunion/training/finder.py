"""Find the fracture along a strip of the shaft, and tell which view the strip is.

A fracture is a small part of a long film; a network that must find it from healing labels alone does not learn with a
few hundred patients. It learns quickly where boxes say where to look: from the simulator, or from the user's table.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int64, UInt8
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from radunion.training.fit import fingerprint
from radunion.training.loop import Epoch, Progress, Run, train
from radunion.training.network import plain_trunk
from radunion.training.precision import autocast
from radunion.training.settings import TrainSettings

_STRIDE = 16
_NEAR = 3  # rows of the focus map around its peak that decide the position
_BEYOND = 2
"""Rows of the focus map at each end, a twentieth of the film, where no fracture is looked for: half of a glimpse of it
would lie beyond the film, and the ends of real films hold blades, labels and glare."""
_NEVER = -30.0
_LEAST_LIKELY = -14.0
"""Of the logarithm of a place's share, so that no film counts without end."""
_LEAST = 1e-9
"""Of the focus at a further place: where the first has all of it the others have no say."""


class Found(NamedTuple):
    """Where the fracture is and what the strip looks like as a whole."""

    focus: Float[Tensor, "n rows"]  # logits; softmax is where the fracture may be
    lateral: Float[Tensor, " n"]  # logit that the strip is a lateral view
    overview: Float[Tensor, "n c"]
    nowhere: Float[Tensor, " n"]  # probability that nothing on it is broken


class Finder(nn.Module):
    """A plain network on the strip at half resolution: one value a row of 16 strip rows, and one for the view."""

    def __init__(self, width: int, channels: tuple[int, ...] = (16, 32, 64), rows: int = 64) -> None:
        super().__init__()
        self.trunk = plain_trunk(channels)
        self.across = nn.Conv2d(channels[-1], rows, (1, width // _STRIDE), bias=False)
        self.along = nn.Sequential(
            nn.BatchNorm1d(rows), nn.ReLU(), nn.Conv1d(rows, rows, 3, padding=1, bias=False),
            nn.BatchNorm1d(rows), nn.ReLU(),
        )  # fmt: skip
        self.focus = nn.Conv1d(rows, 1, 1)
        self.lateral = nn.Linear(2 * rows, 1)
        self.overview = 2 * rows

    def forward(self, strips: Float[Tensor, "n 1 h w"]) -> Found:
        return self.of_halves(halved(strips))

    def expect_whole(self, odds: float) -> None:
        """Take it for likelier that nothing is broken, by these log-odds; where a fracture may be does not change."""
        self.focus.get_parameter("bias").data -= odds

    def of_halves(self, halves: Float[Tensor, "n 1 half_h half_w"]) -> Found:
        """Return what is found on strips that were halved before."""
        seen = (halves - 0.4).contiguous(memory_format=torch.channels_last)
        rows = self.along(self.across(self.trunk(seen)).squeeze(-1))
        overview = torch.cat([rows.mean(dim=2), rows.amax(dim=2)], dim=1)
        focus = F.pad(self.focus(rows).squeeze(1)[:, _BEYOND:-_BEYOND], (_BEYOND, _BEYOND), value=_NEVER)
        return Found(focus, self.lateral(overview).squeeze(1), overview, _shares(focus)[:, -1].exp())


class FinderEnsemble(nn.Module):
    """Finders that were trained alike from other beginnings: what a single one takes for a fracture by chance has less
    of a say.
    """

    def __init__(self, members: Sequence[Finder]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, strips: Float[Tensor, "n 1 h w"]) -> Found:
        """Return the mean of all probabilities, of the view's logit, and the first one's overview."""
        each: list[Found] = [member(strips) for member in self.members]
        focus = torch.stack([one.focus.softmax(dim=1) for one in each]).mean(dim=0)
        lateral = torch.stack([one.lateral for one in each]).mean(dim=0)
        nowhere = torch.stack([one.nowhere for one in each]).mean(dim=0)
        return Found(focus.clamp_min(_LEAST).log(), lateral, each[0].overview, nowhere)


AnyFinder = Finder | FinderEnsemble


def together(members: Sequence[Finder]) -> AnyFinder:
    """Return finders as one."""
    return members[0] if len(members) == 1 else FinderEnsemble(members)


def _shares(focus: Float[Tensor, "n rows"]) -> Float[Tensor, "n rows_and_nowhere"]:
    """Return the logarithm of the share of every row and, last, of nowhere: one more place, whose logit is 0."""
    return torch.cat([focus, torch.zeros_like(focus[:, :1])], dim=1).log_softmax(dim=1)


def halved(strips: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n 1 half_h half_w"]:
    """Return strips at half the resolution."""
    return F.avg_pool2d(strips, 2)


def every_way(finder: AnyFinder, strips: Float[Tensor, "n 1 h w"]) -> Found:
    """Return what is found on strips as they are, mirrored, upside down and both, averaged: which side is left and
    which end is up tells nothing of it.

    The overview is of the strips as they are: how familiar a film is depends on nothing else.
    """
    over = strips.flip(2)
    found: Found = finder(torch.cat([strips, strips.flip(3), over, over.flip(3)]))
    upright, turned = found.focus.softmax(dim=1).unflatten(0, (2, -1)).unbind(0)
    focus, lateral, nowhere = (
        part.unflatten(0, (4, -1)).mean(dim=0)
        for part in (torch.cat([upright, turned.flip(1)]), found.lateral.sigmoid(), found.nowhere)
    )
    overview = found.overview.unflatten(0, (4, -1))[0]
    return Found(focus.clamp_min(_LEAST).log(), lateral.logit(eps=_LEAST), overview, nowhere)


def position_of(focus: Float[Tensor, "n rows"], height: int) -> Float[Tensor, " n"]:
    """Return the fracture's row in the strip: the mean of the focus around its peak."""
    return places_of(focus, height, 1)[0][:, 0]


def places_of(
    focus: Float[Tensor, "n rows"], height: int, count: int
) -> tuple[Float[Tensor, "n k"], Float[Tensor, "n k"]]:
    """Return the likeliest rows of the strip and the share of each, in sum 1; what lies near one belongs to it."""
    index = torch.arange(focus.shape[1], dtype=focus.dtype)
    left, rows, shares = focus.softmax(dim=1), [], []
    for _ in range(count):
        near = ((index - left.argmax(dim=1, keepdim=True).to(focus.dtype)).abs() <= _NEAR).to(focus.dtype)
        mass = left * near
        share = mass.sum(dim=1).clamp_min(_LEAST)
        rows.append((mass * (index + 0.5)).sum(dim=1) / share * (height / focus.shape[1]) - 0.5)
        shares.append(share)
        left = left * (1 - near)
    found = torch.stack(shares, dim=1)
    return torch.stack(rows, dim=1), found / found.sum(dim=1, keepdim=True)


def with_nowhere(shares: Float[Tensor, "n k"], nowhere: Float[Tensor, " n"]) -> Float[Tensor, "n k_and_nowhere"]:
    """Return the shares of places and, last, of nowhere, in sum 1."""
    return torch.cat([shares * (1 - nowhere[:, None]), nowhere[:, None]], dim=1)


class Located(NamedTuple):
    """Where on m films the fracture may be: rows of the strip, the likeliest first, the share of each, overviews, and
    how likely nothing is broken.
    """

    rows: Float[Tensor, "m k"]
    shares: Float[Tensor, "m k"]
    overview: Float[Tensor, "m c"]
    nowhere: Float[Tensor, " m"]


def locate(finder: Finder, strips: UInt8[Tensor, "m 1 h w"], *, places: int = 1, batch: int = 64) -> Located:
    """Return the likeliest places of the fracture on every strip, and the strip's overview."""
    finder.eval()
    parts = []
    with torch.inference_mode():
        for part in strips.split(batch):
            found = every_way(finder, part.float() / 255)
            parts.append((*places_of(found.focus, strips.shape[2], places), found.overview, found.nowhere))
    return Located(*(torch.cat(each).clone() for each in zip(*parts, strict=True)))


@dataclass(frozen=True)
class FinderData:
    """Strips with what is known of them: `boxes` are the fracture's first and last row as shares, NaN where unknown;
    `lateral` is 1 for a lateral view, 0 for AP; `intact` says where nothing is broken.
    """

    strips: UInt8[Tensor, "m 1 h w"]
    boxes: Float32[np.ndarray, "m 2"]
    lateral: Float32[np.ndarray, " m"]
    intact: Bool[np.ndarray, " m"]


def fit_finder(
    finder: Finder,
    data: FinderData,
    *,
    training: Int64[np.ndarray, " a"],
    validation: Int64[np.ndarray, " b"],
    settings: TrainSettings,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Epoch, ...]:
    """Train the finder on strips; one of which it is not known whether and where it is broken teaches the view only."""
    boxes, lateral, intact = (torch.from_numpy(known) for known in (data.boxes, data.lateral, data.intact))

    def loss(rows: Int64[np.ndarray, " n"], random: torch.Generator | None) -> Float[Tensor, " n"]:
        chosen = torch.from_numpy(rows)
        strips, where = halved(data.strips[chosen].float() / 255), boxes[chosen]
        if random is not None:
            strips, where = _moved(strips, where, random)
        with autocast(settings.precision):
            found = finder.of_halves(strips)
        view = F.binary_cross_entropy_with_logits(found.lateral.float(), lateral[chosen], reduction="none")
        return view + focus_loss(found.focus.float(), where, intact[chosen])

    name = fingerprint(
        {**asdict(settings), "network": repr(finder)},
        training,
        validation,
        data.boxes,
        data.lateral,
        data.intact,
        data.strips,
        *finder.state_dict().values(),
    )
    weights = torch.ones(len(training))
    return train(finder, loss, Run(training, validation, weights, settings, name, checkpoint, progress))


def focus_loss(
    focus: Float[Tensor, "n rows"], boxes: Float[Tensor, "n 2"], intact: Bool[Tensor, " n"]
) -> Float[Tensor, " n"]:
    """Return -log of the focus that lies on rows which the box touches, or nowhere on an intact bone; 0 of others.

    So open growth plates, joints and glare, which intact legs show too, are not taken for fractures.
    """
    count = focus.shape[1]
    edges = torch.arange(count + 1) / count
    touched = (edges[1:] > boxes[:, :1]) & (edges[:-1] < boxes[:, 1:])
    known = touched[:, _BEYOND:-_BEYOND].any(dim=1)
    shares = _shares(focus)
    on_box = shares[:, :-1].masked_fill(~touched, _NEVER).logsumexp(dim=1).clamp_min(_LEAST_LIKELY)
    return torch.where(known, -on_box, torch.where(intact, -shares[:, -1], torch.zeros(len(focus))))


def _moved(
    strips: Float[Tensor, "n 1 h w"], boxes: Float[Tensor, "n 2"], random: torch.Generator
) -> tuple[Float[Tensor, "n 1 h w"], Float[Tensor, "n 2"]]:
    """Mirror, turn upside down, zoom, shear and shift strips, change their exposure; the boxes follow."""
    n = len(strips)

    def within(bound: float) -> Tensor:
        return (torch.rand(n, generator=random) * 2 - 1) * bound

    zoom, flip, shear = 1 + within(0.2), torch.where(within(1.0) < 0, -1.0, 1.0), within(0.1)
    over = torch.where(within(1.0) < -0.8, -1.0, 1.0)
    right, down = within(0.15), within(0.08)
    matrix = torch.stack(
        [torch.stack([zoom * flip, shear, right], 1), torch.stack([right * 0, zoom * over, down], 1)], 1
    )
    grid = F.affine_grid(matrix, list(strips.shape), align_corners=False)
    moved = F.grid_sample(strips, grid, align_corners=False, padding_mode="border").clamp(0, 1)
    ends = ((boxes * 2 - 1 - down[:, None]) / (zoom * over)[:, None] + 1) / 2
    return moved ** torch.exp(within(0.4))[:, None, None, None], ends.sort(dim=1).values
