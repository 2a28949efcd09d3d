"""The random draws of many heads: which film and which sight comes when, and which units a step leaves out.

They are those of `train_films`: each epoch starts one generator for order and sights, and torch's own for dropout, from
the settings' seed and the epoch's number. Heads that draw alike share their noise, so that it is drawn once.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from radunion.training.films.settings import FilmSettings

_LEVELS = 1 << 16
"""How finely the cheap noise knows its rate."""


def epoch_seed(settings: FilmSettings, number: int) -> int:
    """Return where the random numbers of an epoch, counted from zero, begin."""
    return settings.seed * 100_003 + number


def drawn_rows(
    settings: FilmSettings, learned: Int64[np.ndarray, " a"], *, sights: int, number: int
) -> Int64[Tensor, " r"]:
    """Return an epoch's rows in the order in which they are learned; row r is sight r % `sights` of film r // `sights`.

    `eightfold` learns every sight of a film in each epoch, the others one that is drawn.
    """
    random = torch.Generator().manual_seed(epoch_seed(settings, number))
    rows = torch.from_numpy(learned)
    if settings.augmentation == "eightfold":
        rows = (rows[:, None] * sights + torch.arange(sights)).flatten()
        return rows[torch.randperm(len(rows), generator=random)]
    films = rows[torch.randperm(len(rows), generator=random)]
    drawn = [torch.randint(sights, (len(part),), generator=random) for part in films.split(settings.batch)]
    return films * sights + torch.cat(drawn)


@dataclass(frozen=True)
class Noise:
    """What dropout multiplies hidden units by, zero or `scale`: the rate, the number format, and how it is drawn.

    Exact noise is torch's own. Quick noise compares 16 bits of a generator of its own with the rate, which is rounded
    so that `scale` is a bfloat16 number and its mean stays one: the rate moves by less than 0.004.
    """

    dropout: float
    dtype: torch.dtype
    device: str
    quick: bool

    @property
    def scale(self) -> float:
        """What kept units are multiplied by."""
        exact = 1 / (1 - self.dropout)
        return float(torch.tensor(exact, dtype=torch.bfloat16)) if self.quick else exact


class NoiseTape:
    """The noise of one epoch's steps, layer by layer, drawn when a step is first asked for and kept for other heads."""

    def __init__(self, noise: Noise, seed: int, *, rows: int, batch: int, widths: Sequence[int]) -> None:
        self._noise = noise
        self._widths = widths
        self._left = [min(batch, rows - start) for start in range(0, rows, batch)][::-1]
        self._steps: list[list[Tensor]] = []
        self._exact = torch.Generator().manual_seed(seed)
        self._quick = np.random.SFC64(seed)
        self._lock = threading.Lock()

    @property
    def scale(self) -> float:
        """What kept units are multiplied by."""
        return self._noise.scale

    def step(self, number: int) -> list[Tensor]:
        """Return the noise of a step: one tensor (rows of the step, width) a hidden layer."""
        with self._lock:
            while len(self._steps) <= number:
                rows = self._left.pop()
                self._steps.append([self._draw(rows, width).to(self._noise.device) for width in self._widths])
        return self._steps[number]

    def _draw(self, rows: int, width: int) -> Tensor:
        noise = torch.empty(rows, width, dtype=self._noise.dtype)
        if not self._noise.quick:
            return noise.bernoulli_(1 - self._noise.dropout, generator=self._exact).div_(1 - self._noise.dropout)
        if self._noise.scale == 1:  # a rate so low that it rounds to none
            return noise.fill_(1)
        bits = self._quick.random_raw(-(-noise.numel() // 4)).view(np.int16)[: noise.numel()]
        below = round(_LEVELS / self._noise.scale) - _LEVELS // 2
        kept = torch.lt(torch.from_numpy(bits).view(rows, width), below, out=noise)
        return kept.mul_(self._noise.scale)


class NoiseTapes:
    """The tapes of one epoch; heads of equal seed, rate, batch, number of rows and widths share one."""

    def __init__(self, number: int, *, dtype: torch.dtype, device: str, quick: bool) -> None:
        self._number = number
        self._dtype, self._device, self._quick = dtype, device, quick
        self._tapes: dict[tuple[object, ...], NoiseTape] = {}
        self._lock = threading.Lock()

    def of(self, settings: FilmSettings, *, rows: int, widths: Sequence[int]) -> NoiseTape | None:
        """Return the tape of a head, nothing where it drops nothing."""
        if not settings.dropout or not widths:
            return None
        key = (settings.seed, settings.dropout, settings.batch, rows, tuple(widths))
        with self._lock:
            if key not in self._tapes:
                noise = Noise(settings.dropout, self._dtype, self._device, self._quick)
                seed = epoch_seed(settings, self._number)
                self._tapes[key] = NoiseTape(noise, seed, rows=rows, batch=settings.batch, widths=widths)
            return self._tapes[key]
