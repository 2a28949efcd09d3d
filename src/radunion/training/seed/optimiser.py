"""Adam as Keras does it: epsilon stands outside the bias correction, which matters when it is large."""

import math
from collections.abc import Callable
from typing import Any, overload

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from radunion.errors import UsageError


class KerasAdam(torch.optim.Optimizer):
    """Step by `lr` · sqrt(1 - β2^t) / (1 - β1^t) · m / (sqrt(v) + `eps`).

    This is the form just before section 2.1 of Kingma and Ba 2015: `eps` acts as `eps` / sqrt(1 - β2^t) does in
    torch's Adam: 32 times as large at the first step. Like Keras, one step count serves all parameters of a group.
    """

    def __init__(
        self, params: ParamsT, *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-7
    ) -> None:
        """Raise UsageError for settings outside their range."""
        if not (0 <= lr < math.inf and 0 <= eps < math.inf):
            raise UsageError(f"learning rate and epsilon must be finite and not below 0, found {lr} and {eps}")
        if not all(0 <= beta < 1 for beta in betas):
            raise UsageError(f"both betas must be at least 0 and below 1, found {betas}")
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "step": 0})

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Move every parameter that has a gradient; return what `closure` returns."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            self._move(group)
        return loss

    def _move(self, group: dict[str, Any]) -> None:
        group["step"] += 1
        moving = [parameter for parameter in group["params"] if parameter.grad is not None]
        if not moving:
            return
        gradients = [parameter.grad for parameter in moving]
        means, squares = self._moments(moving)
        first, second = group["betas"]
        torch._foreach_lerp_(means, gradients, 1 - first)
        torch._foreach_mul_(squares, second)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - second)
        scale = torch._foreach_sqrt(squares)
        torch._foreach_add_(scale, group["eps"])
        rate = group["lr"] * math.sqrt(1 - second ** group["step"]) / (1 - first ** group["step"])
        torch._foreach_addcdiv_(moving, means, scale, -rate)

    def _moments(self, parameters: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Return the running means of the gradients and of their squares, zero at first."""
        for parameter in parameters:
            if not self.state[parameter]:
                self.state[parameter] = {"mean": torch.zeros_like(parameter), "square": torch.zeros_like(parameter)}
        states = [self.state[parameter] for parameter in parameters]
        return [state["mean"] for state in states], [state["square"] for state in states]
