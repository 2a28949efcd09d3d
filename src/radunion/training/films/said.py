"""What networks of single films say, and how the films of an examination are put together."""

import numpy as np
from jaxtyping import Float32, Int64

from radunion.joint import JointLevels
from radunion.training.classical.said import FilmSaid
from radunion.training.examples import ABSENT
from radunion.training.films.settings import Outputs
from radunion.training.films.targets import SHOWN, VIEWS

_TINY = 1e-6


def said_of(sigmoids: Float32[np.ndarray, "m t"], outputs: Outputs) -> FilmSaid:
    """Read the outputs of films as distributions.

    Sigmoids of one cortex need not sum to one, so they are divided by their sum. The seed's columns were taught zeros
    where nothing was scored, so that their sum is also its probability that the cortex is scored; `examination` was
    taught nothing of it.
    """
    levels = sigmoids[:, VIEWS:] if outputs == "seed18" else sigmoids
    raw = np.maximum(levels.reshape(len(sigmoids), 4, 4), _TINY)
    total = raw.sum(axis=2, keepdims=True)
    if outputs == "seed18":
        views = np.maximum(sigmoids[:, :VIEWS], _TINY)
        return FilmSaid(raw / total, np.minimum(total[:, :, 0], 1), views[:, 1] / views.sum(axis=1))
    unknown = np.ones((len(raw), 4), dtype=np.float32)
    return FilmSaid(raw / total, unknown, np.full(len(raw), 0.5, dtype=np.float32))


def joint_of(said: FilmSaid, pairs: Int64[np.ndarray, "n 2"], *, averaged: bool) -> JointLevels:
    """Put the films of examinations together; such networks have no joint, so the four cortices are independent.

    Each cortex is read from the film that shows it, or from the mean of the films where `averaged`. A cortex of an
    absent film is told nothing of: all levels alike.
    """
    count = len(pairs)
    share = np.zeros((count, 2, 4), dtype=np.float32)
    for film in (0, 1):
        here = (pairs[:, film] != ABSENT)[:, None]
        share[:, film] = here * (np.ones(4) if averaged else np.array(SHOWN[film == 1]))
    total = share.sum(axis=1)
    share = share / np.maximum(total, 1)[:, None]
    levels = np.einsum("nfc,nfcl->ncl", share, said.levels[pairs])
    scorable = np.einsum("nfc,nfc->nc", share, said.scorable[pairs])
    unseen = total == 0
    levels = np.where(unseen[:, :, None], np.float32(0.25), levels)
    scorable = np.where(unseen, np.float32(0.5), scorable)
    return JointLevels(np.ones((count, 1), dtype=np.float32), levels[:, None].astype(np.float32), scorable)
