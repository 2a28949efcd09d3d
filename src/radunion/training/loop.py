"""The training loop: one that can be read, killed and resumed to the same end.

Every epoch draws all its randomness from (seed, epoch), and the state after each epoch is on disk before the next
begins; so a run that was killed and resumed ends with the same weights.
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from radunion.errors import TrainingError
from radunion.training.checkpoint import load_checkpoint, save_checkpoint
from radunion.training.settings import TrainSettings

Epoch = dict[str, float]
Loss = Callable[[Int64[np.ndarray, " n"], torch.Generator | None], Tensor]
"""From rows to one loss a row; augmented when it gets a generator."""
Progress = Callable[[Epoch], None]

_EVALUATION_BATCH = 64
_CLIP = 5.0


@dataclass(frozen=True)
class Run:
    """What one training needs beside the module: rows, settings, and where its state is kept.

    `name` stands for everything that decides the result, so that another run's checkpoint is never resumed.
    """

    training: Int64[np.ndarray, " a"]
    validation: Int64[np.ndarray, " b"]
    weights: Float[Tensor, " a"]
    settings: TrainSettings
    name: str
    checkpoint: Path | None = None
    progress: Progress | None = None


def train(module: nn.Module, loss: Loss, run: Run) -> tuple[Epoch, ...]:
    """Train until the validation loss stops falling, leave the best weights in `module`, return the history."""
    state = _State(module, run)
    state.load()
    while state.epoch < run.settings.epochs and state.waited < run.settings.patience:
        train_loss = _train_epoch(state, loss, run)
        validation_loss = _mean_loss(module, loss, run.validation)
        epoch: Epoch = {"epoch": state.epoch + 1.0, "train_loss": train_loss, "validation_loss": validation_loss}
        _must_be_finite(epoch)
        state.step(epoch)
        state.save()
        if run.progress is not None:
            run.progress(epoch)
    module.load_state_dict(state.best)
    module.eval()
    return tuple(state.history)


def _must_be_finite(epoch: Epoch) -> None:
    if not all(map(math.isfinite, epoch.values())):
        raise TrainingError(
            f"training diverged in epoch {epoch['epoch']:.0f}: its loss is not finite; lower the learning rate"
        )


def _train_epoch(state: "_State", loss: Loss, run: Run) -> float:
    seed = run.settings.seed * 100_003 + state.epoch
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(run.training), generator=random)
    batches = [part for part in order.split(run.settings.batch) if len(part) > 1]
    state.module.train()
    total = 0.0
    for number, part in enumerate(batches):
        for group in state.optimizer.param_groups:
            share = (state.epoch + number / len(batches)) / run.settings.epochs
            group["lr"] = run.settings.learning_rate * _schedule(share)
        state.optimizer.zero_grad()
        each = loss(run.training[part.numpy()], random)
        (each * run.weights[part]).mean().backward()
        torch.nn.utils.clip_grad_norm_(state.module.parameters(), _CLIP)
        state.optimizer.step()
        total += float(each.detach().sum())
    return total / max(sum(len(part) for part in batches), 1)


def _mean_loss(module: nn.Module, loss: Loss, rows: Int64[np.ndarray, " n"]) -> float:
    module.eval()
    with torch.inference_mode():
        parts = [
            loss(rows[start : start + _EVALUATION_BATCH], None) for start in range(0, len(rows), _EVALUATION_BATCH)
        ]
    return float(torch.cat(parts).mean())


def _schedule(share: float) -> float:
    """Warm up over the first eighth, then fall along a cosine."""
    return min(share / 0.125 + 0.02, 1.0) * 0.5 * (1 + float(np.cos(np.pi * min(share, 1.0)))) + 0.005


class _State:
    """Everything that a resumed run needs, in one file."""

    def __init__(self, module: nn.Module, run: Run) -> None:
        self.module = module
        self.run = run
        self.optimizer = torch.optim.AdamW(
            module.parameters(), lr=run.settings.learning_rate, weight_decay=run.settings.weight_decay
        )
        self.history: list[Epoch] = []
        self.best = copy.deepcopy(module.state_dict())
        self.best_loss, self.best_epoch = float("inf"), 0

    @property
    def epoch(self) -> int:
        return len(self.history)

    @property
    def waited(self) -> int:
        return self.epoch - self.best_epoch

    def step(self, epoch: Epoch) -> None:
        self.history.append(epoch)
        if epoch["validation_loss"] < self.best_loss:
            self.best_loss, self.best_epoch = epoch["validation_loss"], self.epoch
            self.best = copy.deepcopy(self.module.state_dict())

    def save(self) -> None:
        content: dict[str, Any] = {
            "module": self.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "history": self.history,
            "best": self.best,
            "best_loss": self.best_loss,
            "best_epoch": self.best_epoch,
        }
        save_checkpoint(self.run.checkpoint, self.run.name, content)

    def load(self) -> None:
        content = load_checkpoint(self.run.checkpoint, self.run.name)
        if content is None:
            return
        self.module.load_state_dict(content["module"])
        self.optimizer.load_state_dict(content["optimizer"])
        self.history, self.best = content["history"], content["best"]
        self.best_loss, self.best_epoch = content["best_loss"], content["best_epoch"]
