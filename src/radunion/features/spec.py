"""Which backbone, with which weights, up to which layer: plain data, no torch."""

from dataclasses import dataclass
from typing import Literal, get_args

Pooling = Literal["max", "avg"]
Padding = Literal["timm", "tensorflow"]
Precision = Literal["float32", "bfloat16"]
Flip = Literal["none", "horizontal", "vertical", "both"]
Warp = Literal["none", "horizontal", "turn-left", "turn-right", "shift-left", "shift-right", "shift-down", "larger"]
Sight = Flip | Warp
"""One way of looking at a prepared film: as it is, flipped, or moved a little."""

FLIPS: tuple[Flip, ...] = get_args(Flip)
WARPS: tuple[Warp, ...] = get_args(Warp)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

_TENSORFLOW_GRAPHS = ("inception_v3",)
_EXCEPTIONS = ("gluon",)


@dataclass(frozen=True)
class BackboneSpec:
    """A backbone by its timm name, its weights, and where its features are taken.

    `weights` is `none` (random by `seed`), `imagenet` (timm's own download) or a path to `.safetensors`, `.pt`, `.pth`
    or, for InceptionV3, Keras' `.h5`. `tap` is a layer such as `Mixed_7a`; None is the last feature map. `padding` says
    whether average pools leave their padding out of the mean (`tensorflow`) or count it (`timm`); None is the
    convention of the graph that the architecture comes from.
    """

    name: str
    weights: str = "none"
    tap: str | None = None
    pooling: Pooling = "max"
    padding: Padding | None = None
    seed: int = 0

    @property
    def average_padding(self) -> Padding:
        """The padding convention in force. InceptionV3's 2015 graph leaves padding out of its average pools."""
        if self.padding is not None:
            return self.padding
        architecture, _, tag = self.name.partition(".")
        ported = architecture in _TENSORFLOW_GRAPHS and not tag.startswith(_EXCEPTIONS)
        return "tensorflow" if ported else "timm"
