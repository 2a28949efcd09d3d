"""The optimiser of networks of single films: what was always done by default, others by name."""

from dataclasses import asdict, replace
from typing import get_args

import numpy as np
import pytest
import torch
from tests.test_training_films_samples import HEAD
from torch import nn

from radunion.study.protocols import PROTOCOLS, FilmProtocol
from radunion.training.films.data import feature_inputs
from radunion.training.films.loop import FilmRun, train_films
from radunion.training.films.optimiser import optimiser_of
from radunion.training.films.settings import FilmSettings, Optimiser, deciding
from radunion.training.films.targets import FilmTargets
from radunion.training.seed.head import LinearHead
from radunion.training.seed.optimiser import KerasAdam


def trained(settings: FilmSettings) -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    head = LinearHead(12, 18)
    features = np.random.default_rng(2).normal(size=(10, 1, 12)).astype(np.float32)
    values = (np.random.default_rng(1).random((10, 18)) < 0.4).astype(np.float32)
    targets = FilmTargets(values, np.ones((10, 18), dtype=bool))
    train_films(
        head, FilmRun(feature_inputs(features, each=False), targets, np.arange(10), np.arange(0), settings, "run")
    )
    return head.state_dict()


def test_the_default_is_keras_adam_with_the_rate_and_epsilon_of_the_settings() -> None:
    made = optimiser_of(nn.Linear(2, 2).parameters(), replace(HEAD, learning_rate=0.02, epsilon=0.3))
    assert isinstance(made, KerasAdam)
    assert (made.param_groups[0]["lr"], made.param_groups[0]["eps"]) == (0.02, 0.3)


def test_each_optimiser_ends_elsewhere_and_the_same_each_time() -> None:
    settings = replace(HEAD, head="linear", epochs=2, batch=4, learning_rate=0.01)
    names: tuple[Optimiser, ...] = get_args(Optimiser)
    ends = {name: trained(replace(settings, optimiser=name)) for name in names}
    for name, end in ends.items():
        again = trained(replace(settings, optimiser=name))
        assert all(torch.equal(end[key], again[key]) for key in end)
    first = {name: next(iter(end.values())) for name, end in ends.items()}
    assert not torch.equal(first["adam"], first["adamw"])
    assert not torch.equal(first["adam"], first["sgd"])


def test_parameters_that_do_not_learn_are_not_handed_over() -> None:
    layer = nn.Linear(2, 2)
    layer.bias.requires_grad_(False)
    assert optimiser_of(layer.parameters(), replace(HEAD, optimiser="sgd")).param_groups[0]["params"] == [layer.weight]


@pytest.mark.parametrize("optimiser", ["adamw", "sgd"])
def test_a_digest_knows_the_optimiser_only_where_it_is_not_the_one_of_old(optimiser: Optimiser) -> None:
    protocol = PROTOCOLS["thesis-2"]
    assert isinstance(protocol, FilmProtocol)
    assert "optimiser" not in deciding(asdict(protocol))
    assert deciding(asdict(replace(protocol, optimiser=optimiser)))["optimiser"] == optimiser
