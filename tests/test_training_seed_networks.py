"""The seed's networks beside Keras' own: the same weights, the same outputs, the same counts."""

import copy
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, fx, nn

from radunion.errors import UsageError
from radunion.features import BackboneSpec, load_backbone
from radunion.training.seed.densenet import mura_densenet
from radunion.training.seed.end_to_end import EndToEnd
from radunion.training.seed.head import LinearHead, SeedHead
from radunion.training.seed.inception import seed_inception
from radunion.training.seed.lenet import SeedLeNet

os.environ["KERAS_BACKEND"] = "torch"
import keras

layers = keras.layers
Norm = layers.BatchNormalization
HEAD_PARAMETERS = 2048 * 1024 + 1024 + 1024 * 512 + 512 + 512 * 256 + 256 + 256 * 18 + 18


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def films(count: int, size: int, *, seed: int = 0) -> Tensor:
    """Grey films in [-1, 1], in three channels; smooth in part, so that they differ after pooling too."""
    random = torch.Generator().manual_seed(seed)
    coarse = torch.rand((count, 1, 8, 8), generator=random)
    smooth = nn.functional.interpolate(coarse, (size, size), mode="bilinear")
    grey = smooth * torch.rand((count, 1, size, size), generator=random)
    return (2 * grey - 1).expand(-1, 3, -1, -1).contiguous()


def of_keras(network: Any, inputs: Tensor, *, training: bool = False) -> Tensor:
    """Run a Keras network, which takes (n, h, w, c)."""
    with torch.no_grad():
        outputs: Tensor = network(inputs.movedim(1, -1) if inputs.ndim == 4 else inputs, training=training)
    return outputs


def counts(network: nn.Module) -> tuple[int, int]:
    """Count trainable parameters and, as Keras' non-trainable ones, the statistics of batch norm."""
    fixed = [one for name, one in network.named_buffers() if name.endswith(("running_mean", "running_var"))]
    frozen = [one for one in network.parameters() if not one.requires_grad]
    assert not frozen
    return sum(one.numel() for one in network.parameters()), sum(one.numel() for one in fixed)


def counts_of_keras(network: Any) -> tuple[int, int]:
    def total(weights: Any) -> int:
        return sum(int(np.prod(weight.shape)) for weight in weights)

    return total(network.trainable_weights), total(network.non_trainable_weights)


def dense_to(theirs: Any, ours: nn.Linear) -> None:
    theirs.set_weights([ours.weight.detach().numpy().T, ours.bias.detach().numpy()])


def head_to(theirs: Any, ours: nn.Module) -> None:
    own = [layer for layer in ours.modules() if isinstance(layer, nn.Linear)]
    other = [layer for layer in theirs.layers if isinstance(layer, layers.Dense)]
    for there, here in zip(other, own, strict=True):
        dense_to(there, here)


def kernel_of(layer: nn.Conv2d) -> np.ndarray:
    return layer.weight.detach().permute(2, 3, 1, 0).numpy()


def trunk_to(theirs: list[Any], ours: nn.Module) -> None:
    """Copy convolutions and batch norms; both lists stand in order of creation, each kind apart."""
    for kind, other in ((nn.Conv2d, layers.Conv2D), (nn.BatchNorm2d, Norm)):
        own = [layer for layer in ours.modules() if isinstance(layer, kind)]
        there = [layer for layer in theirs if isinstance(layer, other)]
        for one, target in zip(own, there, strict=True):
            if isinstance(one, nn.Conv2d):
                target.set_weights([kernel_of(one)])
            elif isinstance(one, nn.BatchNorm2d):
                gamma = [one.weight] if target.scale else []
                parts = [*gamma, one.bias, one.running_mean, one.running_var]
                target.set_weights([part.detach().numpy() for part in parts if part is not None])


def by_number(network: Any) -> list[Any]:
    """Sort layers by the number that Keras gave them as they were created."""
    return sorted(network.layers, key=lambda layer: int((re.findall(r"_(\d+)$", layer.name) or ["0"])[0]))


def enliven(network: nn.Module, seen: Tensor) -> None:
    """Give batch norm random shifts and the statistics of some films: without, a random trunk says almost nothing."""
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    kept = norms[0].momentum
    random = torch.Generator().manual_seed(2)
    for layer in norms:
        layer.momentum = 1.0
        nn.init.uniform_(layer.bias, generator=random)
    with torch.no_grad():
        network.train()(seen)
    network.eval()
    for layer in norms:
        layer.momentum = kept


