"""The state of a tuning: what learns, its optimiser, the best so far; rank zero writes it, all resume from it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from radunion.training.checkpoint import load_checkpoint, save_checkpoint
from radunion.training.loop import Epoch
from radunion.training.tuned.job import Job
from radunion.training.tuned.network import TunedLoss

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def learning_tensors(module: TunedLoss) -> dict[str, Tensor]:
    """Return copies of the parameters that learn; what lies below them is where it was."""
    return {
        name: parameter.detach().cpu().clone()
        for name, parameter in module.named_parameters()
        if parameter.requires_grad
    }


@torch.no_grad()
def put_back(module: TunedLoss, tensors: Mapping[str, Tensor]) -> None:
    """Give the parameters that learn the values that `learning_tensors` returned."""
    parameters = dict(module.named_parameters())
    for name, tensor in tensors.items():
        parameters[name].copy_(tensor)


class TuningState:
    """Everything that a resumed run needs; `optimiser` is the bare one, whose state every process has."""

    def __init__(self, fabric: "Fabric", job: Job, module: TunedLoss, optimiser: torch.optim.Optimizer) -> None:
        self.fabric = fabric
        self.job = job
        self.module = module
        self.optimiser = optimiser
        self.history: list[Epoch] = []
        self.best = learning_tensors(module)
        self.best_loss, self.best_epoch = float("inf"), 0

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.history)

    @property
    def waited(self) -> int:
        """How many epochs ago the best was."""
        return self.epoch - self.best_epoch

    def start(self, validation_loss: float) -> None:
        """Note how good the start is: tuning must better it, or the start is what is kept."""
        self.best_loss = validation_loss
        self._save()

    def step(self, epoch: Epoch) -> None:
        """Note an epoch, and write the state."""
        self.history.append(epoch)
        if epoch["validation_loss"] < self.best_loss:
            self.best_loss, self.best_epoch = epoch["validation_loss"], self.epoch
            self.best = learning_tensors(self.module)
        self._save()

    def resume(self) -> bool:
        """Go on from the state on disk as rank zero finds it; return whether there is one."""
        found = load_checkpoint(self.job.checkpoint, self.job.name) if self.fabric.is_global_zero else None
        content = self.fabric.broadcast(found) if self.fabric.world_size > 1 else found
        if content is None:
            return False
        put_back(self.module, content["learning"])
        self.optimiser.load_state_dict(content["optimiser"])
        self.fabric.strategy.precision.load_state_dict(content["precision"])
        self.history, self.best = content["history"], content["best"]
        self.best_loss, self.best_epoch = content["best_loss"], content["best_epoch"]
        if self.fabric.world_size > 1:  # another machine may have written less, and what it ends with is read there
            self._save()
        return True

    def content(self) -> dict[str, Any]:
        """Return the state, on the processor and of plain tensors and numbers."""
        return {
            "learning": learning_tensors(self.module),
            "optimiser": _on_processor(self.optimiser.state_dict()),
            "precision": self.fabric.strategy.precision.state_dict(),
            "history": self.history,
            "best": self.best,
            "best_loss": self.best_loss,
            "best_epoch": self.best_epoch,
        }

    def _save(self) -> None:
        if self.fabric.local_rank == 0:  # rank zero of every machine: what it ends with is read there
            save_checkpoint(self.job.checkpoint, self.job.name, self.content())
        self.fabric.barrier()


def _on_processor(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().cpu()
    if isinstance(value, dict):
        return {name: _on_processor(one) for name, one in value.items()}
    return [_on_processor(one) for one in value] if isinstance(value, list) else value
