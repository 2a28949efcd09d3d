"""An examination's place in a step, and which device takes it: together they take the step of one device."""

from dataclasses import dataclass

import torch
from jaxtyping import Int64
from torch import Tensor


@dataclass(frozen=True)
class Share:
    """One device's part of a step: places in the epoch, and what each one's loss is multiplied with.

    Gradients are averaged over devices, so the weight is their number through the examinations of the whole step. A
    device for which none is left takes the first with weight 0, since all must take part where gradients are averaged.
    """

    places: Int64[Tensor, " p"]
    weight: float

    @property
    def counted(self) -> int:
        """How many of the places are this device's own."""
        return len(self.places) if self.weight else 0


def steps_of(count: int, batch: int) -> tuple[Int64[Tensor, " b"], ...]:
    """Return the places of each step of an epoch; the last may be short, and no examination comes twice."""
    return torch.arange(count).split(batch)


def share_of(step: Int64[Tensor, " b"], *, rank: int, devices: int) -> Share:
    """Return a device's part of a step."""
    own = step[rank::devices]
    return Share(own, devices / len(step)) if len(own) else Share(step[:1], 0.0)
