"""Heads of one shape that learn as one computation: stacked weights, forward and backward written out.

With a single head the matrices are two-dimensional, with several the first axis is the head's. A graph of gradients
costs more than the arithmetic of so small a network, so buffers are made once and every product writes into them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from radunion.training.films.many_move import Moving, move
from radunion.training.films.settings import FilmSettings

HeadPrecision = Literal["float32", "bfloat16", "float64"]
"""`bfloat16`: hidden layers multiply in it; the weights that the optimiser moves and the last layer stay in float32."""
_MASTER: dict[HeadPrecision, torch.dtype] = {
    "float32": torch.float32, "bfloat16": torch.float32, "float64": torch.float64,
}  # fmt: skip
UNITS: dict[HeadPrecision, torch.dtype] = {**_MASTER, "bfloat16": torch.bfloat16}
"""What features, hidden units and their gradients are kept in."""


@dataclass(frozen=True)
class Layout:
    """Where the layers of a head stand in a flat row: hidden weights, hidden biases, last weight, last bias.

    `sizes` are the features, the widths of the hidden layers and the outputs.
    """

    sizes: tuple[int, ...]

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Each layer's outputs and inputs."""
        return [(after, before) for before, after in pairwise(self.sizes)]

    @property
    def hidden(self) -> int:
        """How many numbers the hidden layers have; they come first."""
        return sum(after * before + after for after, before in self.shapes[:-1])

    @property
    def parameters(self) -> int:
        """How many numbers a head has."""
        return sum(after * before + after for after, before in self.shapes)

    def hidden_layers(self, flat: Float[Tensor, "f p"]) -> list[tuple[Tensor, Tensor]]:
        """Return weight (f, out, in) and bias (f, out) of each hidden layer as views."""
        shapes = self.shapes[:-1]
        lengths = [after * before for after, before in shapes] + [after for after, _ in shapes]
        parts = flat[:, : self.hidden].split(lengths, dim=1) if shapes else ()
        weights, biases = parts[: len(shapes)], parts[len(shapes) :]
        return [(one.unflatten(1, shape), bias) for one, bias, shape in zip(weights, biases, shapes, strict=True)]

    def last_layer(self, flat: Float[Tensor, "f p"]) -> tuple[Tensor, Tensor]:
        """Return weight (f, out, in) and bias (f, out) of the last layer as views."""
        after, before = self.shapes[-1]
        weight, bias = flat[:, self.hidden :].split((after * before, after), dim=1)
        return weight.unflatten(1, (after, before)), bias

    def flatten(self, module: nn.Module) -> Float[Tensor, " p"]:
        """Lay out the dense layers of a module, which come as weight, bias, weight, bias."""
        found = [parameter.detach() for parameter in module.parameters()]
        weights, biases = found[0::2], found[1::2]
        return torch.cat([one.flatten() for one in (*weights[:-1], *biases[:-1], weights[-1], biases[-1])])


