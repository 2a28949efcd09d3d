"""A trunk parted where learning begins: what lies below is computed and never changed."""

import copy
from collections.abc import Collection

import timm
import torch
from jaxtyping import Float
from timm.models import group_parameters
from torch import Tensor, fx, nn

from radunion.errors import UsageError
from radunion.features import Backbone

_TOKENS = "network."
"""What a transformer's trunk puts before the names of its network."""
_LISTED = 24


class SplitTrunk(nn.Module):
    """A trunk in two parts, one after the other; `below` is the identity where a trunk cannot be parted."""

    def __init__(self, below: nn.Module, above: nn.Module) -> None:
        super().__init__()
        self.below = below
        self.above = above

    @property
    def parted(self) -> bool:
        """Whether something lies below that need not be computed twice."""
        return not isinstance(self.below, nn.Identity)

    def forward(self, pixels: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n c rows columns"]:
        maps: Tensor = self.above(self.below(pixels))
        return maps


def learning_blocks(backbone: Backbone, unfreeze_from: str) -> dict[str, int]:
    """Return the parameters that learn and each one's block, counted upward as timm does for layer-wise rates.

    The block that holds the layer `unfreeze_from` learns whole. Raises UsageError for a layer that holds no weights up
    to the backbone's tap, and for a network whose blocks timm does not know.
    """
    blocks = _blocks(backbone)
    inside = [block for name, block in blocks.items() if name.removeprefix(_TOKENS).startswith(f"{unfreeze_from}.")]
    if not inside:
        layers = list(dict.fromkeys(_layer(name.removeprefix(_TOKENS)) for name in blocks))
        raise UsageError(
            f"unfreeze_from must be a layer of {backbone.spec.name} that has weights, found {unfreeze_from!r}; its "
            f"uppermost layers are {', '.join(layers[-_LISTED:])}"
        )
    return {name: block for name, block in blocks.items() if block >= min(inside)}


def split_trunk(trunk: nn.Module, learning: Collection[str]) -> SplitTrunk:
    """Return a copy of a trunk in which the parameters named in `learning` learn, parted below the first of them."""
    trunk = copy.deepcopy(trunk)
    for name, parameter in trunk.named_parameters():
        parameter.requires_grad_(name in learning)
    if isinstance(trunk, fx.GraphModule):
        nodes = list(trunk.graph.nodes)
        first = next(index for index, node in enumerate(nodes) if _learns(node, learning))
        crossing = _crossing(nodes, first)
        if crossing is not None:
            return SplitTrunk(*_parts(trunk, nodes, first, crossing))
    return SplitTrunk(nn.Identity(), trunk)


def _blocks(backbone: Backbone) -> dict[str, int]:
    with torch.device("meta"):
        network = timm.create_model(backbone.spec.name, pretrained=False)
    if not hasattr(network, "group_matcher"):
        raise UsageError(f"timm does not know the blocks of {backbone.spec.name}; tune another backbone")
    known = group_parameters(network, network.group_matcher(coarse=False), reverse=True)  # type: ignore[operator,no-untyped-call,unused-ignore]
    return {name: int(known[name.removeprefix(_TOKENS)]) for name, _ in backbone.module.named_parameters()}


def _layer(name: str) -> str:
    """Return the layer that a user would name: the first word of a parameter's name, and its number."""
    first, second = name.split(".")[:2]
    return f"{first}.{second}" if second.isdigit() else first


def _learns(node: fx.Node, learning: Collection[str]) -> bool:
    target = str(node.target)
    return node.op in ("call_module", "get_attr") and any(
        name == target or name.startswith(f"{target}.") for name in learning
    )


def _crossing(nodes: list[fx.Node], first: int) -> fx.Node | None:
    """Return the one value that the upper part needs of the lower; None where there are several, or no lower part."""
    order = {node: index for index, node in enumerate(nodes)}
    needed = [node for node in nodes[:first] if any(order[user] >= first for user in node.users)]
    return needed[0] if len(needed) == 1 and needed[0].op != "placeholder" else None


def _parts(
    trunk: fx.GraphModule, nodes: list[fx.Node], first: int, crossing: fx.Node
) -> tuple[fx.GraphModule, fx.GraphModule]:
    below, above = fx.Graph(), fx.Graph()
    copied: dict[fx.Node, fx.Node] = {}
    for node in nodes[:first]:
        copied[node] = below.node_copy(node, copied.__getitem__)
    below.output(copied[crossing])
    copied = {crossing: above.placeholder("seen")}
    for node in nodes[first:]:
        copied[node] = above.node_copy(node, copied.__getitem__)
    parts = fx.GraphModule(trunk, below), fx.GraphModule(trunk, above)
    for part in parts:
        part.graph.eliminate_dead_code()
        part.graph.lint()
        part.recompile()
    return parts
