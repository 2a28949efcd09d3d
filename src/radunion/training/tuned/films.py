"""The films of a job on a device: their pixels, or what the part that never changes made of them."""

import math

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from radunion.training.examples import ABSENT
from radunion.training.glimpse import centre
from radunion.training.tuned.augmentation import Changes, changed
from radunion.training.tuned.job import Job
from radunion.training.tuned.network import TunedEncoder

KEPT_BYTES = 2**31
"""Activations are kept where they take less memory than this; else they are computed again in every epoch."""
_BATCH = 32


class TuningFilms:
    """Films as the network takes them; `started` says that they are the lower part's activations, not pixels.

    Activations can be kept where no film is changed: then the lower part says the same in every epoch.
    """

    def __init__(self, job: Job, encoder: TunedEncoder, device: torch.device) -> None:
        glimpses = job.glimpses.to(device)
        self.started = job.settings.augment == "none" and encoder.parted and _bytes(job, encoder, device) < KEPT_BYTES
        if self.started:
            parts = [encoder.start(centre(part)) for part in glimpses.split(_BATCH)]
            self.values = torch.cat(parts)
        else:
            self.values = glimpses

    def take(self, pairs: Int64[np.ndarray, "n 2"], changes: Changes | None) -> Float[Tensor, "n 2 *film"]:
        """Return the films of examinations, zeros where there is none; each changed where `changes` are given."""
        rows = torch.from_numpy(pairs).flatten()
        chosen = self.values[rows.clamp_min(0).to(self.values.device)]
        if not self.started:
            chosen = centre(chosen) if changes is None else changed(chosen, changes)
        here = (rows != ABSENT).to(chosen.device).view(-1, *[1] * (chosen.ndim - 1))
        return (chosen * here).unflatten(0, (-1, 2))


def _bytes(job: Job, encoder: TunedEncoder, device: torch.device) -> int:
    """Return how much memory the activations of all films would take."""
    one = encoder.start(centre(job.glimpses[:1].to(device)))
    return len(job.glimpses) * math.prod(one.shape[1:]) * one.element_size()
