"""Stacked heads compute what the modules compute, forward and backward."""

import pytest
import torch
from tests.test_training_films_samples import HEAD

from radunion.training.films.many_stack import HeadPrecision, HeadStack, Layout
from radunion.training.seed.head import SeedHead

SIZES = (10, 8, 6, 18)


def heads(count: int) -> list[SeedHead]:
    found = []
    for seed in range(count):
        torch.manual_seed(seed)
        head = SeedHead(10, dropout=0.0, hidden=(8, 6))
        for parameter in head.parameters():
            parameter.data += 0.1 * torch.randn_like(parameter)
        found.append(head)
    return found


def stacked(modules: list[SeedHead], precision: HeadPrecision) -> HeadStack:
    layout = Layout(SIZES)
    start = torch.stack([layout.flatten(head) for head in modules])
    return HeadStack(start, layout, [HEAD] * len(modules), precision=precision, rows=7)


@pytest.mark.parametrize(("precision", "tolerance"), [("float64", 1e-6), ("float32", 1e-6), ("bfloat16", 0.03)])
@pytest.mark.parametrize("count", [1, 3])
def test_logits_are_those_of_the_modules(precision: HeadPrecision, tolerance: float, count: int) -> None:
    modules, films = heads(count), torch.randn(count, 5, 10)
    stack = stacked(modules, precision)
    stack.inputs(5).copy_(films.flatten(0, 1))
    wanted = torch.stack([head(one) for head, one in zip(modules, films, strict=True)]).detach()
    torch.testing.assert_close(stack.forward(5).float(), wanted, rtol=0, atol=tolerance)


@pytest.mark.parametrize("count", [1, 3])
def test_a_step_moves_each_head_by_its_own_gradient(count: int) -> None:
    modules, films, pull = heads(count), torch.randn(count, 5, 10), torch.randn(count, 5, 18)
    settings = HEAD.__class__(**{**HEAD.__dict__, "optimiser": "sgd", "learning_rate": 0.1})
    layout = Layout(SIZES)
    start = torch.stack([layout.flatten(head) for head in modules])
    stack = HeadStack(start, layout, [settings] * count, precision="float64", rows=5)
    stack.inputs(5).copy_(films.flatten(0, 1))
    stack.forward(5)
    stack.backward(pull, [1.0] * count)
    stack.move(range(count))
    for head, own, each, moved in zip(modules, films, pull, stack.master, strict=True):
        (head(own) * each).sum().backward()
        for parameter in head.parameters():
            assert parameter.grad is not None
            parameter.data -= 0.1 * parameter.grad
        torch.testing.assert_close(moved.float(), layout.flatten(head), rtol=1e-5, atol=1e-5)


def test_some_heads_go_on_as_they_stand() -> None:
    films = torch.randn(3, 7, 10, dtype=torch.float64)
    whole, few = stacked(heads(3), "float64"), stacked(heads(3), "float64")

    def step(stack: HeadStack, own: torch.Tensor) -> None:
        stack.inputs(7).copy_(own.flatten(0, 1))
        stack.backward(stack.forward(7), [1.0] * len(own))
        stack.move(range(len(own)))

    step(whole, films)
    step(few, films)
    few = few.only([2])
    step(whole, films)
    step(few, films[2:])
    torch.testing.assert_close(few.master[0], whole.master[2], rtol=0, atol=1e-12)
