"""A step parted among devices is the step of one: each examination once, and the mean gradient that of the whole."""

import pytest
import torch
from tests.test_training_tuned_samples import module_and_job

from radunion.training.examples import ABSENT
from radunion.training.glimpse import centre
from radunion.training.tuned.job import Job
from radunion.training.tuned.network import TunedLoss
from radunion.training.tuned.share import share_of, steps_of


@pytest.mark.parametrize(("count", "batch", "devices"), [(101, 6, 2), (16, 8, 2), (17, 8, 2), (33, 32, 8), (5, 8, 8)])
def test_every_examination_counts_once_whatever_the_number_of_devices(count: int, batch: int, devices: int) -> None:
    steps = steps_of(count, batch)
    assert [len(step) for step in steps[:-1]] == [batch] * (len(steps) - 1)
    for step in steps:
        shares = [share_of(step, rank=rank, devices=devices) for rank in range(devices)]
        own = [place for share in shares for place in share.places.tolist() if share.counted]
        assert sorted(own) == step.tolist()
        assert all(len(share.places) for share in shares)
        assert sum(share.weight * len(share.places) for share in shares) == pytest.approx(devices)
    assert sum(len(step) for step in steps) == count


def gradient(module: TunedLoss, job: Job, places: torch.Tensor, weight: float) -> torch.Tensor:
    """Return the gradient of the weighted losses of some examinations, as one vector."""
    rows = places.numpy()
    pairs = torch.from_numpy(job.films[rows])
    films = centre(job.glimpses)[pairs.clamp_min(0)]
    labels = torch.from_numpy(job.allowed[rows]), torch.from_numpy(job.scorable[rows])
    module.zero_grad()
    each = module(films, (pairs != ABSENT).float(), *labels, started=False, alone=True)
    (each.sum() * weight).backward()
    return torch.cat([one.grad.flatten() for one in module.parameters() if one.grad is not None])


@pytest.mark.parametrize(("examinations", "devices"), [(7, 2), (8, 3), (2, 4)])
def test_the_mean_gradient_of_the_shares_is_that_of_the_whole_step(examinations: int, devices: int) -> None:
    module, job = module_and_job()
    module.train()
    (step,) = steps_of(examinations, 8)
    whole = gradient(module, job, step, 1 / examinations)
    shares = [share_of(step, rank=rank, devices=devices) for rank in range(devices)]
    parts = [gradient(module, job, share.places, share.weight) for share in shares]
    assert float(whole.norm()) > 0.1
    torch.testing.assert_close(torch.stack(parts).mean(dim=0), whole, rtol=1e-4, atol=1e-5)
