from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from radunion.errors import WeightsError
from radunion.features import Backbone, BackboneSpec, load_backbone

Pair = tuple[np.ndarray, dict[str, np.ndarray]]
"""A kernel (h, w, in, out) and its batch norm by Keras' names."""

TAP = "Mixed_5b"

_A = [(1, 1, 64), (1, 1, 48), (5, 5, 64), (1, 1, 64), (3, 3, 96), (3, 3, 96)]


def _c(width: int) -> list[tuple[int, int, int]]:
    double = [(1, 1, width), (7, 1, width), (1, 7, width), (7, 1, width), (1, 7, 192)]
    return [(1, 1, 192), (1, 1, width), (1, 7, width), (7, 1, 192), *double, (1, 1, 192)]


_E = [(1, 1, 320), (1, 1, 384), (1, 3, 384), (3, 1, 384), (1, 1, 448), (3, 3, 384), (1, 3, 384), (3, 1, 384)]

KERAS_ORDER = [
    *[(3, 3, 32), (3, 3, 32), (3, 3, 64), (1, 1, 80), (3, 3, 192)],
    *[*_A, (1, 1, 32)],
    *[*_A, (1, 1, 64)],
    *[*_A, (1, 1, 64)],
    *[(3, 3, 384), (1, 1, 64), (3, 3, 96), (3, 3, 96)],
    *[*_c(128), *_c(160), *_c(160), *_c(192)],
    *[(1, 1, 192), (3, 3, 320), (1, 1, 192), (1, 7, 192), (7, 1, 192), (3, 3, 192)],
    *[*_E, (1, 1, 192)],
    *[*_E, (1, 1, 192)],
]
"""Kernel height, width and filters of keras.applications' InceptionV3, in the order in which Keras creates them."""


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    """An InceptionV3 up to its first mixed block with random kernels and statistics, scale one."""
    backbone = load_backbone(BackboneSpec("inception_v3", tap=TAP))
    random = torch.Generator().manual_seed(1)
    state = {
        name: torch.rand(tensor.shape, generator=random) + 0.5 if ".bn." in name else tensor.clone()
        for name, tensor in backbone.module.state_dict().items()
        if not name.endswith(("bn.weight", "num_batches_tracked"))
    }
    state |= {
        name: torch.ones_like(tensor)
        for name, tensor in backbone.module.state_dict().items()
        if name.endswith("bn.weight")
    }
    path = tmp_path_factory.mktemp("truth") / "truth.safetensors"
    save_file(state, path)
    return load_backbone(BackboneSpec("inception_v3", str(path), TAP))


def pairs_of(backbone: Backbone) -> list[Pair]:
    state = {name: tensor.numpy() for name, tensor in backbone.module.state_dict().items()}
    units = [name.removesuffix(".conv.weight") for name in state if name.endswith(".conv.weight")]
    return [
        (
            state[f"{unit}.conv.weight"].transpose(2, 3, 1, 0),
            {
                "beta": state[f"{unit}.bn.bias"],
                "moving_mean": state[f"{unit}.bn.running_mean"],
                "moving_variance": state[f"{unit}.bn.running_var"],
            },
        )
        for unit in units
    ]


def numbered(stem: str, number: int) -> str:
    return stem if number == 0 else f"{stem}_{number}"


def keras_2(file: h5py.File, pairs: list[Pair], *, root: str = "", first: int = 0, ending: str = ":0") -> None:
    """Write as `save_weights` and, under `model_weights`, as `save` do; layers before may have taken numbers."""
    for index, (kernel, norm) in reversed(list(enumerate(pairs))):
        layer = numbered("conv2d", first + index)
        file[f"{root}{layer}/{layer}/kernel{ending}"] = kernel
        layer = numbered("batch_normalization", index)
        for part, value in norm.items():
            file[f"{root}{layer}/{layer}/{part}{ending}"] = value
    file[f"{root}predictions/predictions/kernel{ending}"] = np.zeros((4, 4), dtype=np.float32)
    file["optimizer_weights/Adam/conv2d/kernel_m"] = np.zeros((3, 3, 3, 32), dtype=np.float32)


def nested(file: h5py.File, pairs: list[Pair]) -> None:
    """Write as `save` does for a network inside another, which is how fine-tuned models come."""
    for index, (kernel, norm) in enumerate(pairs):
        file[f"model_weights/inception_v3/{numbered('conv2d', index + 94)}/kernel:0"] = kernel
        for part, value in norm.items():
            file[f"model_weights/inception_v3/{numbered('batch_normalization', index + 94)}/{part}:0"] = value


