"""How the weights of a head move: the optimisers of `train_films`, each as one fused pass over all of them."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from radunion.training.films.settings import FilmSettings

_FIRST, _SECOND = 0.9, 0.999
_MOMENTUM = 0.9
_DECAY = 1e-2


@dataclass(frozen=True)
class Moving:
    """Views of the flat weights of one head, of their gradient, and of the running means of it and of its square."""

    weights: Float[Tensor, " p"]
    gradient: Float[Tensor, " p"]
    mean: Float[Tensor, " p"]
    square: Float[Tensor, " p"]


def move(head: Moving, settings: FilmSettings, step: int) -> None:
    """Take a step, counted from one.

    Keras adds epsilon outside Adam's bias correction, which is dividing torch's by sqrt(1 - β2^step). Momentum begins
    at zero, which is how torch begins it.
    """
    if settings.optimiser == "sgd":
        torch._fused_sgd_(
            [head.weights], [head.gradient], [head.mean], weight_decay=0.0, momentum=_MOMENTUM,
            lr=settings.learning_rate, dampening=0.0, nesterov=False, maximize=False, is_first_step=False,
        )  # fmt: skip
        return
    decoupled = settings.optimiser == "adamw"
    run = torch._fused_adamw_ if decoupled else torch._fused_adam_
    count = torch.full((), step, dtype=torch.float32, device=head.weights.device)
    run(
        [head.weights], [head.gradient], [head.mean], [head.square], [], [count],
        lr=settings.learning_rate, beta1=_FIRST, beta2=_SECOND, weight_decay=_DECAY if decoupled else 0.0,
        eps=settings.epsilon if decoupled else settings.epsilon / math.sqrt(1 - _SECOND**step),
        amsgrad=False, maximize=False,
    )  # fmt: skip
