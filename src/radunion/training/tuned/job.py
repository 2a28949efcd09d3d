"""What one tuning needs, plain enough to be sent to another process, and what each epoch of it draws."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int64
from torch import Tensor

from radunion.features import BackboneSpec, load_backbone
from radunion.training.fit import drop_films
from radunion.training.network import HeadShape, PairHead
from radunion.training.tuned.augmentation import Changes, draw_changes
from radunion.training.tuned.network import TunedEncoder, TunedLoss
from radunion.training.tuned.settings import TunedSettings


@dataclass(frozen=True, kw_only=True)
class Job:
    """Where tuning starts (`tensors`), from which films and labels, and where its state is kept.

    `glimpses` have the margin that augmentation needs; row i of `films` holds those (AP, lateral) of label i, and
    `training` and `validation` are rows of it. `name` stands for everything that decides the result.
    """

    spec: BackboneSpec
    shape: HeadShape
    tensors: dict[str, Tensor]
    settings: TunedSettings
    glimpses: Float[Tensor, "m 1 tall w"]
    films: Int64[np.ndarray, "n 2"]
    allowed: Bool[np.ndarray, "n 4 4"]
    scorable: Float32[np.ndarray, "n 4"]
    training: Int64[np.ndarray, " a"]
    validation: Int64[np.ndarray, " b"]
    name: str
    checkpoint: Path | None = None


@dataclass(frozen=True)
class Drawn:
    """One epoch, decided before it begins and the same on every device: rows in order, their films, their changes.

    `changes` hold two films a row, AP and lateral by turns; None changes nothing.
    """

    rows: Int64[np.ndarray, " a"]
    pairs: Int64[np.ndarray, "a 2"]
    changes: Changes | None


def drawn(job: Job, epoch: int) -> Drawn:
    """Draw an epoch from seed and number alone."""
    settings = job.settings
    random = torch.Generator().manual_seed(settings.seed * 100_003 + epoch)
    rows = job.training[torch.randperm(len(job.training), generator=random).numpy()]
    pairs = drop_films(job.films[rows], settings.film_dropout, random)
    return Drawn(rows, pairs, draw_changes(2 * len(rows), random) if settings.augment == "film" else None)


def module_of(job: Job) -> TunedLoss:
    """Build the network of a job, with the weights that it starts from."""
    backbone = load_backbone(replace(job.spec, weights="none"))
    module = TunedLoss(TunedEncoder(backbone, job.settings.unfreeze_from), PairHead(job.shape))
    module.load_state_dict(job.tensors)
    return module
