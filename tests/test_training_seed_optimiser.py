"""The seed's optimiser beside Keras' own Adam."""

import io
import os
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from radunion.errors import UsageError
from radunion.training.seed.optimiser import KerasAdam

os.environ["KERAS_BACKEND"] = "torch"
import keras

layers = keras.layers


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def small_pair() -> tuple[nn.Sequential, Any]:
    ours = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 3))
    theirs = keras.Sequential([layers.Input((8,)), layers.Dense(16, activation="tanh"), layers.Dense(3)])
    for here, there in zip(ours[::2], theirs.layers, strict=True):
        assert isinstance(here, nn.Linear)
        there.set_weights([here.weight.detach().numpy().T, here.bias.detach().numpy()])
    return ours, theirs


def batches(count: int) -> list[tuple[Tensor, Tensor]]:
    random = torch.Generator().manual_seed(1)
    return [(torch.randn(12, 8, generator=random), torch.randn(12, 3, generator=random)) for _ in range(count)]


def loss_of(network: Any, batch: tuple[Tensor, Tensor]) -> Tensor:
    wanted: Tensor = ((network(batch[0]) - batch[1]) ** 2).mean()
    return wanted


def train(network: nn.Module, optimiser: torch.optim.Optimizer, data: list[tuple[Tensor, Tensor]]) -> None:
    for batch in data:
        optimiser.zero_grad()
        torch.autograd.backward(loss_of(network, batch))
        optimiser.step()


def train_keras(network: Any, optimiser: Any, data: list[tuple[Tensor, Tensor]]) -> None:
    weights = network.trainable_weights
    for batch in data:
        network.zero_grad()
        torch.autograd.backward(loss_of(network, batch))
        with torch.no_grad():
            optimiser.apply([weight.value.grad for weight in weights], weights)


@pytest.mark.parametrize("eps", [1e-7, 1e-3, 1e-1])
def test_a_hundred_steps_end_where_kerass_adam_ends(eps: float) -> None:
    ours, theirs = small_pair()
    start = [one.detach().clone() for one in ours.parameters()]
    train(ours, KerasAdam(ours.parameters(), lr=1e-2, eps=eps), batches(100))
    train_keras(theirs, keras.optimizers.Adam(1e-2, epsilon=eps), batches(100))
    for here, there, before in zip(ours.parameters(), theirs.trainable_weights, start, strict=True):
        value = there.value.detach()
        torch.testing.assert_close(here.detach(), value.T if value.ndim == 2 else value, atol=1e-5, rtol=0)
        assert float((here.detach() - before).abs().max()) > 0.01


def test_epsilon_counts_32_times_as_much_as_in_torchs_adam_at_the_first_step() -> None:
    """FACTS of the seed study: torch's eps is Keras' divided by sqrt(1 - 0.999^t)."""
    gradient = torch.tensor([1e-3, -0.2, 3.0])

    def first_step(kind: Any, eps: float) -> Tensor:
        parameter = nn.Parameter(torch.zeros(3, dtype=torch.float64))
        parameter.grad = gradient.double()
        kind([parameter], lr=0.1, eps=eps).step()
        return parameter.detach()

    factor = (1 - 0.999) ** -0.5
    assert factor == pytest.approx(31.6, abs=0.1)
    torch.testing.assert_close(first_step(KerasAdam, 1e-2), first_step(torch.optim.Adam, 1e-2 * factor))
    assert not torch.allclose(first_step(KerasAdam, 1e-2), first_step(torch.optim.Adam, 1e-2), rtol=0.1)


def test_a_resumed_optimiser_ends_with_the_same_parameters() -> None:
    whole, _ = small_pair()
    halved = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 3))
    halved.load_state_dict(whole.state_dict())
    data = batches(20)
    train(whole, KerasAdam(whole.parameters(), eps=1e-3), data)
    first = KerasAdam(halved.parameters(), eps=1e-3)
    train(halved, first, data[:11])
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second = KerasAdam(halved.parameters())
    second.load_state_dict(torch.load(file, weights_only=True))
    train(halved, second, data[11:])
    for one, other in zip(whole.parameters(), halved.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_parameter_without_gradient_stays_and_a_closure_is_called() -> None:
    used, unused = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    optimiser = KerasAdam([used, unused], lr=0.1)

    def closure() -> float:
        loss = used.sum()
        torch.autograd.backward(loss)
        return float(loss.detach())

    assert optimiser.step(closure) == 2.0
    assert torch.equal(unused, torch.ones(2))
    torch.testing.assert_close(used.detach(), torch.full((2,), 0.9), atol=1e-5, rtol=0)


@pytest.mark.parametrize("setting", [{"lr": -1.0}, {"eps": float("nan")}, {"betas": (0.9, 1.0)}])
def test_settings_out_of_range_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="must be"):
        KerasAdam([nn.Parameter(torch.ones(1))], **setting)
