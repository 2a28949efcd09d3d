"""The training loop: one that can be read, killed and resumed to the same end.

Every epoch draws all its randomness from (seed, epoch), and the state after each epoch is on disk before the next
begins; so a run that was killed and resumed ends with the same weights.
"""

import copy
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from radunion.training.examples import ABSENT, Examples
from radunion.training.likelihood import scorability_loss, set_likelihood
from radunion.training.network import PairNetwork, Prediction
from radunion.training.settings import TrainSettings

Epoch = dict[str, float]
Augment = Callable[[Tensor, torch.Generator], Tensor]
_SCORABLE_SHARE, _VIEW_SHARE = 0.3, 0.3  # how much the two side targets count beside the levels


@dataclass(frozen=True)
class Films:
    """The films' tensors: prepared pictures (m, 1, h, w), or cached features with every flip (m, flips, c)."""

    values: Tensor
    augment: Augment

    def take(self, rows: Int64[Tensor, " n"], random: torch.Generator | None) -> Tensor:
        """Return films by row (zeros where absent); augmented when `random` is given, else as they are."""
        chosen = self.values[rows.clamp_min(0)].float()
        drawn = self.augment(chosen, random) if random is not None else _plain(chosen)
        here = (rows != ABSENT).view(-1, *[1] * (drawn.ndim - 1))
        return drawn * here


@dataclass(frozen=True)
class Fitted:
    """The best network by validation loss, and every epoch's losses."""

    network: PairNetwork
    history: tuple[Epoch, ...]
    best_epoch: int


def choose_flip(features: Tensor, random: torch.Generator) -> Tensor:
    """Draw one of the cached flips of each film."""
    flips = torch.randint(features.shape[1], (len(features),), generator=random)
    return features[torch.arange(len(features)), flips]


def fit(
    network: PairNetwork,
    examples: Examples,
    films: Films,
    *,
    training: Int64[np.ndarray, " a"],
    validation: Int64[np.ndarray, " b"],
    settings: TrainSettings,
    checkpoint: Path | None = None,
    progress: Callable[[Epoch], None] | None = None,
) -> Fitted:
    """Train until validation stops improving; rows index `examples`. Resumes from `checkpoint` when it is there."""
    state = _State(network, settings, _fingerprint(examples, training, validation, settings, films))
    state.load(checkpoint)
    weights = _balance(examples, training, settings.balance)
    while state.epoch < settings.epochs and state.waited < settings.patience:
        train_loss = _train_epoch(state, examples, films, training, weights, settings)
        validation_loss = _mean_loss(network, examples, films, validation, settings)
        epoch: Epoch = {"epoch": state.epoch + 1, "train_loss": train_loss, "validation_loss": validation_loss}
        state.step(epoch, validation_loss)
        state.save(checkpoint)
        if progress is not None:
            progress(epoch)
    network.load_state_dict(state.best)
    return Fitted(network.eval(), tuple(state.history), state.best_epoch)


def predict(
    network: PairNetwork, films: Films, pairs: Int64[np.ndarray, "n 2"], *, batch: int = 64
) -> list[Prediction]:
    """Return predictions of film pairs, batch by batch, without augmentation."""
    network.eval()
    with torch.inference_mode():
        return [_forward(network, films, pairs[start : start + batch], None) for start in range(0, len(pairs), batch)]


def _train_epoch(
    state: "_State",
    examples: Examples,
    films: Films,
    rows: np.ndarray,
    weights: Float[Tensor, " a"],
    settings: TrainSettings,
) -> float:
    seed = settings.seed * 100_003 + state.epoch
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(rows), generator=random)
    batches = [part for part in order.split(settings.batch) if len(part) > 1]
    state.network.train()
    total = 0.0
    for number, part in enumerate(batches):
        for group in state.optimizer.param_groups:
            group["lr"] = settings.learning_rate * _schedule((state.epoch + number / len(batches)) / settings.epochs)
        state.optimizer.zero_grad()
        loss = _loss(state.network, examples, films, rows[part.numpy()], random, settings)
        weighted = (loss * weights[part]).mean()
        weighted.backward()
        torch.nn.utils.clip_grad_norm_(state.network.parameters(), 5.0)
        state.optimizer.step()
        total += float(loss.detach().sum())
    return total / max(sum(len(part) for part in batches), 1)


def _mean_loss(
    network: PairNetwork, examples: Examples, films: Films, rows: np.ndarray, settings: TrainSettings
) -> float:
    network.eval()
    with torch.inference_mode():
        parts = [
            _loss(network, examples, films, rows[start : start + 64], None, settings)
            for start in range(0, len(rows), 64)
        ]
    return float(torch.cat(parts).mean())


