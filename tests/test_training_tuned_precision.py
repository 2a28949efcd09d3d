"""Mixed precision: a network learns from the very films that it is judged on."""

from pathlib import Path

import pytest
import torch
from tests.test_training_tuned_loop import stop_after, untold
from tests.test_training_tuned_samples import module_and_job

from radunion.training.examples import ABSENT
from radunion.training.glimpse import centre
from radunion.training.tuned import machine
from radunion.training.tuned.loop import tune
from radunion.training.tuned.machine import Machine, fabric_of
from radunion.training.tuned.network import groups_of


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_films_are_seen_alike_in_learning_and_in_judging(precision: str) -> None:
    module, job = module_and_job()
    films = centre(job.glimpses)[torch.from_numpy(job.films).clamp_min(0)]
    present = torch.from_numpy(job.films != ABSENT).float()
    given = (films, present, torch.from_numpy(job.allowed), torch.from_numpy(job.scorable))
    exact = module.eval()(*given, started=False, alone=False)
    fabric = fabric_of(Machine(accelerator="cpu", precision=precision))  # type: ignore[arg-type]
    fabric.launch()
    wrapped, _ = fabric.setup(module, torch.optim.AdamW(groups_of(module, job.settings)))
    learning = wrapped(*given, started=False, alone=False)
    with fabric.autocast():
        judging = module(*given, started=False, alone=False)
    assert torch.equal(learning, judging)
    assert torch.equal(judging, exact) == (precision == "32-true")


@pytest.mark.slow
def test_in_half_precision_a_killed_run_ends_with_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "found_accelerator", lambda machine: "cpu")  # slow there, but it computes the same way
    half = Machine(accelerator="cpu", precision="16-mixed")
    whole, job = module_and_job()
    wanted = tune(whole, job, half, untold)
    assert wanted[-1]["train_loss"] < wanted[0]["train_loss"]
    part, job = module_and_job(checkpoint=tmp_path / "tuning.pt")
    with pytest.raises(KeyboardInterrupt):
        tune(part, job, half, stop_after(2))
    assert torch.load(tmp_path / "tuning.pt", weights_only=True)["precision"]["scale"] > 1
    resumed, job = module_and_job(checkpoint=tmp_path / "tuning.pt")
    assert tune(resumed, job, half, untold) == wanted
    assert all(torch.equal(one, whole.state_dict()[name]) for name, one in resumed.state_dict().items())
