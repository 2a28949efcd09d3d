"""The network that is tuned: what learns, at what rate, and what never changes."""

from dataclasses import replace

import pytest
import torch
from tests.test_training_tuned_samples import SETTINGS, module_and_job

from radunion.training.glimpse import centre
from radunion.training.tuned.films import TuningFilms
from radunion.training.tuned.network import groups_of


def test_batch_norms_keep_their_statistics_while_their_scale_learns() -> None:
    module, job = module_and_job()
    before = {name: one.clone() for name, one in module.encoder.named_buffers()}
    module.train()
    assert module.head.training
    module.encoder(centre(job.glimpses)).sum().backward()
    assert all(torch.equal(one, before[name]) for name, one in module.encoder.named_buffers())
    scales = [one for name, one in module.encoder.named_parameters() if "above" in name and name.endswith("bn1.weight")]
    assert scales
    assert all(one.grad is not None for one in scales)


def test_each_block_down_learns_slower_and_norms_are_not_decayed() -> None:
    module, _ = module_and_job(replace(SETTINGS, unfreeze_from="layer3", rate_decay=0.5))
    groups = groups_of(module, SETTINGS)
    scales = sorted({group["scale"] for group in groups}, reverse=True)
    assert scales == [1.0, 0.5, 0.25]
    assert all(group["lr"] == SETTINGS.tuning_rate * group["scale"] for group in groups)
    for group in groups:
        if group["scale"] < 1:
            assert {one.ndim > 1 for one in group["params"]} == {group["weight_decay"] > 0}
    given = sum(one.numel() for group in groups for one in group["params"])
    assert given == sum(one.numel() for one in module.parameters() if one.requires_grad)


def test_a_loss_of_kept_activations_is_that_of_the_films() -> None:
    module, job = module_and_job(replace(SETTINGS, augment="none"))
    kept = TuningFilms(job, module.encoder, torch.device("cpu"))
    seen = TuningFilms(replace(job, settings=SETTINGS), module.encoder, torch.device("cpu"))
    assert kept.started
    assert not seen.started
    labels = torch.from_numpy(job.allowed), torch.from_numpy(job.scorable)
    present = torch.from_numpy(job.films >= 0).float()
    each = [
        module.eval()(films.take(job.films, None), present, *labels, started=films.started, alone=True)
        for films in (kept, seen)
    ]
    torch.testing.assert_close(*each, atol=1e-5, rtol=1e-5)


def test_activations_that_take_too_much_memory_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radunion.training.tuned.films.KEPT_BYTES", 1000)
    module, job = module_and_job(replace(SETTINGS, augment="none"))
    assert not TuningFilms(job, module.encoder, torch.device("cpu")).started