def keras_head(features: int, dropout: float) -> Any:
    stack = [layers.Input((features,))]
    for width in (1024, 512, 256):
        stack += [layers.Dense(width, activation="relu"), layers.Dropout(dropout)]
    return keras.Sequential([*stack, layers.Dense(18, activation="sigmoid")])


def keras_lenet(size: int) -> Any:
    return keras.Sequential(
        [
            layers.Input((size, size, 3)),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(18, activation="sigmoid"),
        ]
    )


def keras_inception(size: int, dropout: float) -> tuple[Any, Any]:
    """Return the trunk and the whole network."""
    trunk = keras.applications.InceptionV3(include_top=False, weights=None, input_shape=(size, size, 3))
    head = keras_head(2048, dropout)
    return trunk, keras.Sequential([trunk, layers.GlobalMaxPooling2D(), *head.layers])


def test_the_head_says_what_keras_says() -> None:
    ours, theirs = SeedHead(2048, dropout=0.2).eval(), keras_head(2048, 0.2)
    head_to(theirs, ours)
    features = torch.rand(5, 2048) * 3
    said = ours(features).sigmoid()
    assert said.shape == (5, 18)
    assert said.std(dim=0).median() > 1e-3
    torch.testing.assert_close(said, of_keras(theirs, features), atol=1e-4, rtol=0)
    assert counts(ours) == counts_of_keras(theirs) == (HEAD_PARAMETERS, 0)


def test_a_linear_head_is_one_dense_layer_of_keras() -> None:
    ours, theirs = LinearHead(32, 4), keras.Sequential([layers.Input((32,)), layers.Dense(4)])
    head_to(theirs, ours)
    features = torch.randn(3, 32)
    torch.testing.assert_close(ours(features), of_keras(theirs, features), atol=1e-5, rtol=0)
    assert counts(ours) == counts_of_keras(theirs) == (132, 0)


def test_a_head_without_hidden_layers_maps_features_to_outputs() -> None:
    assert counts(SeedHead(7, dropout=0.5, outputs=3, hidden=())) == (24, 0)


def test_dropout_leaves_units_out_in_training_only() -> None:
    head = SeedHead(64, dropout=0.5)
    features = torch.rand(4, 64)
    assert not torch.equal(head.train()(features), head(features))
    assert torch.equal(head.eval()(features), head(features))


def test_dropout_follows_each_hidden_layer_and_keeps_the_mean_as_in_keras() -> None:
    head = SeedHead(64, dropout=0.2).train()
    assert [type(layer) for layer in head.layers] == [nn.Linear, nn.ReLU, nn.Dropout] * 3 + [nn.Linear]
    ones = torch.ones(100_000)
    for kept in (head.layers[2](ones), layers.Dropout(0.2)(ones, training=True)):
        assert float((kept == 0).float().mean()) == pytest.approx(0.2, abs=0.01)
        assert float(kept.max()) == pytest.approx(1 / 0.8)


@pytest.mark.parametrize(
    "network", [SeedHead(2048, dropout=0.2), LinearHead(2048, 18), SeedLeNet(size=64)], ids=["head", "linear", "lenet"]
)
def test_weights_start_glorot_uniform_and_biases_zero(network: nn.Module) -> None:
    for layer in network.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            must_be_glorot(layer)
            assert layer.bias is not None
            assert not layer.bias.any()


def must_be_glorot(layer: nn.Linear | nn.Conv2d) -> None:
    """Compare with the limit of Keras' own initialiser, computed by it on the same shape."""
    weights = layer.weight.detach()
    shape = kernel_of(layer).shape if isinstance(layer, nn.Conv2d) else weights.T.shape
    fan_in, fan_out = keras.src.initializers.random_initializers.compute_fans(shape)
    limit = (6 / (fan_in + fan_out)) ** 0.5
    assert float(weights.abs().max()) <= limit
    assert float(weights.std()) == pytest.approx(limit / 3**0.5, rel=0.1)


