"""Models that have learned nothing: the same numbers in another order, the same by seed."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from tests.test_scoring_samples import prepared, write
from torch import nn

from radunion.errors import UsageError
from radunion.explain.bundle import BundleReader
from radunion.explain.network import NetworkReader
from radunion.explain.shuffled import shuffled, shuffled_network
from radunion.explain.shuffled_graph import shuffled_bundle
from radunion.radiograph import Preprocessing


def a_network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(16, 3))


def test_every_tensor_keeps_its_numbers_and_loses_their_order() -> None:
    network = a_network()
    other = shuffled_network(network, seed=1)
    for (name, before), after in zip(network.named_parameters(), other.parameters(), strict=True):
        assert torch.equal(before.flatten().sort().values, after.flatten().sort().values), name
    weights, others = ([one for one in each.parameters() if one.ndim > 1] for each in (network, other))
    assert not any(torch.equal(before, after) for before, after in zip(weights, others, strict=True))


def test_the_network_itself_is_left_as_it_was() -> None:
    network = a_network()
    before = [parameter.clone() for parameter in network.parameters()]
    shuffled_network(network, seed=1)
    assert all(torch.equal(one, now) for one, now in zip(before, network.parameters(), strict=True))


def test_the_same_seed_gives_the_same_network() -> None:
    network, film = a_network().eval(), torch.rand(1, 1, 4, 4)
    first, again, other = (shuffled_network(network, seed=seed)(film) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_bundle_with_random_weights_runs_and_says_something_else(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model")
    random = shuffled_bundle(bundle, seed=0)
    ap, lateral = prepared(3)
    present = np.ones((3, 2), dtype=bool)
    said, chance = (BundleReader(one).expected(ap, lateral, present) for one in (bundle, random))
    assert said.shape == chance.shape == (3, 4)
    assert np.abs(said - chance).max() > 0.1
    assert np.array_equal(chance, BundleReader(shuffled_bundle(bundle, seed=0)).expected(ap, lateral, present))


def test_only_what_layers_weigh_with_is_shuffled(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model")
    stored = [
        {
            one.name: numpy_helper.to_array(one)
            for one in onnx.load_model_from_string(each.files["model.onnx"]).graph.initializer
        }
        for each in (bundle, shuffled_bundle(bundle, seed=0))
    ]
    changed = {name for name, values in stored[0].items() if not np.array_equal(values, stored[1][name])}
    assert changed == {"patches"}
    assert np.array_equal(np.sort(stored[0]["patches"], axis=None), np.sort(stored[1]["patches"], axis=None))


def test_a_reader_stays_the_kind_that_it_is(tmp_path: Path) -> None:
    how = Preprocessing(height=32, width=24)
    network = shuffled(NetworkReader(a_network(), how), seed=0)
    bundle = shuffled(BundleReader(write(tmp_path / "model")), seed=0)
    assert isinstance(network, NetworkReader)
    assert network.preprocessing == how
    assert isinstance(bundle, BundleReader)


def test_a_graph_without_weights_is_refused(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model")
    model = onnx.load_model_from_string(bundle.files["model.onnx"])
    kept = [node for node in model.graph.node if node.op_type not in ("Conv", "MatMul")]
    del model.graph.node[:]
    model.graph.node.extend(kept)
    bare = type(bundle)(bundle.card, {"model.onnx": model.SerializeToString()}, bundle.sha256, bundle.path)
    with pytest.raises(UsageError, match="the graph of tiny holds no weights"):
        shuffled_bundle(bare, seed=0)
