"""The loop that tunes: on one device or many, killed and resumed to the same end.

An epoch draws its order and its changes from seed and number alone, and rank zero has the state of the last whole
epoch on disk before the next begins. Devices share out the examinations of each step and take the step that one device
takes of them all, whatever their number, but for rounding and the dropout of the head, whose draws are each device's
own.
"""

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from radunion.errors import TrainingError
from radunion.training.examples import ABSENT
from radunion.training.loop import Epoch, Progress
from radunion.training.tuned.apart import tuned_apart
from radunion.training.tuned.films import TuningFilms
from radunion.training.tuned.job import Drawn, Job, drawn, module_of
from radunion.training.tuned.machine import Machine, fabric_of, starts_processes
from radunion.training.tuned.network import TunedLoss, groups_of
from radunion.training.tuned.share import Share, share_of, steps_of
from radunion.training.tuned.state import TuningState, put_back

if TYPE_CHECKING:
    from lightning_fabric import Fabric

_CLIP = 5.0
_EVALUATION_BATCH = 64


def tune(module: TunedLoss, job: Job, machine: Machine, progress: Progress) -> tuple[Epoch, ...]:
    """Tune `module`, leave the best weights in it, return the history.

    The best may be those that it started from. Raises UsageError for a batch that the devices cannot share and
    TrainingError when the loss diverges, the checkpoint is damaged or a process is killed.
    """
    machine.share(job.settings.batch)
    fabric = fabric_of(machine)
    if starts_processes(machine):
        content = tuned_apart(work, fabric, job, machine, progress)
    else:
        content = fabric.launch(partial(work, job=job, machine=machine, module=module, progress=progress))
        module.cpu()
    put_back(module, content["best"])
    module.eval()
    history: list[Epoch] = content["history"]
    return tuple(history)


def work(
    fabric: "Fabric", *, job: Job, machine: Machine, module: TunedLoss | None, progress: Progress
) -> dict[str, Any]:
    """Do one process's part; return the state that all processes end with."""
    if fabric.world_size > 1:
        # finders of several machines may differ by rounding; the state is kept in a place of each one's own
        job = replace(fabric.broadcast(job), name=job.name, checkpoint=job.checkpoint)
    if module is None:
        module = module_of(job)
    else:
        module.load_state_dict(job.tensors)
    optimiser = torch.optim.AdamW(groups_of(module, job.settings))
    wrapped, stepping = fabric.setup(module, optimiser)
    films = TuningFilms(job, module.encoder, fabric.device)
    one = _Process(fabric, job, machine, module, wrapped, films)
    state = TuningState(fabric, job, module, optimiser)
    if not state.resume():
        state.start(one.watch())
    while state.epoch < job.settings.epochs and state.waited < job.settings.patience:
        train_loss = one.learn(stepping, state.epoch)
        epoch: Epoch = {"epoch": state.epoch + 1.0, "train_loss": train_loss, "validation_loss": one.watch()}
        _must_be_finite(epoch)
        state.step(epoch)
        if fabric.is_global_zero:
            progress(epoch)
    return state.content()


@dataclass(frozen=True)
class _Process:
    """One process of those that learn together: `wrapped` takes the mean of all their gradients."""

    fabric: "Fabric"
    job: Job
    machine: Machine
    module: TunedLoss
    wrapped: Any
    films: TuningFilms

    def learn(self, optimiser: torch.optim.Optimizer, number: int) -> float:
        """Take one epoch's steps; return the mean loss, augmented and with dropout."""
        settings, fabric = self.job.settings, self.fabric
        torch.manual_seed((settings.seed * 100_003 + number) * fabric.world_size + fabric.global_rank)
        epoch = drawn(self.job, number)
        self.module.train()
        total = torch.zeros(2, dtype=torch.float64)
        steps = steps_of(len(epoch.rows), settings.batch)
        for step, places in enumerate(steps):
            done = (number + (step + 1) / len(steps)) / settings.epochs
            for group in optimiser.param_groups:
                group["lr"] = settings.tuning_rate * group["scale"] * schedule(done, settings.warm_up)
            here = share_of(places, rank=fabric.global_rank, devices=fabric.world_size)
            total += self._step(optimiser, epoch, here)
        return self._mean(total)

    def watch(self) -> float:
        """Return the mean loss on patients held out, of films as they are; every device takes its part."""
        rows = self.job.validation[self.fabric.global_rank :: self.fabric.world_size]
        total = torch.zeros(2, dtype=torch.float64)
        self.module.eval()
        with torch.inference_mode(), self.fabric.autocast():
            for start in range(0, len(rows), _EVALUATION_BATCH):
                part = rows[start : start + _EVALUATION_BATCH]
                films = self.films.take(self.job.films[part], None)
                each = self.module(
                    films, *self._labels(part, self.job.films[part]), started=self.films.started, alone=False
                )
                total += torch.tensor([float(each.double().sum()), len(part)], dtype=torch.float64)
        return self._mean(total)

    def _step(self, optimiser: torch.optim.Optimizer, epoch: Drawn, here: Share) -> Tensor:
        """Take one step on one device's share of it, in parts where it does not fit; return loss and count."""
        parts = here.places.split(self.machine.at_once or len(here.places))
        total = 0.0
        optimiser.zero_grad()
        for number, part in enumerate(parts, start=1):
            with self.fabric.no_backward_sync(self.wrapped, enabled=number < len(parts)):
                loss = self._losses(epoch, part).sum()
                self.fabric.backward(loss * here.weight)
            total += float(loss.detach()) if here.counted else 0.0
        # an overflow of 16-mixed is not an error: its step is left out and the scale lowered
        self.fabric.clip_gradients(self.wrapped, optimiser, max_norm=_CLIP, error_if_nonfinite=False)
        optimiser.step()
        return torch.tensor([total, here.counted], dtype=torch.float64)

    def _losses(self, epoch: Drawn, part: Int64[Tensor, " p"]) -> Tensor:
        rows, pairs = epoch.rows[part.numpy()], epoch.pairs[part.numpy()]
        changes = None
        if epoch.changes is not None:
            changes = epoch.changes.of(torch.stack([2 * part, 2 * part + 1], dim=1).flatten())
        films = self.films.take(pairs, changes)
        each: Tensor = self.wrapped(films, *self._labels(rows, pairs), started=self.films.started, alone=True)
        return each

    def _labels(self, rows: Int64[np.ndarray, " n"], pairs: Int64[np.ndarray, "n 2"]) -> tuple[Tensor, Tensor, Tensor]:
        device = self.fabric.device
        present = torch.from_numpy((pairs != ABSENT).astype(np.float32))
        allowed, scorable = torch.from_numpy(self.job.allowed[rows]), torch.from_numpy(self.job.scorable[rows])
        return present.to(device), allowed.to(device), scorable.to(device)

    def _mean(self, total: Tensor) -> float:
        summed = self.fabric.all_reduce(total, reduce_op="sum")
        return float(summed[0] / summed[1])


def schedule(share: float, warm_up: float) -> float:
    """Return the part of the highest rate after a share of all steps: up in a line, then down along a cosine."""
    if share < warm_up:
        return share / warm_up
    return 0.5 * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up)))


def _must_be_finite(epoch: Epoch) -> None:
    if not all(map(math.isfinite, epoch.values())):
        raise TrainingError(
            f"fine-tuning diverged in epoch {epoch['epoch']:.0f}: its loss is not finite; lower tuning_rate"
        )
