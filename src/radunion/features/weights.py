"""Weights files, read safely, and how well they fit a trunk."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import nn

from radunion.errors import WeightsError
from radunion.features.keras import read_keras

Tensors = dict[str, torch.Tensor]

_WRAPPERS = ("state_dict", "model", "model_state_dict", "state_dict_ema")
_PREFIXES = ("module.", "model.", "encoder.")
_HEADS = ("AuxLogits", "fc", "head", "classifier", "last_linear", "head_dist")
_LISTED = 8


def read_weights(path: Path, network: nn.Module) -> Tensors:
    """Read a weights file under the names of `network`.

    Takes `.safetensors`, `.pt` and `.pth` (tensors only, nothing is unpickled) and Keras' `.h5` of InceptionV3. Raises
    WeightsError when there is no such file or it is of another kind or damaged.
    """
    if not path.is_file():
        raise WeightsError(f"{path}: the weights must be none, imagenet or an existing file; no file is there")
    kind = path.suffix.lower()
    if kind == ".safetensors":
        return _read_safetensors(path)
    if kind in (".pt", ".pth"):
        return _read_torch(path)
    if kind in (".h5", ".hdf5"):
        return _read_keras(path, network)
    raise WeightsError(
        f"{path}: a weights file must end in .safetensors, .pt, .pth or .h5, found {kind or 'no ending'}"
    )


def fit(tensors: Tensors, trunk: nn.Module, network_names: Iterable[str], source: str) -> None:
    """Load tensors into a trunk, every one that it needs; what lies after the tap is ignored.

    `network_names` are the tensors of the whole network. Raises WeightsError that lists the tensors that are missing,
    surplus or of another shape up to the tap.
    """
    wanted = {name: tensor for name, tensor in trunk.state_dict().items() if not _is_counter(name)}
    prefix = _prefix(trunk)
    found = {prefix + name: tensor for name, tensor in tensors.items() if not _is_counter(name)}
    beyond = {prefix + name for name in network_names} - set(wanted)
    misfit = {
        "missing": sorted(set(wanted) - set(found)),
        "surplus": sorted(name for name in set(found) - set(wanted) - beyond if not _in_a_head(name)),
        "of another shape": [
            f"{name} {tuple(found[name].shape)} for {tuple(tensor.shape)}"
            for name, tensor in wanted.items()
            if name in found and found[name].shape != tensor.shape
        ],
    }
    if any(misfit.values()):
        raise WeightsError(_misfit_message(source, misfit, len(wanted)))
    trunk.load_state_dict({name: found[name].float() for name in wanted}, strict=False)


def _misfit_message(source: str, misfit: Mapping[str, list[str]], wanted: int) -> str:
    kinds = [f"{len(names)} {kind} ({_some(names)})" for kind, names in misfit.items() if names]
    return (
        f"{source}: must hold the {wanted} tensors of the backbone up to its tap, found {'; '.join(kinds)}; "
        "choose the backbone and tap that the file was made for, or an earlier tap"
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def _prefix(trunk: nn.Module) -> str:
    return "network." if hasattr(trunk, "network") else ""


def _is_counter(name: str) -> bool:
    """Whether a tensor only counts batches seen in training: it changes no output."""
    return name.endswith("num_batches_tracked")


def _in_a_head(name: str) -> bool:
    return name.removeprefix("network.").partition(".")[0] in _HEADS


def _read_safetensors(path: Path) -> Tensors:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path}: must be a whole safetensors file, this one cannot be read ({error})") from error


def _read_torch(path: Path) -> Tensors:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for damaged or unsafe files
        raise WeightsError(
            f"{path}: must be a state dict that loads with weights_only=True, this one does not "
            f"({type(error).__name__}); save its state_dict() alone, best as .safetensors"
        ) from error
    return _without_prefix(_unwrapped(content, path))


def _unwrapped(content: object, path: Path) -> Tensors:
    for key in _WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not content:
        raise WeightsError(f"{path}: must be a state dict, found {type(content).__name__}; save the state_dict() alone")
    if not all(isinstance(value, torch.Tensor) for value in content.values()):
        raise WeightsError(f"{path}: a state dict must hold tensors only, this one holds other things too")
    return content


def _without_prefix(tensors: Tensors) -> Tensors:
    """Drop a prefix that a training wrapper put before every name."""
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return tensors


def _read_keras(path: Path, network: nn.Module) -> Tensors:
    if type(network).__name__ != "InceptionV3":
        raise WeightsError(
            f"{path}: a Keras file must go with the backbone inception_v3, found {type(network).__name__}; "
            "give a .safetensors or .pt file for other backbones"
        )
    names = [name for name in network.state_dict() if name.endswith(".conv.weight")]
    return read_keras(path, names)