def _loss(
    network: PairNetwork,
    examples: Examples,
    films: Films,
    rows: np.ndarray,
    random: torch.Generator | None,
    settings: TrainSettings,
) -> Float[Tensor, " n"]:
    pairs = examples.films[rows]
    if random is not None:
        pairs = _drop_films(pairs, settings.film_dropout, random)
    with torch.autocast("cpu", torch.bfloat16, enabled=settings.precision == "bfloat16"):
        said = _forward(network, films, pairs, random)
    said = Prediction(*(part.float() for part in said))
    loss = set_likelihood(said.weights, said.levels, torch.from_numpy(examples.allowed[rows]))
    loss = loss + _SCORABLE_SHARE * scorability_loss(said.scorable, torch.from_numpy(examples.scorable[rows]))
    present = torch.from_numpy(pairs != ABSENT)
    views = torch.tensor([0.0, 1.0]).expand_as(said.lateral)
    view_loss = F.binary_cross_entropy_with_logits(said.lateral, views, reduction="none")
    return loss + _VIEW_SHARE * (view_loss * present).sum(dim=1)


def _forward(
    network: PairNetwork, films: Films, pairs: Int64[np.ndarray, "n 2"], random: torch.Generator | None
) -> Prediction:
    rows = torch.from_numpy(pairs)
    prediction: Prediction = network(
        films.take(rows[:, 0], random), films.take(rows[:, 1], random), (rows != ABSENT).float()
    )
    return prediction


def _drop_films(pairs: np.ndarray, share: float, random: torch.Generator) -> Int64[np.ndarray, "n 2"]:
    """Hide one film of some pairs, so that the network learns to work with the other alone."""
    dropped = pairs.copy()
    hide = (torch.rand(len(pairs), generator=random) < share).numpy() & (pairs != ABSENT).all(axis=1)
    which = torch.randint(2, (len(pairs),), generator=random).numpy()
    dropped[hide, which[hide]] = ABSENT
    return dropped


def _plain(chosen: Tensor) -> Tensor:
    return chosen[:, 0] if chosen.ndim == 3 else chosen


def _schedule(share: float) -> float:
    """Warm up over the first tenth, then fall along a cosine."""
    return min(share / 0.1 + 0.02, 1.0) * 0.5 * (1 + float(np.cos(np.pi * min(share, 1.0)))) + 0.005


def _balance(examples: Examples, rows: np.ndarray, power: float) -> Float[Tensor, " a"]:
    """Return label weights with mean 1: the inverse frequency of each label's mean level, to a power."""
    levels = (examples.allowed[rows] * np.arange(1, 5)).sum(axis=2) / examples.allowed[rows].sum(axis=2)
    middle = np.round(levels.mean(axis=1)).astype(int)
    share = np.bincount(middle, minlength=5)[middle] / len(rows)
    weights = share**-power
    return torch.from_numpy((weights / weights.mean()).astype(np.float32))


def _fingerprint(
    examples: Examples, training: np.ndarray, validation: np.ndarray, settings: TrainSettings, films: Films
) -> str:
    """Name a run by everything that decides its result, so that another run's checkpoint is never resumed."""
    content = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode())
    for part in (examples.films, examples.allowed, examples.scorable, training, validation):
        content.update(np.ascontiguousarray(part).tobytes())
    content.update(str(tuple(films.values.shape)).encode())
    content.update(films.values.flatten()[::997].float().numpy().tobytes())
    return content.hexdigest()


class _State:
    """Everything that a resumed run needs, in one file."""

    def __init__(self, network: PairNetwork, settings: TrainSettings, run: str) -> None:
        self.network = network
        self.run = run
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.history: list[Epoch] = []
        self.best = copy.deepcopy(network.state_dict())
        self.best_loss, self.best_epoch = float("inf"), 0

    @property
    def epoch(self) -> int:
        return len(self.history)

    @property
    def waited(self) -> int:
        return self.epoch - self.best_epoch

    def step(self, epoch: Epoch, loss: float) -> None:
        self.history.append(epoch)
        if loss < self.best_loss:
            self.best_loss, self.best_epoch = loss, self.epoch
            self.best = copy.deepcopy(self.network.state_dict())

    def save(self, path: Path | None) -> None:
        if path is None:
            return
        content: dict[str, Any] = {
            "run": self.run,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "history": self.history,
            "best": self.best,
            "best_loss": self.best_loss,
            "best_epoch": self.best_epoch,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        torch.save(content, temporary)
        temporary.replace(path)

    def load(self, path: Path | None) -> None:
        if path is None or not path.exists():
            return
        content = torch.load(path, weights_only=True)
        if content["run"] != self.run:
            return
        self.network.load_state_dict(content["network"])
        self.optimizer.load_state_dict(content["optimizer"])
        self.history, self.best = content["history"], content["best"]
        self.best_loss, self.best_epoch = content["best_loss"], content["best_epoch"]