class HeadStack:
    """f heads, the moments of their gradients, and the buffers of a step of at most `rows` rows."""

    def __init__(
        self,
        start: Float[Tensor, "f p"],
        layout: Layout,
        settings: Sequence[FilmSettings],
        *,
        precision: HeadPrecision,
        rows: int,
    ) -> None:
        """Copy the weights to start from; they are on the device that will compute."""
        self.layout = layout
        self.settings = list(settings)
        self.precision = precision
        self.rows = rows
        self.master = start.to(_MASTER[precision], copy=True)
        self.taken = [0] * len(settings)
        self.means = torch.zeros_like(self.master)
        self.squares = torch.zeros_like(self.master)
        self._prepare()

    def only(self, kept: Sequence[int]) -> "HeadStack":
        """Return a stack of some of the heads as they stand."""
        index = torch.tensor(kept, device=self.master.device)
        settings = [self.settings[one] for one in kept]
        other = HeadStack(self.master[index], self.layout, settings, precision=self.precision, rows=self.rows)
        other.means, other.squares = self.means[index], self.squares[index]
        other.taken = [self.taken[one] for one in kept]
        return other

    @property
    def nbytes(self) -> int:
        """How many bytes it holds."""
        held = [self.master, self.means, self.squares, self._gradient, self._inputs, *self._units, *self._deltas]
        held += [self._low, self._low_gradient] if self.precision == "bfloat16" else []
        return sum(one.nbytes for one in held)

    def inputs(self, count: int) -> Tensor:
        """Return the buffer (heads · `count`, features) to gather the inputs of a step into."""
        return self._room(self._inputs, count, self.layout.sizes[0]).reshape(-1, self.layout.sizes[0])

    def forward(self, count: int, noise: Sequence[Sequence[Tensor] | None] | None = None) -> Float[Tensor, "f n t"]:
        """Return the logits of the gathered inputs; `noise` holds each head's layers, fewer rows where it has fewer."""
        below = self._room(self._inputs, count, self.layout.sizes[0])
        self._seen = [below]
        for number, (weight, bias) in enumerate(self._hidden):
            units = self._room(self._units[number], count, weight.shape[-2])
            self._add_product(bias, below, weight.mT, out=units)
            units.relu_()
            for head, layers in enumerate(noise or ()):
                if layers is not None:
                    units.view(len(self.settings), count, -1)[head, : len(layers[number])].mul_(layers[number])
            self._seen.append(units)
            below = units
        self._last_seen = below.to(self.master.dtype)
        weight, bias = self._last
        logits: Tensor = self._add_product(bias, self._last_seen, weight.mT)
        return logits.view(len(self.settings), count, -1)

    def backward(self, delta: Float[Tensor, "f n t"], scales: Sequence[float]) -> None:
        """Find the gradients of all weights from that of the logits; `scales` are what noise multiplied by."""
        one = len(self.settings) == 1
        scale = scales[0] if one else torch.tensor(scales, dtype=self._units_dtype, device=delta.device).view(-1, 1, 1)
        above = delta.to(self.master.dtype).view(*self._lead, *delta.shape[1:])
        self._differentiate(above, self._last_seen, *self._last_gradient)
        weight = self._last[0]
        for number in range(len(self._hidden) - 1, -1, -1):
            below = self._room(self._deltas[number], above.shape[-2], weight.shape[-1])
            if above.dtype == below.dtype:
                torch.matmul(above, weight, out=below)
            else:
                below.copy_(above @ weight)
            torch.ops.aten.threshold_backward.grad_input(below, self._seen[number + 1], 0, grad_input=below)
            if any(each != 1 for each in scales):
                below.mul_(scale)
            self._differentiate(below, self._seen[number], *self._hidden_gradient[number])
            above, weight = below, self._hidden[number][0]

    def move(self, heads: Sequence[int]) -> None:
        """Move some heads by their gradients."""
        if self.precision == "bfloat16":
            self._gradient[:, : self.layout.hidden].copy_(self._low_gradient)
        for head in heads:
            self.taken[head] += 1
            parts = (self.master, self._gradient, self.means, self.squares)
            move(Moving(*(part[head] for part in parts)), self.settings[head], self.taken[head])
        if self.precision == "bfloat16":
            self._low.copy_(self.master[:, : self.layout.hidden])

    def _prepare(self) -> None:
        """Make views of the weights and the buffers."""
        heads = len(self.settings)
        rough = self.precision == "bfloat16"
        self._lead = () if heads == 1 else (heads,)
        self._add_product = torch.addmm if heads == 1 else torch.baddbmm
        self._units_dtype = UNITS[self.precision]
        self._gradient = torch.zeros_like(self.master)
        hidden = self.master[:, : self.layout.hidden]
        self._low = hidden.to(torch.bfloat16) if rough else hidden
        self._low_gradient = torch.zeros_like(self._low) if rough else self._gradient[:, : self.layout.hidden]
        self._hidden = [self._squeezed(*one) for one in self.layout.hidden_layers(self._low)]
        self._hidden_gradient = [self._squeezed(*one) for one in self.layout.hidden_layers(self._low_gradient)]
        self._last = self._squeezed(*self.layout.last_layer(self.master))
        self._last_gradient = self._squeezed(*self.layout.last_layer(self._gradient))
        self._inputs = self._store(self.layout.sizes[0])
        self._units = [self._store(width) for width in self.layout.sizes[1:-1]]
        self._deltas = [self._store(width) for width in self.layout.sizes[1:-1]]

    def _squeezed(self, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        return (weight, bias[:, None]) if self._lead else (weight[0], bias[0])

    def _store(self, width: int) -> Tensor:
        size = len(self.settings) * self.rows * width
        return torch.zeros(size, dtype=self._units_dtype, device=self.master.device)

    def _room(self, store: Tensor, count: int, width: int) -> Tensor:
        """Return the first numbers of a buffer as (heads, `count`, width), without the first axis for a single head."""
        return store[: len(self.settings) * count * width].view(*self._lead, count, width)

    def _differentiate(self, above: Tensor, below: Tensor, weight: Tensor, bias: Tensor) -> None:
        """Write the gradients of a layer: `above` its outputs' gradient, `below` its inputs."""
        torch.matmul(above.mT, below, out=weight)
        torch.sum(above, dim=-2, keepdim=bool(self._lead), out=bias)
