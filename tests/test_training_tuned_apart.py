"""Tuning in several processes: they end where one does, and what stops them is told in its own words."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.test_training_tuned_loop import CPU, untold
from tests.test_training_tuned_samples import module_and_job
from torch.multiprocessing.spawn import ProcessExitedException, ProcessRaisedException

from radunion.errors import TrainingError
from radunion.training.loop import Epoch
from radunion.training.tuned import loop
from radunion.training.tuned.job import Job
from radunion.training.tuned.loop import tune
from radunion.training.tuned.machine import Machine, fabric_of
from radunion.training.tuned.network import TunedLoss

TWO = replace(CPU, devices=2)
COUNTS = ((17, None), (19, 1), (15, 3))
"""Examinations that learn and how many at once, in steps of 8: the last has 1, 3 or 7 of them for two devices."""


class Launcher:
    """Starts no processes: runs a part in this one, and lets an error through as torch does from another."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def launch(self, part: Callable[[Any], None]) -> None:
        if self.error is not None:
            raise self.error
        try:
            fabric_of(CPU).launch(part)
        except Exception as error:
            raise ProcessRaisedException(f"-- Process 0 terminated: {error!r}", 0, 1) from None


def launch_with(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "fabric_of", lambda machine: launcher)


def of_count(job: Job, count: int) -> Job:
    """Return a job in which so many examinations learn."""
    return replace(job, training=np.arange(count), validation=np.arange(count, len(job.films)))


def test_what_a_process_ends_with_and_tells_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, job = module_and_job()
    alone = tune(wanted, job, CPU, untold)
    launch_with(Launcher(), monkeypatch)
    module, job = module_and_job()
    told: list[Epoch] = []
    assert tune(module, job, TWO, told.append) == alone
    assert tuple(told) == alone
    assert all(torch.equal(one, wanted.state_dict()[name]) for name, one in module.state_dict().items())


def test_a_divergence_in_a_process_is_the_same_error_as_in_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    launch_with(Launcher(), monkeypatch)
    module, job = module_and_job()
    job.glimpses[:] = float("nan")
    with pytest.raises(TrainingError, match=r"^fine-tuning diverged in epoch 1: .* lower tuning_rate$"):
        tune(module, job, TWO, untold)


def test_another_error_of_a_process_keeps_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    launch_with(Launcher(ProcessRaisedException("-- Process 1: ValueError: no such thing", 1, 1)), monkeypatch)
    module, job = module_and_job()
    with pytest.raises(ProcessRaisedException, match="Process 1: ValueError: no such thing"):
        tune(module, job, TWO, untold)


def test_a_process_that_was_killed_is_no_fault_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    killed = ProcessExitedException("process 1 terminated with signal SIGKILL", 1, 1, -9, "SIGKILL")
    launch_with(Launcher(killed), monkeypatch)
    module, job = module_and_job()
    with pytest.raises(TrainingError, match=r"from outside \(process 1 terminated with signal SIGKILL\)"):
        tune(module, job, TWO, untold)


def every_count(fabric: Any, *, job: Job, machine: Machine, module: TunedLoss | None, **given: Any) -> dict[str, Any]:
    """Tune with each number of examinations, and leave what each process ends with beside the checkpoint."""
    assert job.checkpoint is not None
    for count, at_once in COUNTS[1:]:
        other = replace(of_count(job, count), checkpoint=None)
        content = loop.work(fabric, job=other, machine=replace(machine, at_once=at_once), module=None, progress=untold)
        torch.save(content, job.checkpoint.with_name(f"{count}-{fabric.global_rank}.pt"))
    content = loop.work(fabric, job=of_count(job, COUNTS[0][0]), machine=machine, module=module, **given)
    torch.save(content, job.checkpoint.with_name(f"{COUNTS[0][0]}-{fabric.global_rank}.pt"))
    return content


@pytest.mark.slow
def test_two_processes_end_where_one_does_though_the_examinations_do_not_part_evenly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, job = module_and_job(checkpoint=tmp_path / "tuning.pt")
    told: list[Epoch] = []
    monkeypatch.setattr(loop, "work", every_count)
    history = tune(module, job, TWO, told.append)
    monkeypatch.undo()
    assert list(history) == told
    for count, at_once in COUNTS:
        alone, job = module_and_job(checkpoint=tmp_path / f"{count}.pt")
        wanted = tune(alone, of_count(job, count), replace(CPU, at_once=at_once), untold)
        ends = [torch.load(tmp_path / f"{count}-{rank}.pt", weights_only=True) for rank in (0, 1)]
        learned = torch.load(tmp_path / f"{count}.pt", weights_only=True)["learning"]
        for name, values in learned.items():
            assert torch.equal(ends[0]["learning"][name], ends[1]["learning"][name])
            torch.testing.assert_close(ends[0]["learning"][name], values, rtol=1e-4, atol=1e-4)
        for one, other in zip(wanted, ends[0]["history"], strict=True):
            assert other == pytest.approx(one, rel=1e-4)


@pytest.mark.slow
def test_two_processes_that_diverge_say_so_and_not_where_in_torch() -> None:
    module, job = module_and_job()
    job.glimpses[:] = float("nan")
    with pytest.raises(TrainingError, match=r"^fine-tuning diverged in epoch 1: .* lower tuning_rate$"):
        tune(module, job, TWO, untold)
