"""What heads have to multiply, and how fast this machine multiplies: the floor that other figures stand beside."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

LAYERS = ((1024, 2048), (512, 1024), (256, 512), (18, 256))
"""Outputs and inputs of the layers of the seed study's head on InceptionV3."""
SHAPES = (*LAYERS[:-1], (2048, 2048))
ROWS = 2048
ROUNDS = 5

_Products = list[tuple[Tensor, Tensor]]


def matrix_rate(kind: torch.dtype) -> float:
    """Return operations a second on all cores: the best round of the best shape, shared by the cores or one each."""
    return max(max(_shared(after, before, kind), _one_each(after, before, kind)) for after, before in SHAPES)


def head_operations(learned: int, watched: int, layers: Sequence[tuple[int, int]] = LAYERS) -> int:
    """Return the operations of an epoch of a head.

    A learned film is multiplied with every weight for its outputs and for the weights' gradient, and for the gradient
    of its units with all weights but the first layer's; a watched one is multiplied with every weight once.
    """
    weights = sum(after * before for after, before in layers)
    above = weights - layers[0][0] * layers[0][1]
    return learned * (4 * weights + 2 * above) + watched * 2 * weights


def _products(after: int, before: int, kind: torch.dtype) -> _Products:
    weight, inputs = torch.randn(after, before).to(kind), torch.randn(ROWS, before).to(kind)
    outputs = torch.randn(ROWS, after).to(kind)
    return [(inputs, weight.mT), (outputs.mT, inputs), (outputs, weight)]


def _shared(after: int, before: int, kind: torch.dtype) -> float:
    products = _products(after, before, kind)
    return _best(lambda: _multiply(products), 6 * ROWS * after * before)


def _one_each(after: int, before: int, kind: torch.dtype) -> float:
    cores = torch.get_num_threads()
    sets = [_products(after, before, kind) for _ in range(cores)]
    try:
        with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return _best(lambda: list(pool.map(_multiply, sets)), 6 * ROWS * after * before * cores)
    finally:
        torch.set_num_threads(cores)


def _multiply(products: Sequence[tuple[Tensor, Tensor]]) -> None:
    for left, right in products:
        left @ right


def _best(work: Callable[[], object], operations: int) -> float:
    work()
    rates = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        rates.append(operations / (time.perf_counter() - start))
    return max(rates)
