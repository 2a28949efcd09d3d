"""The fused optimisers are those that `train_films` moves weights with."""

from dataclasses import replace

import pytest
import torch
from tests.test_training_films_samples import HEAD
from torch import nn

from radunion.training.films.many_move import Moving, move
from radunion.training.films.optimiser import optimiser_of
from radunion.training.films.settings import Optimiser


@pytest.mark.parametrize("epsilon", [1e-7, 1e-1])
@pytest.mark.parametrize("optimiser", ["adam", "adamw", "sgd"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-13), (torch.float32, 1e-5)])
def test_a_hundred_steps_are_those_of_the_optimiser(
    dtype: torch.dtype, tolerance: float, optimiser: Optimiser, epsilon: float
) -> None:
    settings = replace(HEAD, optimiser=optimiser, epsilon=epsilon, learning_rate=1e-2)
    random = torch.Generator().manual_seed(3)
    start = torch.randn(501, dtype=dtype, generator=random)
    wanted = nn.Parameter(start.clone())
    steps = optimiser_of([wanted], settings)
    head = Moving(start.clone(), *(torch.zeros_like(start) for _ in range(3)))
    for step in range(1, 101):
        wanted.grad = torch.randn(501, dtype=dtype, generator=random)
        steps.step()
        head.gradient.copy_(wanted.grad)
        move(head, settings, step)
    torch.testing.assert_close(head.weights, wanted.detach(), rtol=0, atol=tolerance)
    assert float((head.weights - start).abs().max()) > 1e-2
