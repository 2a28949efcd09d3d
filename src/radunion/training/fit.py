"""Fit the pair network to labelled examinations."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from radunion import __version__
from radunion.training.examples import ABSENT, Examples
from radunion.training.likelihood import scorability_loss, set_likelihood
from radunion.training.loop import Epoch, Progress, Run, train
from radunion.training.network import PairHead, PairNetwork, Prediction
from radunion.training.precision import autocast
from radunion.training.settings import TrainSettings

_SCORABLE_SHARE = 0.3  # how much scorability counts beside the levels
_ALONE_SHARE = 0.5  # how much each film alone counts beside the pair, in training only


@dataclass(frozen=True)
class Films:
    """The films' tensors (m, …), how one is drawn for training, and how it is seen otherwise."""

    values: Tensor
    augment: Callable[[Tensor, torch.Generator], Tensor]
    plain: Callable[[Tensor], Tensor]

    @property
    def content(self) -> tuple[Tensor, ...]:
        """All that decides what is drawn."""
        return (self.values,)

    def take(self, rows: Int64[Tensor, " n"], random: torch.Generator | None) -> Tensor:
        """Return films by row, zeros where absent; augmented when `random` is given."""
        chosen = self.chosen(rows.clamp_min(0), random)
        drawn = self.plain(chosen) if random is None else self.augment(chosen, random)
        here = (rows != ABSENT).view(-1, *[1] * (drawn.ndim - 1))
        return drawn * here

    def chosen(self, rows: Int64[Tensor, " n"], random: torch.Generator | None) -> Tensor:
        """Return the tensors of films that are there."""
        return self.values[rows]


def fit(
    network: PairNetwork,
    examples: Examples,
    films: Films,
    *,
    training: Int64[np.ndarray, " a"],
    validation: Int64[np.ndarray, " b"],
    settings: TrainSettings,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Epoch, ...]:
    """Train until validation stops improving, keep the best weights; rows index `examples`. Returns the history."""

    def loss(rows: Int64[np.ndarray, " n"], random: torch.Generator | None) -> Float[Tensor, " n"]:
        return _loss(network, examples, films, rows, random, settings)

    name = fingerprint(
        {**asdict(settings), "network": repr(network)},
        examples.films,
        examples.allowed,
        examples.scorable,
        training,
        validation,
        *films.content,
        *network.state_dict().values(),
    )
    weights = _balance(examples, training, settings.balance)
    return train(network, loss, Run(training, validation, weights, settings, name, checkpoint, progress))


def predict(
    network: PairNetwork, films: Films, pairs: Int64[np.ndarray, "n 2"], *, batch: int = 64
) -> list[Prediction]:
    """Return predictions of film pairs, batch by batch, without augmentation."""
    network.eval()
    with torch.inference_mode():
        return [_forward(network, films, pairs[start : start + batch]) for start in range(0, len(pairs), batch)]


def fingerprint(settings: dict[str, object], *parts: np.ndarray | Tensor) -> str:
    """Name a run by everything that decides its result."""
    content = hashlib.sha256(json.dumps({**settings, "radunion": __version__}, sort_keys=True).encode())
    for part in parts:
        array = part.numpy() if isinstance(part, Tensor) else part
        content.update(f"{array.shape} {array.dtype}".encode())
        content.update(np.ascontiguousarray(array).tobytes())
    return content.hexdigest()


def _loss(
    network: PairNetwork,
    examples: Examples,
    films: Films,
    rows: Int64[np.ndarray, " n"],
    random: torch.Generator | None,
    settings: TrainSettings,
) -> Float[Tensor, " n"]:
    pairs = examples.films[rows]
    if random is not None:
        pairs = drop_films(pairs, settings.film_dropout, random)
    rows_of = torch.from_numpy(pairs)
    present = (rows_of != ABSENT).float()
    allowed = torch.from_numpy(examples.allowed[rows])
    with autocast(settings.precision):
        seen = network.look(films.take(rows_of[:, 0], random), films.take(rows_of[:, 1], random))
    scorable = torch.from_numpy(examples.scorable[rows])
    return pair_loss(network.head, seen, present, allowed, scorable, alone=random is not None)


def pair_loss(
    head: PairHead,
    seen: Float[Tensor, "n 2 c"],
    present: Float[Tensor, "n 2"],
    allowed: Bool[Tensor, "n 4 4"],
    scorable: Float[Tensor, "n 4"],
    *,
    alone: bool,
) -> Float[Tensor, " n"]:
    """Return the loss of examinations from the features of their films; with `alone` each film by itself counts too."""
    said: Prediction = head(seen[:, 0], seen[:, 1], present)
    loss = set_likelihood(said.weights, said.levels, allowed)
    loss = loss + _SCORABLE_SHARE * scorability_loss(said.scorable, scorable)
    return loss + _ALONE_SHARE * _alone_loss(head, seen, present, allowed) if alone else loss


def _alone_loss(
    head: PairHead, seen: Float[Tensor, "n 2 c"], present: Float[Tensor, "n 2"], allowed: Bool[Tensor, "n 4 4"]
) -> Float[Tensor, " n"]:
    """Return the likelihood loss of each film by itself.

    The mixture of the pair explains much before the encoder has learned anything, and then teaches it little; without
    this term some seeds stay on that plateau.
    """
    certain = seen.new_ones(len(seen), 1)
    each = [set_likelihood(certain, head.of_one_film(seen[:, film]), allowed) for film in (0, 1)]
    return (torch.stack(each, dim=1) * present).sum(dim=1)


def _forward(network: PairNetwork, films: Films, pairs: Int64[np.ndarray, "n 2"]) -> Prediction:
    rows = torch.from_numpy(pairs)
    prediction: Prediction = network(
        films.take(rows[:, 0], None), films.take(rows[:, 1], None), (rows != ABSENT).float()
    )
    return prediction


def drop_films(pairs: np.ndarray, share: float, random: torch.Generator) -> Int64[np.ndarray, "n 2"]:
    """Hide one film of some pairs, so that the network learns to work with the other alone."""
    dropped = pairs.copy()
    hide = (torch.rand(len(pairs), generator=random) < share).numpy() & (pairs != ABSENT).all(axis=1)
    which = torch.randint(2, (len(pairs),), generator=random).numpy()
    dropped[hide, which[hide]] = ABSENT
    return dropped


def _balance(examples: Examples, rows: Int64[np.ndarray, " a"], power: float) -> Float[Tensor, " a"]:
    """Return label weights with mean 1: the inverse frequency of each label's mean level, to a power."""
    levels = (examples.allowed[rows] * np.arange(1, 5)).sum(axis=2) / examples.allowed[rows].sum(axis=2)
    middle = np.round(levels.mean(axis=1)).astype(int)
    share = np.bincount(middle, minlength=5)[middle] / len(rows)
    weights = share**-power
    return torch.from_numpy((weights / weights.mean()).astype(np.float32))
