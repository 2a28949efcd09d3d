"""The set-valued ordinal likelihood, against brute force over all combinations of levels."""

from itertools import product

import numpy as np
import pytest
import torch

from radunion.scale import ALL_LEVELS, LEVELS, levels_of
from radunion.training.likelihood import ordinal_probabilities, scorability_loss, set_likelihood


def mixture(n: int = 3, k: int = 2, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    weights = torch.rand(n, k, generator=random)
    levels = torch.rand(n, k, 4, 4, generator=random) + 0.01
    return weights / weights.sum(1, keepdim=True), levels / levels.sum(-1, keepdim=True)


def sets(*cortices: frozenset[int]) -> torch.Tensor:
    return torch.tensor([[[level in cortex for level in LEVELS] for cortex in cortices]])


def test_it_is_the_sum_over_all_allowed_combinations() -> None:
    weights, levels = mixture(n=1)
    cortices = (levels_of(3, "rust", "metrc"), levels_of(2, "mrust"), ALL_LEVELS, levels_of(2, "rust", "litrenta"))
    total = 0.0
    for combination in product(LEVELS, repeat=4):
        if all(level in cortex for level, cortex in zip(combination, cortices, strict=True)):
            each = [levels[0, :, c, level - 1] for c, level in enumerate(combination)]
            total += float((weights[0] * torch.stack(each).prod(dim=0)).sum())
    assert float(set_likelihood(weights, levels, sets(*cortices))[0]) == pytest.approx(-np.log(total), rel=1e-5)


def test_an_unscored_examination_costs_nothing_and_teaches_nothing() -> None:
    weights, levels = mixture(n=1)
    levels.requires_grad_()
    loss = set_likelihood(weights, levels, sets(*[ALL_LEVELS] * 4))
    assert float(loss[0].detach()) == pytest.approx(0.0, abs=1e-5)
    location = torch.zeros(1, 1, 4, requires_grad=True)
    thresholds = torch.tensor([[-1.0, 0.0, 1.0]] * 4)
    set_likelihood(torch.ones(1, 1), ordinal_probabilities(location, thresholds), sets(*[ALL_LEVELS] * 4)).backward()
    assert location.grad is not None
    assert float(location.grad.abs().max()) < 1e-6


def test_a_score_pulls_the_location_towards_its_levels() -> None:
    thresholds = torch.tensor([[-1.0, 0.0, 1.0]] * 4)
    for score, direction in ((1, 1.0), (3, -1.0)):
        location = torch.zeros(1, 1, 4, requires_grad=True)
        allowed = sets(levels_of(score, "rust"), *[ALL_LEVELS] * 3)
        set_likelihood(torch.ones(1, 1), ordinal_probabilities(location, thresholds), allowed).backward()
        assert location.grad is not None
        assert float(location.grad[0, 0, 0]) * direction > 0
        assert float(location.grad[0, 0, 1:].abs().max()) < 1e-6


def test_ordinal_probabilities_sum_to_one_and_rise_with_the_location() -> None:
    thresholds = torch.tensor([[-2.0, 0.0, 1.5]] * 4)
    location = torch.linspace(-30, 30, 41)[:, None, None].expand(-1, 1, 4)
    levels = ordinal_probabilities(location, thresholds)
    assert torch.allclose(levels.sum(-1), torch.ones(41, 1, 4), atol=1e-6)
    assert float(levels.min()) >= 0
    mean = (levels[:, 0, 0] * torch.tensor([1.0, 2.0, 3.0, 4.0])).sum(-1)
    assert (mean.diff() > -1e-6).all()


def test_scorability_counts_only_what_was_recorded() -> None:
    logits = torch.tensor([[2.0, -1.0, 0.5, 0.0]])
    nothing = torch.full((1, 4), float("nan"))
    assert float(scorability_loss(logits, nothing)[0]) == 0.0
    one = nothing.clone()
    one[0, 1] = 0.0
    assert float(scorability_loss(logits, one)[0]) == pytest.approx(np.log1p(np.exp(-1.0)))
