"""The loop that tunes: it learns, it resumes to the same numbers, and parts and devices change nothing but rounding."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.test_training_tuned_samples import SETTINGS, module_and_job

from radunion.errors import TrainingError, UsageError
from radunion.training.loop import Epoch
from radunion.training.tuned.loop import schedule, tune
from radunion.training.tuned.machine import Machine
from radunion.training.tuned.network import TunedLoss
from radunion.training.tuned.state import learning_tensors

CPU = Machine(accelerator="cpu")


def untold(epoch: Epoch) -> None:
    pass


def stop_after(epochs: int) -> Callable[[Epoch], None]:
    def stop(epoch: Epoch) -> None:
        if epoch["epoch"] == epochs:
            raise KeyboardInterrupt

    return stop


def same(one: TunedLoss, other: TunedLoss) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(first, second) for first, second in pairs)


def test_the_loss_falls_and_only_what_is_unfrozen_moves() -> None:
    module, job = module_and_job(replace(SETTINGS, epochs=6))
    history = tune(module, job, CPU, untold)
    assert history[-1]["train_loss"] < 0.8 * history[0]["train_loss"]
    moved = {name for name, one in module.state_dict().items() if not torch.equal(one, job.tensors[name])}
    assert moved == set(learning_tensors(module))
    assert any("layer4" in name for name in moved)


@pytest.mark.parametrize("killed_after", [1, 2])
def test_killed_at_any_epoch_it_ends_with_the_same_numbers(killed_after: int, tmp_path: Path) -> None:
    whole, job = module_and_job(dropout=0.3)
    wanted = tune(whole, job, CPU, untold)
    part, job = module_and_job(dropout=0.3, checkpoint=tmp_path / "tuning.pt")
    with pytest.raises(KeyboardInterrupt):
        tune(part, job, CPU, stop_after(killed_after))
    resumed, job = module_and_job(dropout=0.3, checkpoint=tmp_path / "tuning.pt")
    told: list[Epoch] = []
    assert tune(resumed, job, CPU, told.append) == wanted
    assert [epoch["epoch"] for epoch in told] == list(range(killed_after + 1, 4))
    assert same(resumed, whole)


def test_a_checkpoint_of_another_run_is_not_resumed(tmp_path: Path) -> None:
    module, job = module_and_job(replace(SETTINGS, epochs=1), checkpoint=tmp_path / "tuning.pt")
    tune(module, job, CPU, untold)
    told: list[Epoch] = []
    other, job = module_and_job(replace(SETTINGS, epochs=1), checkpoint=tmp_path / "tuning.pt")
    tune(other, replace(job, name="other"), CPU, told.append)
    assert len(told) == 1


def test_parts_of_a_batch_take_the_step_of_the_whole() -> None:
    whole, job = module_and_job()
    wanted = tune(whole, job, CPU, untold)
    parts, job = module_and_job()
    found = tune(parts, job, replace(CPU, at_once=3), untold)
    for one, other in zip(wanted, found, strict=True):
        assert one["train_loss"] == pytest.approx(other["train_loss"], rel=1e-3)


def test_where_tuning_makes_it_worse_the_start_is_kept() -> None:
    module, job = module_and_job(replace(SETTINGS, epochs=20, patience=2, tuning_rate=30.0, warm_up=0.0))
    history = tune(module, job, CPU, untold)
    assert len(history) == 2
    assert all(torch.equal(one, job.tensors[name]) for name, one in module.state_dict().items())


def test_a_loss_that_is_not_finite_is_an_error() -> None:
    module, job = module_and_job()
    job.glimpses[:] = float("nan")
    with pytest.raises(TrainingError, match=r"diverged in epoch 1: .* lower tuning_rate"):
        tune(module, job, CPU, untold)


def test_bfloat16_learns_about_the_same() -> None:
    wanted, found = (
        tune(*module_and_job(), replace(CPU, precision=precision), untold) for precision in ("32-true", "bf16-mixed")
    )
    assert [one["train_loss"] for one in found] != [one["train_loss"] for one in wanted]
    assert found[-1]["train_loss"] == pytest.approx(wanted[-1]["train_loss"], rel=0.2)


def test_the_rate_rises_in_a_line_then_falls_to_nothing() -> None:
    assert schedule(0.05, 0.1) == pytest.approx(0.5)
    assert schedule(0.1, 0.1) == 1.0
    assert schedule(0.55, 0.1) == pytest.approx(0.5)
    assert schedule(1.0, 0.1) == pytest.approx(0.0)
    assert schedule(0.0, 0.0) == 1.0


def test_a_batch_that_devices_cannot_share_is_refused_before_any_work() -> None:
    module, job = module_and_job()
    with pytest.raises(UsageError, match="8 examinations for 3 devices"):
        tune(module, job, replace(CPU, devices=3), untold)
