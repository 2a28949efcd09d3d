"""How Keras starts a layer: Glorot-uniform weights and zero bias."""

from torch import nn


def glorot(network: nn.Module) -> None:
    """Start every convolution and dense layer of a network anew, as Keras does by default.

    Weights are uniform within ±sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010), drawn from torch's generator.
    """
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