def test_lenet_says_what_keras_says() -> None:
    ours, theirs = SeedLeNet().eval(), keras_lenet(299)
    maps = [layer for layer in ours.maps if isinstance(layer, nn.Conv2d)]
    for convolution, there in zip(maps, theirs.layers[:3:2], strict=True):
        assert convolution.bias is not None
        there.set_weights([kernel_of(convolution), convolution.bias.detach().numpy()])
    flat, *rest = [layer for layer in ours.dense if isinstance(layer, nn.Linear)]
    kernel = flat.weight.detach().reshape(120, 16, 71, 71).permute(2, 3, 1, 0).reshape(-1, 120)
    theirs.layers[5].set_weights([kernel.numpy(), flat.bias.detach().numpy()])
    for here, there in zip(rest, theirs.layers[6:], strict=True):
        dense_to(there, here)
    seen = films(3, 299)
    said = ours(seen).sigmoid()
    assert said.std(dim=0).median() > 1e-3
    torch.testing.assert_close(said, of_keras(theirs, seen), atol=1e-4, rtol=0)
    assert counts(ours) == counts_of_keras(theirs) == (9_693_406, 0)


def test_lenet_on_the_papers_own_size_has_the_papers_units() -> None:
    network = SeedLeNet(10, size=32, channels=1)
    assert network.maps(torch.zeros(1, 1, 32, 32)).shape == (1, 16, 5, 5)
    assert counts(network) == (61_706, 0)


def test_a_film_too_small_for_lenet_is_refused() -> None:
    assert SeedLeNet(size=16)(torch.zeros(1, 3, 16, 16)).shape == (1, 18)
    with pytest.raises(UsageError, match="at least 16 pixels"):
        SeedLeNet(size=15)


@pytest.fixture(scope="module")
def fresh() -> EndToEnd:
    return seed_inception(dropout=0.0, seed=3)


@pytest.fixture(scope="module")
def inception(fresh: EndToEnd) -> EndToEnd:
    """The same start with batch norms that let something through."""
    network = copy.deepcopy(fresh)
    enliven(network, films(3, 299, seed=1))
    return network


def test_inception_says_what_keras_says(inception: EndToEnd) -> None:
    trunk, theirs = keras_inception(299, 0.2)
    assert counts(inception) == counts_of_keras(theirs) == (21_768_352 + HEAD_PARAMETERS, 34_432)
    trunk_to(by_number(trunk), inception.trunk)
    head_to(theirs, inception.head)
    seen = films(2, 299)
    with torch.no_grad():
        said = inception.eval()(seen).sigmoid()
        again = inception(seen[1:]).sigmoid()
    assert said.std(dim=0).median() > 1e-3
    torch.testing.assert_close(said, of_keras(theirs, seen), atol=1e-4, rtol=0)
    torch.testing.assert_close(said[1:], again, atol=1e-5, rtol=0)


def test_inception_trains_its_batch_norms_as_keras_does(inception: EndToEnd) -> None:
    trunk, theirs = keras_inception(139, 0.0)
    trunk_to(by_number(trunk), inception.trunk)
    head_to(theirs, inception.head)
    kept = {name: tensor.clone() for name, tensor in inception.state_dict().items()}
    seen = films(3, 139)
    with torch.no_grad():
        said = inception.train()(seen).sigmoid()
    torch.testing.assert_close(said, of_keras(theirs, seen, training=True), atol=1e-4, rtol=0)
    first = next(layer for layer in by_number(trunk) if isinstance(layer, Norm))
    for part, value in (("mean", first.moving_mean), ("var", first.moving_variance)):
        name = f"trunk.Conv2d_1a_3x3.bn.running_{part}"
        moved = inception.state_dict()[name]
        assert not torch.allclose(moved, kept[name], rtol=1e-3)
        torch.testing.assert_close(moved, value.value.detach(), atol=1e-6, rtol=1e-4)
    inception.load_state_dict(kept)


def test_inception_counts_padding_out_of_its_average_pools(inception: EndToEnd) -> None:
    """Keep the comparison with Keras honest: with timm's own padding it fails."""
    trunk = inception.eval().trunk
    assert isinstance(trunk, fx.GraphModule)
    pools = [node for node in trunk.graph.nodes if node.target is nn.functional.avg_pool2d]
    seen = films(1, 139)
    with torch.no_grad():
        right = trunk(seen)
        for node in pools:
            node.kwargs = {**node.kwargs, "count_include_pad": True}
        trunk.recompile()
        wrong = trunk(seen)
        for node in pools:
            node.kwargs = {**node.kwargs, "count_include_pad": False}
        trunk.recompile()
        assert torch.equal(trunk(seen), right)
    assert len(pools) == 9
    assert float((wrong - right).abs().max()) > 0.01


