import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.torch import load_file, save_file

from radunion.errors import UsageError, WeightsError
from radunion.features import Backbone, BackboneSpec, load_backbone
from radunion.features.fold import folded

SHARED = Path(os.environ.get("RADUNION_SHARED", Path(__file__).parents[2] / "shared"))
INCEPTION = SHARED / "weights" / "inception_v3_imagenet_to_mixed_7a.safetensors"
needs_weights = pytest.mark.skipif(not INCEPTION.exists(), reason=f"{INCEPTION} is not on this machine")


@pytest.fixture(scope="module")
def small() -> Backbone:
    return load_backbone(BackboneSpec("test_resnet"))


def films(size: tuple[int, int], *, count: int = 2, seed: int = 0) -> torch.Tensor:
    return torch.rand((count, 1, *size), generator=torch.Generator().manual_seed(seed))


def saved(folder: Path, backbone: Backbone, *, drop: str = "", add: str = "") -> Path:
    tensors = {name: tensor.contiguous() for name, tensor in backbone.module.state_dict().items() if name != drop}
    if add:
        tensors[add] = torch.zeros(3)
    path = folder / "weights.safetensors"
    save_file(tensors, path)
    return path


def test_random_weights_follow_the_seed_and_leave_torch_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again, other = (load_backbone(BackboneSpec("test_resnet", seed=seed)) for seed in (1, 1, 2))
    assert first.digest == again.digest != other.digest
    assert torch.equal(before, torch.get_rng_state())


def test_a_backbone_is_frozen_and_says_what_it_expects(small: Backbone) -> None:
    assert not small.module.training
    assert not any(parameter.requires_grad for parameter in small.module.parameters())
    assert (small.input_size, small.channels) == ((160, 160), 96)
    how = small.preprocessing()
    assert (how.height, how.width, how.shape) == (160, 160, "pad")


@pytest.mark.parametrize(
    "change", [{"tap": "layer2"}, {"pooling": "avg"}, {"padding": "tensorflow"}, {"seed": 1}, {"name": "test_byobnet"}]
)
def test_the_digest_changes_with_whatever_changes_the_features(small: Backbone, change: dict[str, object]) -> None:
    spec = BackboneSpec(**{"name": "test_resnet", **change})  # type: ignore[arg-type]
    assert load_backbone(spec).digest != small.digest


def test_the_digest_does_not_depend_on_where_the_weights_lie(small: Backbone, tmp_path: Path) -> None:
    assert load_backbone(BackboneSpec("test_resnet", str(saved(tmp_path, small)))).digest == small.digest


@pytest.mark.parametrize("tap", ["layer1", "layer3.0.conv1", "maxpool"])
def test_the_tap_gives_what_a_hook_on_the_whole_network_sees(tap: str) -> None:
    import timm

    backbone = load_backbone(BackboneSpec("test_resnet", tap=tap))
    torch.manual_seed(0)
    network = timm.create_model("test_resnet").eval()
    seen = []
    network.get_submodule(tap).register_forward_hook(lambda _module, _inputs, output: seen.append(output.clone()))
    pixels = films((160, 160)).expand(-1, 3, -1, -1)
    with torch.inference_mode():
        network(pixels)
        assert torch.equal(backbone.module(pixels), seen[0])


def test_nothing_after_the_tap_is_kept(small: Backbone) -> None:
    cut = load_backbone(BackboneSpec("test_resnet", tap="layer2"))
    assert set(cut.module.state_dict()) < set(small.module.state_dict())
    assert not [name for name in cut.module.state_dict() if name.startswith(("layer3", "layer4", "fc"))]


@pytest.mark.parametrize(("name", "tap"), [("test_vit", None), ("test_vit", "blocks.2"), ("test_convnext", None)])
def test_transformers_and_other_networks_give_maps(name: str, tap: str | None) -> None:
    backbone = load_backbone(BackboneSpec(name, tap=tap))
    with torch.inference_mode():
        maps = backbone.module(films(backbone.input_size).expand(-1, 3, -1, -1))
    assert maps.ndim == 4
    assert maps.shape[:2] == (2, backbone.channels)


def test_channels_come_first_where_a_network_puts_them_last() -> None:
    assert load_backbone(BackboneSpec("swin_tiny_patch4_window7_224")).channels == 768


