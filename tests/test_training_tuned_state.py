"""The state of a tuning: every machine ends with that of rank zero, whatever it had written itself."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tests.test_training_tuned_samples import module_and_job

from radunion.training.checkpoint import load_checkpoint
from radunion.training.tuned.job import Job
from radunion.training.tuned.machine import Machine, fabric_of
from radunion.training.tuned.network import TunedLoss, groups_of
from radunion.training.tuned.state import TuningState


class OfTwo:
    """A process of two machines, as far as a state asks; `held` is what rank zero broadcasts."""

    world_size = 2
    local_rank = 0

    def __init__(self, rank: int, held: dict[str, Any] | None = None) -> None:
        self.is_global_zero = rank == 0
        self.strategy = fabric_of(Machine(accelerator="cpu")).strategy
        self.held = held

    def broadcast(self, found: Any) -> Any:
        return found if self.is_global_zero else self.held

    def barrier(self) -> None:
        pass


def state_of(fabric: OfTwo, module: TunedLoss, job: Job) -> TuningState:
    return TuningState(fabric, job, module, torch.optim.AdamW(groups_of(module, job.settings)))  # type: ignore[arg-type]


def test_a_machine_that_had_written_less_is_left_with_what_rank_zero_had(tmp_path: Path) -> None:
    module, job = module_and_job(checkpoint=tmp_path / "zero.pt")
    first = state_of(OfTwo(0), module, job)
    first.start(2.0)
    first.step({"epoch": 1.0, "train_loss": 2.0, "validation_loss": 1.5})
    held = load_checkpoint(job.checkpoint, job.name)
    other, behind = module_and_job(checkpoint=tmp_path / "one.pt")
    second = state_of(OfTwo(1, held), other, replace(behind, name="of one"))
    assert second.resume()
    written = load_checkpoint(tmp_path / "one.pt", "of one")
    assert written is not None
    assert written["history"] == first.history
    assert (second.best_loss, second.best_epoch, second.waited) == (1.5, 1, 0)


def test_where_rank_zero_has_no_state_nobody_resumes(tmp_path: Path) -> None:
    module, job = module_and_job(checkpoint=tmp_path / "one.pt")
    state = state_of(OfTwo(1, None), module, job)
    state.start(2.0)
    assert not state_of(OfTwo(1, None), module, job).resume()