def test_inception_starts_as_keras_starts_it(fresh: EndToEnd) -> None:
    convolutions = [layer for layer in fresh.modules() if isinstance(layer, nn.Conv2d)]
    norms = [layer for layer in fresh.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert len(convolutions) == len(norms) == 94
    for layer in convolutions:
        must_be_glorot(layer)
    assert {(layer.eps, layer.momentum) for layer in norms} == {(1e-3, 0.01)}
    assert all(bool((layer.weight == 1).all()) and not layer.bias.any() for layer in norms)
    assert not any(name.endswith("bn.weight") for name, _ in fresh.named_parameters())


def test_the_seed_alone_decides_the_start(fresh: EndToEnd) -> None:
    state = torch.get_rng_state()
    first = fresh.state_dict()
    again, other = (seed_inception(dropout=0.2, seed=seed).state_dict() for seed in (3, 4))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(first[name], again[name]) for name in first)
    for name in ("trunk.Mixed_5b.branch1x1.conv.weight", "head.layers.0.weight"):
        assert not torch.equal(first[name], other[name])


def test_inception_takes_weights_and_leaves_gamma_alone(tmp_path: Path) -> None:
    source = load_backbone(BackboneSpec("inception_v3", seed=9)).module.state_dict()
    source["Mixed_5b.branch1x1.bn.weight"] = torch.full((64,), 2.0)
    torch.save(source, tmp_path / "weights.pt")
    network = seed_inception(dropout=0.2, seed=3, weights=str(tmp_path / "weights.pt"))
    assert network.training
    found = network.trunk.state_dict()
    assert all(torch.equal(found[name], source[name]) for name in source)
    torch.autograd.backward(network(films(2, 96)).square().mean())
    assert all(one.grad is not None for one in network.parameters())
    assert counts(network) == (21_768_352 + HEAD_PARAMETERS, 34_432)


def test_densenet_has_the_parameters_of_keras_and_says_the_same() -> None:
    ours = mura_densenet(18, weights="none", seed=0)
    trunk = keras.applications.DenseNet169(include_top=False, weights=None, input_shape=(96, 96, 3))
    theirs = keras.Sequential([trunk, layers.GlobalAveragePooling2D(), layers.Dense(18, activation="sigmoid")])
    assert counts(ours) == counts_of_keras(theirs) == (12_484_480 + 1664 * 18 + 18, 158_400)
    enliven(ours, films(4, 96, seed=1))
    trunk_to(trunk.layers, ours.trunk)
    head_to(theirs, ours.head)
    seen = films(3, 96)
    with torch.no_grad():
        said = ours(seen).sigmoid()
    assert said.std(dim=0).median() > 1e-3
    torch.testing.assert_close(said, of_keras(theirs, seen), atol=1e-4, rtol=0)


def test_densenet_trains_from_given_weights(tmp_path: Path) -> None:
    source = load_backbone(BackboneSpec("densenet169", seed=9)).module.state_dict()
    torch.save(source, tmp_path / "weights.pt")
    network = mura_densenet(1, weights=str(tmp_path / "weights.pt"), seed=0)
    assert network.training
    assert torch.equal(network.trunk.state_dict()["features.conv0.weight"], source["features.conv0.weight"])
    torch.autograd.backward(network(films(2, 64)).square().mean())
    assert all(one.grad is not None for one in network.parameters())


@pytest.mark.parametrize(
    "build", [lambda: SeedHead(32, dropout=0.2), lambda: LinearHead(32, 4)], ids=["seed", "linear"]
)
def test_a_head_traces_with_any_number_of_films(build: Callable[[], nn.Module]) -> None:
    must_trace(build(), torch.rand(2, 32))


def test_lenet_traces_with_any_number_of_films() -> None:
    must_trace(SeedLeNet(size=64), films(2, 64))


@pytest.mark.slow
@pytest.mark.parametrize(
    "build",
    [lambda: seed_inception(dropout=0.2, seed=0), lambda: mura_densenet(18, weights="none", seed=0)],
    ids=["inception", "densenet"],
)
def test_a_whole_network_traces_with_any_number_of_films(build: Callable[[], nn.Module]) -> None:
    network = build()
    enliven(network, films(3, 96, seed=1))
    must_trace(network, films(2, 96))


def must_trace(network: nn.Module, inputs: Tensor) -> None:
    shapes = ({0: torch.export.Dim("films", min=1, max=4096)},)
    program = torch.export.export(network.eval(), (inputs,), dynamic_shapes=shapes).module()
    more = torch.cat([inputs, inputs.flip(0), inputs])
    with torch.no_grad():
        torch.testing.assert_close(program(more), network(more), atol=1e-5, rtol=1e-4)
