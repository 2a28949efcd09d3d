"""The same network with random weights: each tensor keeps its numbers and loses their order.

Shuffling keeps the size of signals, which a fresh start does not in a deep network without its batch statistics, and
needs nothing but the graph, so that a bundle can be randomised too.
"""

import copy
from dataclasses import replace

import torch
from torch import nn

from radunion.explain.bundle import BundleReader
from radunion.explain.network import NetworkReader
from radunion.explain.shuffled_graph import shuffled_bundle


def shuffled(model: BundleReader | NetworkReader, *, seed: int) -> BundleReader | NetworkReader:
    """Return a model of the same architecture that has learned nothing; the same seed gives the same one.

    Raises UsageError for a graph without weights, MissingExtraError for a bundle without onnx.
    """
    if isinstance(model, NetworkReader):
        return replace(model, scorer=shuffled_network(model.scorer, seed=seed))
    return replace(model, bundle=shuffled_bundle(model.bundle, seed=seed))


def shuffled_network(network: nn.Module, *, seed: int) -> nn.Module:
    """Return a copy whose parameters are shuffled, each within itself; running statistics stay."""
    network = copy.deepcopy(network).eval()
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            order = torch.randperm(parameter.numel(), generator=random)
            parameter.copy_(parameter.flatten()[order].view_as(parameter))
    return network
