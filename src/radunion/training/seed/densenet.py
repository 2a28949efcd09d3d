"""DenseNet-169 with a linear head, the network of the MURA study."""

import torch

from radunion.training.seed.end_to_end import EndToEnd, trainable_trunk
from radunion.training.seed.head import LinearHead

_FEATURES = 1664


def mura_densenet(outputs: int, *, weights: str, seed: int) -> EndToEnd:
    """Build the network of protocol `mura`: films (n, 3, h, w), normalised as ImageNet, to logits (n, `outputs`).

    DenseNet-169, a global average pool and one dense layer, all trained (Rajpurkar and others 2018, which starts from
    ImageNet). `weights` are those of `BackboneSpec`: `imagenet`, a file, or `none`. The start of the head, and of the
    trunk without weights, depends on `seed` alone. Raises as `load_backbone` does.
    """
    trunk = trainable_trunk("densenet169", weights=weights, seed=seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        head = LinearHead(_FEATURES, outputs)
    return EndToEnd(trunk, head, pooling="avg")
