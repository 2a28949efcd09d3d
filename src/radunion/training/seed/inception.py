"""InceptionV3 from the first convolution to the seed study's 18 outputs, as Keras builds and trains it."""

import torch
from torch import nn

from radunion.training.seed.end_to_end import EndToEnd, trainable_trunk
from radunion.training.seed.glorot import glorot
from radunion.training.seed.head import SEED_OUTPUTS, SeedHead

_FEATURES = 2048
_MOMENTUM = 0.01  # Keras calls it 0.99: what is kept of the running statistics, not what is new


def seed_inception(*, dropout: float, seed: int, weights: str = "none", outputs: int = SEED_OUTPUTS) -> EndToEnd:
    """Build the network of protocol `thesis-1`: films (n, 3, 299, 299) in [-1, 1] to logits (n, `outputs`).

    As in `keras.applications`: batch norm has an epsilon of 1e-3, keeps 0.99 of its running statistics and has no
    trainable gamma, average pools leave their padding out, weights start Glorot-uniform. Then a global max pool and
    the seed's head. `weights` are those of `BackboneSpec`; the seed's own run began with `none`. The start depends on
    `seed` alone. Raises as `load_backbone` does.
    """
    trunk = trainable_trunk("inception_v3", weights=weights, seed=seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if weights == "none":
            glorot(trunk)
        head = SeedHead(_FEATURES, dropout=dropout, outputs=outputs)
    _norms_of_keras(trunk)
    return EndToEnd(trunk, head, pooling="max")


def _norms_of_keras(trunk: nn.Module) -> None:
    """Make gamma a constant under its own name, so that weights files still fit and no optimiser sees it."""
    for layer in trunk.modules():
        if isinstance(layer, nn.BatchNorm2d):
            gamma = layer.weight.detach().clone()
            del layer.weight
            layer.register_buffer("weight", gamma)
            layer.momentum = _MOMENTUM
