"""Where tuning is computed: what is not there is refused by name, and a batch parts evenly."""

import pytest
import torch

from radunion.errors import UsageError
from radunion.training.tuned.machine import Machine, fabric_of, found_accelerator, leads, starts_processes


def test_one_device_needs_no_processes_and_leads() -> None:
    machine = Machine(accelerator="cpu")
    assert (machine.processes, starts_processes(machine), leads(machine)) == (1, False, True)


def test_processes_are_started_here_unless_a_launcher_started_them(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(accelerator="cpu", devices=2)
    assert starts_processes(machine)
    assert leads(machine)
    for name, value in {"RANK": "1", "LOCAL_RANK": "1", "WORLD_SIZE": "2", "GROUP_RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    monkeypatch.setattr("torch.distributed.is_torchelastic_launched", lambda: True)
    assert not starts_processes(machine)
    assert not leads(machine)
    assert fabric_of(machine).global_rank == 1


def test_automatic_is_the_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert found_accelerator(Machine()) == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert found_accelerator(Machine(devices=2)) == "cuda"
    with pytest.raises(UsageError, match="4 GPUs were asked for, and this machine has 2"):
        found_accelerator(Machine(devices=4))


def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="must be at least 1, found 0, 1"):
        Machine(devices=0)
    with pytest.raises(UsageError, match="a processor cannot learn in 16-mixed"):
        fabric_of(Machine(accelerator="cpu", precision="16-mixed"))
    with pytest.raises(UsageError, match="32 examinations for 6 devices"):
        Machine(devices=3, nodes=2).share(32)
    assert Machine(devices=2, nodes=2).share(32) == 8
