"""InceptionV3 weights as Keras writes them (`.h5`), put under timm's names.

Layer numbers in these files depend on the session that wrote them (`conv2d_94` may be the first), so tensors are
matched by the order of creation and checked by shape. Keras and timm create the 94 pairs of convolution and batch
norm in one order, and both use an epsilon of 1e-3. Batch norm has no gamma in `keras.applications` and in
RadImageNet's files: a scale of one. Three layouts are read: weights or a whole model as Keras 2 and 3 write them in
`.h5`, and Keras 3's `.weights.h5`.

Compared with Keras 3.15 (TensorFlow 2.21) itself: a random InceptionV3 saved in all three ways, one film of 299 px;
features agree within 3e-6 of their largest value at `mixed0`, `mixed8` (timm's `Mixed_7a`) and the last map.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32

from radunion.errors import WeightsError

Layers = dict[str, dict[str, np.ndarray]]

_NORM_PARTS = {"gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"}
_NUMBERED_NORM = {3: ("beta", "moving_mean", "moving_variance"), 4: tuple(_NORM_PARTS)}
_IGNORED = re.compile(r"(^|/)(optimizer|optimizer_weights|top_level_model_weights|dense\w*|predictions)(/|$)")


def read_keras(path: Path, convolutions: list[str]) -> dict[str, torch.Tensor]:
    """Read an InceptionV3 `.h5` file into tensors under timm's names.

    `convolutions` are the names of the network's convolutions in order of creation, such as
    `Conv2d_1a_3x3.conv.weight`; a file may hold fewer. Raises WeightsError when the file is not laid out as Keras does.
    """
    layers = _layers(path)
    kernels = _in_order(name for name, parts in layers.items() if "kernel" in parts)
    norms = _in_order(name for name, parts in layers.items() if "moving_mean" in parts)
    if not kernels or len(kernels) != len(norms) or len(kernels) > len(convolutions):
        raise WeightsError(
            f"{path}: an InceptionV3 file must hold up to {len(convolutions)} convolutions, each with its batch norm, "
            f"found {len(kernels)} convolutions and {len(norms)} batch norms; give the .h5 file of an InceptionV3"
        )
    tensors: dict[str, torch.Tensor] = {}
    for name, kernel, norm in zip(convolutions, kernels, norms, strict=False):
        tensors |= _pair(name.removesuffix(".conv.weight"), layers[kernel]["kernel"], layers[norm])
    return tensors


def _pair(unit: str, kernel: Float32[np.ndarray, "h w i o"], norm: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """Name one convolution and its batch norm; Keras' kernels are (h, w, in, out)."""
    parts = {"gamma": np.ones_like(norm["moving_mean"]), **norm}
    tensors = {f"{unit}.bn.{_NORM_PARTS[part]}": torch.from_numpy(value) for part, value in parts.items()}
    tensors[f"{unit}.conv.weight"] = torch.from_numpy(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
    return tensors


def _layers(path: Path) -> Layers:
    import h5py

    layers: Layers = {}

    def collect(name: str, item: Any) -> None:
        if not isinstance(item, h5py.Dataset) or _IGNORED.search(name):
            return
        layer, part = _address(name, item)
        layers.setdefault(layer, {})[part] = np.asarray(item, dtype=np.float32)

    try:
        with h5py.File(path) as file:
            file.visititems(collect)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise WeightsError(f"{path}: a Keras weights file must be HDF5, this one cannot be read ({error})") from error
    return {layer: parts for layer, parts in layers.items() if {"kernel", "moving_mean"} & set(parts)}


def _address(name: str, item: Any) -> tuple[str, str]:
    """Return the layer and the part that a dataset holds."""
    group, _, part = name.rpartition("/")
    if not part.isdigit():
        return group.rpartition("/")[2], part.partition(":")[0]
    layer = str(item.parent.attrs.get("name", group.split("/")[-2]))
    if item.ndim == 4:
        return layer, "kernel"
    names = _NUMBERED_NORM.get(len(item.parent), ())
    return layer, names[int(part)] if int(part) < len(names) else part


def _in_order(names: Any) -> list[str]:
    """Sort layer names by their number; the first of a kind has none."""

    def number(name: str) -> tuple[str, int]:
        stem, _, tail = name.rpartition("_")
        return (stem, int(tail)) if tail.isdigit() else (name, 0)

    return sorted(names, key=number)
