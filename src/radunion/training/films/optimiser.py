"""What moves the weights of a network of single films."""

from collections.abc import Iterable

import torch
from torch import nn

from radunion.training.films.settings import FilmSettings
from radunion.training.seed.optimiser import KerasAdam

_MOMENTUM = 0.9
_DECAY = 1e-2


def optimiser_of(parameters: Iterable[nn.Parameter], settings: FilmSettings) -> torch.optim.Optimizer:
    """Return the optimiser that the settings name, on the parameters that learn."""
    learning = [parameter for parameter in parameters if parameter.requires_grad]
    rate, epsilon = settings.learning_rate, settings.epsilon
    if settings.optimiser == "adamw":
        return torch.optim.AdamW(learning, lr=rate, eps=epsilon, weight_decay=_DECAY)
    if settings.optimiser == "sgd":
        return torch.optim.SGD(learning, lr=rate, momentum=_MOMENTUM)
    return KerasAdam(learning, lr=rate, eps=epsilon)