def test_pooling_normalises_replicates_and_takes_maximum_or_mean(small: Backbone) -> None:
    grey = films((160, 160))
    mean, std = (torch.tensor(values).reshape(1, 3, 1, 1) for values in (small.mean, small.std))
    maps = small.module((grey.expand(-1, 3, -1, -1) - mean) / std)
    average = load_backbone(BackboneSpec("test_resnet", pooling="avg"))
    torch.testing.assert_close(small.pooled()(grey), maps.flatten(2).max(dim=2).values)
    torch.testing.assert_close(average.pooled()(grey), maps.flatten(2).mean(dim=2))


def test_folding_batch_norms_changes_nothing_but_the_work(small: Backbone) -> None:
    for tensor in small.module.state_dict().values():
        assert torch.isfinite(tensor.float()).all()
    fast = folded(small.module)
    pixels = films((160, 160)).expand(-1, 3, -1, -1)
    norms = [layer for layer in fast.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    with torch.inference_mode():
        torch.testing.assert_close(fast(pixels), small.module(pixels), rtol=1e-4, atol=1e-5)
    assert not norms


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (BackboneSpec("resnet_18"), "must be a timm model, found 'resnet_18'"),
        (BackboneSpec("test_resnet", tap="layer9"), "found 'layer9'; its layers are conv1, "),
        (BackboneSpec("test_vit", tap="norm"), r"must be blocks.0 to blocks.5 in a transformer, found 'norm'"),
        (BackboneSpec("test_vit", padding="tensorflow"), "a transformer has no average pools"),
    ],
)
def test_a_wrong_request_says_what_is_allowed(spec: BackboneSpec, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_backbone(spec)


def test_a_file_that_misses_a_tensor_is_refused_by_name(small: Backbone, tmp_path: Path) -> None:
    path = saved(tmp_path, small, drop="layer3.0.conv1.weight")
    with pytest.raises(WeightsError, match=r"found 1 missing \(layer3.0.conv1.weight\); choose"):
        load_backbone(BackboneSpec("test_resnet", str(path)))


def test_surplus_up_to_the_tap_is_refused_and_after_it_ignored(small: Backbone, tmp_path: Path) -> None:
    path = saved(tmp_path, small, add="layer1.0.gate.weight")
    with pytest.raises(WeightsError, match=r"found 1 surplus \(layer1.0.gate.weight\)"):
        load_backbone(BackboneSpec("test_resnet", str(path)))
    path = saved(tmp_path, small, add="fc.weight")
    assert load_backbone(BackboneSpec("test_resnet", str(path), tap="layer2")).channels == 48


def test_another_shape_is_refused(small: Backbone, tmp_path: Path) -> None:
    path = saved(tmp_path, small, drop="layer1.0.bn1.weight", add="layer1.0.bn1.weight")
    with pytest.raises(WeightsError, match=r"1 of another shape \(layer1.0.bn1.weight \(3,\) for \(32,\)\)"):
        load_backbone(BackboneSpec("test_resnet", str(path)))


@pytest.mark.parametrize("wrapper", [None, "state_dict"])
def test_a_state_dict_of_torch_is_read(small: Backbone, tmp_path: Path, wrapper: str | None) -> None:
    state = (
        small.module.state_dict()
        if wrapper is None
        else {wrapper: {f"module.{name}": tensor for name, tensor in small.module.state_dict().items()}}
    )
    torch.save(state, tmp_path / "weights.pt")
    assert load_backbone(BackboneSpec("test_resnet", str(tmp_path / "weights.pt"))).digest == small.digest


class Intruder:
    """What a pickle could run; it must never be built."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("loaded",)


def test_a_pickle_is_never_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save({"weight": Intruder()}, tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match="must be a state dict that loads with weights_only=True"):
        load_backbone(BackboneSpec("test_resnet", str(tmp_path / "weights.pth")))
    assert "loaded" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.safetensors", None, "no file is there"),
        ("weights.onnx", b"x", "must end in .safetensors, .pt, .pth or .h5, found .onnx"),
        ("weights.safetensors", b"not one", "must be a whole safetensors file"),
        ("weights.h5", b"not one", "must go with the backbone inception_v3, found ResNet"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match=message):
        load_backbone(BackboneSpec("test_resnet", str(tmp_path / name)))


def test_a_download_that_fails_says_to_give_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    import timm

    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(timm, "create_model", refuse)
    with pytest.raises(WeightsError, match=r"must be downloaded once, and that failed \(OSError\); give a local file"):
        load_backbone(BackboneSpec("resnet18", "imagenet"))


def test_padding_defaults_to_the_convention_of_the_graph() -> None:
    assert BackboneSpec("inception_v3").average_padding == "tensorflow"
    assert BackboneSpec("inception_v3.tf_in1k").average_padding == "tensorflow"
    assert BackboneSpec("inception_v3.gluon_in1k").average_padding == "timm"
    assert BackboneSpec("resnet50d").average_padding == "timm"
    assert BackboneSpec("inception_v3", padding="timm").average_padding == "timm"


@needs_weights
def test_inception_leaves_the_padding_out_of_its_average_pools() -> None:
    """The pool branch of the first block, against sums over windows divided by the pixels that exist."""
    backbone = load_backbone(BackboneSpec("inception_v3", str(INCEPTION), "Mixed_5b"))
    before = load_backbone(BackboneSpec("inception_v3", str(INCEPTION), "Pool2"))
    counted = load_backbone(BackboneSpec("inception_v3", str(INCEPTION), "Mixed_5b", padding="timm"))
    pixels = films((107, 107), count=1).expand(-1, 3, -1, -1) * 2 - 1
    with torch.inference_mode():
        maps = before.module(pixels)
        ones = torch.ones(1, 1, 3, 3)
        sums = F.conv2d(maps.transpose(0, 1), ones, padding=1).transpose(0, 1)
        means = sums / F.conv2d(torch.ones(1, 1, *maps.shape[2:]), ones, padding=1)
        state = backbone.module.state_dict()
        unit = "Mixed_5b.branch_pool"
        pooled = F.conv2d(means, state[f"{unit}.conv.weight"])
        scale = state[f"{unit}.bn.weight"] / torch.sqrt(state[f"{unit}.bn.running_var"] + 1e-3)
        shift = state[f"{unit}.bn.bias"] - state[f"{unit}.bn.running_mean"] * scale
        expected = F.relu(pooled * scale[:, None, None] + shift[:, None, None])
        found, other = backbone.module(pixels)[:, -32:], counted.module(pixels)[:, -32:]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    assert (found - other).abs().max() > 0.01 * found.abs().max()
    torch.testing.assert_close(found[..., 1:-1, 1:-1], other[..., 1:-1, 1:-1], rtol=1e-4, atol=1e-5)


@needs_weights
def test_weights_up_to_mixed_7a_fit_there_and_no_later() -> None:
    backbone = load_backbone(BackboneSpec("inception_v3", str(INCEPTION), "Mixed_7a"))
    assert (backbone.channels, backbone.input_size, backbone.mean) == (1280, (299, 299), (0.5, 0.5, 0.5))
    kernel = "Mixed_7a.branch3x3_1.conv.weight"
    assert torch.equal(backbone.module.state_dict()[kernel], load_file(INCEPTION)[kernel].float())
    with pytest.raises(WeightsError, match=r"90 missing \(Mixed_7b.branch1x1.bn.bias, "):
        load_backbone(BackboneSpec("inception_v3", str(INCEPTION), "Mixed_7c"))


def test_a_random_inception_keeps_the_signal_in_size() -> None:
    backbone = load_backbone(BackboneSpec("inception_v3"))
    with torch.inference_mode():
        features = backbone.pooled()(films((107, 107)))
    assert 0.01 < features.max() < 1000
    assert backbone.channels == 2048


def test_the_room_is_imported_without_torch_and_names_the_extra_on_use() -> None:
    script = """
import sys
sys.modules["torch"] = sys.modules["timm"] = None
from radunion.errors import MissingExtraError
from radunion.features import BackboneSpec, load_backbone
try:
    load_backbone(BackboneSpec("resnet18"))
except MissingExtraError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == 'a backbone needs the extra "train"; install it with: pip install "radunion[train]"'


def test_importing_the_room_loads_no_torch() -> None:
    script = "import sys, radunion.features; print(sorted({'torch', 'timm', 'h5py'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_pooled_features_are_exported_to_onnx_as_they_are(small: Backbone, tmp_path: Path) -> None:
    import onnxruntime

    grey = films((160, 160), count=3)
    rows = torch.export.Dim("rows")
    path = tmp_path / "backbone.onnx"
    torch.onnx.export(small.pooled(), (grey,), path, dynamo=True, dynamic_shapes=({0: rows},), verbose=False)
    session = onnxruntime.InferenceSession(path)
    found = session.run(None, {session.get_inputs()[0].name: grey[:2].numpy()})[0]
    np.testing.assert_allclose(found, small.pooled()(grey[:2]).numpy(), rtol=1e-4, atol=1e-5)
