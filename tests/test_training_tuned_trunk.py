"""A trunk parted where learning begins says what the whole says, and only what lies above learns."""

import pytest
import torch
from tests.test_training_tuned_samples import backbone

from radunion.errors import UsageError
from radunion.features import BackboneSpec, load_backbone
from radunion.training.tuned.trunk import learning_blocks, split_trunk


@pytest.mark.parametrize(
    ("name", "layer", "parted"),
    [("test_resnet", "layer3", True), ("test_convnext", "stages.2", True), ("test_vit", "blocks.1", False)],
)
def test_a_parted_trunk_says_what_the_whole_says(name: str, layer: str, parted: bool) -> None:
    whole = load_backbone(BackboneSpec(name))
    split = split_trunk(whole.module, learning_blocks(whole, layer))
    pixels = torch.rand(2, 3, *whole.input_size, generator=torch.Generator().manual_seed(0))
    assert split.parted is parted
    with torch.inference_mode():
        assert torch.equal(split(pixels), whole.module(pixels))


def test_the_named_block_and_all_above_learn_and_the_given_trunk_stays_frozen() -> None:
    split = split_trunk(backbone().module, learning_blocks(backbone(), "layer3"))
    learning = {name.split(".")[1] for name, one in split.named_parameters() if one.requires_grad}
    assert learning == {"layer3", "layer4"}
    assert not any(one.requires_grad for one in split.below.parameters())
    assert not any(one.requires_grad for one in backbone().module.parameters())


def test_blocks_count_upward() -> None:
    blocks = learning_blocks(backbone(), "layer2")
    lowest = [max(block for name, block in blocks.items() if name.startswith(f"layer{at}")) for at in (2, 3, 4)]
    assert lowest == sorted(set(lowest))


@pytest.mark.parametrize("layer", ["layer9", "layer", "global_pool"])
def test_a_layer_that_is_not_there_is_refused_and_those_that_are_named(layer: str) -> None:
    with pytest.raises(UsageError, match=r"layer of test_resnet that has weights, found .*; its .* layer4\.0"):
        learning_blocks(backbone(), layer)
