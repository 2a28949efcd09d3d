"""Train the gate."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from radunion.training.leg_gate.augment import augmented
from radunion.training.leg_gate.films import Thumbnails, Told
from radunion.training.leg_gate.network import LegGate

SHARES: Mapping[str, float] = {"leg": 0.3, "simulated": 0.15, "arm": 0.3, "torso": 0.12, "picture": 0.13}
"""How much of a batch is of each kind; arms, which are most like legs, are as many as made-up legs."""
LEGS = frozenset({"leg", "simulated"})
_INVERTED = 0.06
"""Of all films so many are turned to negatives, and are then to be refused."""
_MEMORY = 0.998
"""The network that is kept is the mean of the last steps': single ones differ much in what they make of real films."""
_SOFT = 0.02
"""Labels keep this far from certain."""


@dataclass(frozen=True, kw_only=True)
class GateTraining:
    """How the gate is trained."""

    steps: int = 2500
    batch: int = 48
    rate: float = 3e-3
    seed: int = 0


def learn_gate(films: Mapping[str, Thumbnails], settings: GateTraining, *, tell: Told) -> LegGate:
    """Return the trained network; `films` has every kind of `SHARES`."""
    torch.manual_seed(settings.seed)
    random, rows = torch.Generator().manual_seed(settings.seed), np.random.default_rng(settings.seed)
    network = LegGate().train()
    mean = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_MEMORY), use_buffers=True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.rate, total_steps=settings.steps, pct_start=0.15)
    for step in range(settings.steps):
        shown, strange = _batch(films, settings.batch, rows, random)
        loss = F.binary_cross_entropy_with_logits(network(shown), strange * (1 - 2 * _SOFT) + _SOFT)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        mean.update_parameters(network)
        tell("Learning to tell legs", step + 1, settings.steps)
    averaged = LegGate()
    averaged.load_state_dict(mean.module.state_dict())
    return averaged.eval()


def _batch(
    films: Mapping[str, Thumbnails], size: int, rows: np.random.Generator, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw films by kind, change them, and turn a few to negatives; return them and whether each is to be refused."""
    kinds = rows.choice(list(SHARES), size, p=list(SHARES.values()))
    drawn = np.stack([films[kind][rows.integers(len(films[kind]))] for kind in kinds])
    strange = torch.tensor([float(kind not in LEGS) for kind in kinds])
    shown = augmented(torch.from_numpy(drawn)[:, None].float() / 255, random)
    negative = torch.rand(size, generator=random) < _INVERTED
    shown = torch.where(negative.view(-1, 1, 1, 1), 1 - shown, shown)
    return shown, torch.where(negative, torch.ones_like(strange), strange)
