"""A frozen backbone: built by name, filled with weights, cut at its tap, known by its digest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radunion.errors import MissingExtraError, UsageError, WeightsError
from radunion.features.spec import BackboneSpec
from radunion.radiograph import Preprocessing

if TYPE_CHECKING:
    from torch import nn

    from radunion.features.pooled import PooledBackbone


@dataclass(frozen=True)
class Backbone:
    """A network up to its tap, in evaluation mode, with what it expects of its input.

    `module` maps normalised (n, 3, h, w) to (n, `channels`, h', w'). `input_size` is (height, width) in pixels.
    `digest` is the SHA-256 of everything that the features depend on: the tensors in use, tap, padding, pooling,
    normalisation.
    """

    spec: BackboneSpec
    module: "nn.Module"
    input_size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    channels: int
    digest: str

    def preprocessing(self) -> Preprocessing:
        """Return how a film is brought to the size that the backbone's own configuration asks for."""
        height, width = self.input_size
        return Preprocessing(height=height, width=width)

    def pooled(self) -> "PooledBackbone":
        """Return the module from grey films in [0, 1] (n, 1, h, w) to features (n, `channels`)."""
        from radunion.features.pooled import PooledBackbone

        return PooledBackbone(self.module, mean=self.mean, std=self.std, pooling=self.spec.pooling).eval()


def load_backbone(spec: BackboneSpec) -> Backbone:
    """Build a backbone, fill it with its weights and cut it at its tap.

    Raises MissingExtraError without torch and timm, UsageError for an unknown backbone or tap, and WeightsError for
    weights that cannot be had or do not fit.
    """
    _require_timm()
    from timm.data import resolve_model_data_config  # type: ignore[attr-defined,unused-ignore]

    from radunion.features.trunk import trunk_of
    from radunion.features.weights import fit, read_weights

    network = _network(spec)
    names = list(network.state_dict())
    tensors = None if spec.weights in ("none", "imagenet") else read_weights(Path(spec.weights), network)
    config = resolve_model_data_config(network)  # type: ignore[no-untyped-call,unused-ignore]
    module = trunk_of(network, tap=spec.tap, padding=spec.average_padding)
    if tensors is not None:
        fit(tensors, module, names, spec.weights)
    return _frozen(spec, module, config)


def _require_timm() -> None:
    try:
        import timm  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("a backbone", "train") from error


def _network(spec: BackboneSpec) -> "nn.Module":
    """Create the whole network; random weights come from the seed alone and leave torch's own generator as it was."""
    import timm
    import torch

    if not timm.is_model(spec.name.partition(".")[0]):
        close = ", ".join(timm.list_models(f"*{spec.name.partition('.')[0][:6]}*")[:5])
        raise UsageError(f"a backbone must be a timm model, found {spec.name!r}; close to it: {close or 'none'}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        if spec.weights != "imagenet":
            return _random(timm.create_model(spec.name, pretrained=False).eval())
        try:
            return timm.create_model(spec.name, pretrained=True).eval()
        except Exception as error:  # the download fails in as many ways as networks do
            raise WeightsError(
                f"{spec.name}: the ImageNet weights must be downloaded once, and that failed ({type(error).__name__}); "
                "give a local file instead: .safetensors, .pt or, for InceptionV3, Keras' .h5"
            ) from error


def _random(network: "nn.Module") -> "nn.Module":
    """Keep the signal's size through a random InceptionV3: timm's own start grows it by twelve orders of magnitude."""
    from torch import nn

    if type(network).__name__ == "InceptionV3":
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return network


def _frozen(spec: BackboneSpec, module: "nn.Module", config: dict[str, Any]) -> Backbone:
    import torch

    size = (int(config["input_size"][1]), int(config["input_size"][2]))
    mean, std = _triple(config["mean"]), _triple(config["std"])
    module.eval().requires_grad_(False)
    with torch.inference_mode():
        maps = module(torch.zeros(1, 3, *size))
    if not isinstance(maps, torch.Tensor) or maps.ndim != 4:
        raise UsageError(f"the tap must give one feature map (n, c, h, w), {spec.tap!r} of {spec.name} does not")
    return Backbone(spec, module, size, mean, std, maps.shape[1], _digest(spec, module, (mean, std)))


def _triple(values: Sequence[float]) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _digest(spec: BackboneSpec, module: "nn.Module", normalisation: object) -> str:
    setting = ("1", spec.name.partition(".")[0], spec.tap, spec.pooling, spec.average_padding, normalisation)
    state = hashlib.sha256(repr(setting).encode())
    for name, tensor in sorted(module.state_dict().items()):
        if not name.endswith("num_batches_tracked"):
            state.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
            state.update(tensor.contiguous().numpy().tobytes())
    return state.hexdigest()