def keras_3(file: h5py.File, pairs: list[Pair], *, scale: bool = False) -> None:
    """Write as `.weights.h5`: groups in the order of depth, the layer's own name in an attribute."""
    for place, index in enumerate(np.random.default_rng(0).permutation(len(pairs))):
        kernel, norm = pairs[index]
        variables = file.create_group(f"layers/{numbered('conv2d', place)}/vars")
        variables.attrs["name"] = numbered("conv2d", int(index) + 2)
        variables["0"] = kernel
        variables = file.create_group(f"layers/{numbered('batch_normalization', place)}/vars")
        variables.attrs["name"] = numbered("batch_normalization", int(index))
        values = [np.ones_like(norm["beta"])] * scale + list(norm.values())
        for number, value in enumerate(values):
            variables[str(number)] = value


LAYOUTS: dict[str, Callable[[h5py.File, list[Pair]], None]] = {
    "keras 2 weights": keras_2,
    "keras 2 weights of a later session": lambda file, pairs: keras_2(file, pairs, first=95),
    "keras 3 model": lambda file, pairs: keras_2(file, pairs, root="model_weights/", ending=""),
    "nested model": nested,
    "keras 3 weights": keras_3,
    "keras 3 weights with scale": lambda file, pairs: keras_3(file, pairs, scale=True),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_keras_gives_the_same_backbone(truth: Backbone, tmp_path: Path, layout: str) -> None:
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        LAYOUTS[layout](file, pairs_of(truth))
    read = load_backbone(BackboneSpec("inception_v3", str(tmp_path / "weights.h5"), TAP))
    assert read.digest == truth.digest


def test_timm_creates_its_convolutions_in_the_order_of_keras() -> None:
    state = timm.create_model("inception_v3").state_dict()
    kernels = [tuple(state[name].shape) for name in state if name.endswith(".conv.weight")]
    assert [(height, width, filters) for filters, _, height, width in kernels] == KERAS_ORDER
    assert len(KERAS_ORDER) == 94


def test_batch_norm_has_the_epsilon_of_keras(truth: Backbone) -> None:
    norms = {layer.eps for layer in truth.module.modules() if isinstance(layer, torch.nn.BatchNorm2d)}
    assert norms == {1e-3}


def test_a_gamma_in_the_file_is_used(truth: Backbone, tmp_path: Path) -> None:
    pairs = [(kernel, {"gamma": np.full_like(norm["beta"], 2.0), **norm}) for kernel, norm in pairs_of(truth)]
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        keras_2(file, pairs)
    read = load_backbone(BackboneSpec("inception_v3", str(tmp_path / "weights.h5"), TAP))
    assert float(read.module.state_dict()["Mixed_5b.branch1x1.bn.weight"].unique()) == 2.0


def test_a_file_that_ends_before_the_tap_names_what_is_missing(truth: Backbone, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        keras_2(file, pairs_of(truth)[:-1])
    with pytest.raises(WeightsError, match=r"found 5 missing \(Mixed_5b.branch_pool.bn.bias, "):
        load_backbone(BackboneSpec("inception_v3", str(tmp_path / "weights.h5"), TAP))


def test_another_network_of_keras_is_refused_by_shape(truth: Backbone, tmp_path: Path) -> None:
    pairs = pairs_of(truth)
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        keras_2(file, [pairs[1], pairs[0], *pairs[2:]])
    with pytest.raises(WeightsError, match=r"of another shape \(Conv2d_1a_3x3.conv.weight \(32, 32, 3, 3\) for"):
        load_backbone(BackboneSpec("inception_v3", str(tmp_path / "weights.h5"), TAP))


def test_convolutions_without_batch_norms_are_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file["conv2d/conv2d/kernel:0"] = np.zeros((3, 3, 3, 32), dtype=np.float32)
    with pytest.raises(WeightsError, match="found 1 convolutions and 0 batch norms"):
        load_backbone(BackboneSpec("inception_v3", str(tmp_path / "weights.h5"), TAP))


def test_a_damaged_file_is_refused(truth: Backbone, tmp_path: Path) -> None:
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        keras_2(file, pairs_of(truth))
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(WeightsError, match="must be HDF5, this one cannot be read"):
        load_backbone(BackboneSpec("inception_v3", str(path), TAP))
