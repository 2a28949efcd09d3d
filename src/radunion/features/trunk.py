"""The part of a network up to its tap, as a traced graph: exact, exportable, and open to edits."""

import torch
from jaxtyping import Float
from timm.layers import get_notrace_functions, get_notrace_modules  # type: ignore[attr-defined,unused-ignore]
from timm.layers.norm_act import BatchNormAct2d
from torch import fx, nn

from radunion.errors import UsageError
from radunion.features.spec import Padding


def trunk_of(network: nn.Module, *, tap: str | None, padding: Padding) -> nn.Module:
    """Cut a network after its tap and set the convention of its average pools.

    The result maps (n, 3, h, w) to a feature map (n, c, h', w'); its tensors keep the network's names. Raises
    UsageError for a tap that the network does not have, and for a network that cannot be cut.
    """
    if hasattr(network, "num_prefix_tokens"):
        return _token_trunk(network, tap=tap, padding=padding)
    graph, taps = _trace(network)
    if tap is not None:
        _end_at(graph, _node_of(tap, taps))
    if getattr(network, "output_fmt", "NCHW") == "NHWC":
        _channels_first(graph)
    module = fx.GraphModule(network, graph)
    if padding == "tensorflow":
        _leave_padding_out(module)
    module.recompile()
    return module


class _TapTracer(fx.Tracer):  # type: ignore[misc,unused-ignore]
    """Trace `forward_features`, remembering what each submodule returned."""

    traced_func_name = "forward_features"

    def __init__(self) -> None:
        super().__init__(
            autowrap_functions=tuple(get_notrace_functions())  # type: ignore[no-untyped-call,unused-ignore]
        )
        self.taps: dict[str, fx.Node] = {}

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        whole = (BatchNormAct2d, *get_notrace_modules())  # type: ignore[no-untyped-call,unused-ignore]
        return isinstance(m, whole) or super().is_leaf_module(m, module_qualified_name)

    def call_module(self, m, forward, args, kwargs):  # type: ignore[no-untyped-def]
        value = super().call_module(m, forward, args, kwargs)
        if isinstance(value, fx.Proxy):
            self.taps[self.path_of_module(m)] = value.node
        return value


def _trace(network: nn.Module) -> tuple[fx.Graph, dict[str, fx.Node]]:
    tracer = _TapTracer()
    try:
        graph = tracer.trace(network)
    except (fx.proxy.TraceError, TypeError, ValueError, RuntimeError) as error:
        name = type(network).__name__
        raise UsageError(
            f"a backbone must be a network whose graph can be traced, {name} is not ({error}); choose another backbone"
        ) from error
    return graph, tracer.taps


def _node_of(tap: str, taps: dict[str, fx.Node]) -> fx.Node:
    if tap not in taps:
        known = ", ".join(name for name in taps if name.count(".") == 0)
        raise UsageError(f"the tap must be a layer of the backbone, found {tap!r}; its layers are {known}")
    return taps[tap]


def _end_at(graph: fx.Graph, last: fx.Node) -> None:
    """Make `last` the output and drop everything that it does not need."""
    output = next(node for node in graph.nodes if node.op == "output")
    output.args = (last,)
    for node in reversed(list(graph.nodes)):
        if node.op not in ("output", "placeholder") and not node.users:
            graph.erase_node(node)


def _channels_first(graph: fx.Graph) -> None:
    output = next(node for node in graph.nodes if node.op == "output")
    with graph.inserting_before(output):
        output.args = (graph.call_method("permute", (output.args[0], 0, 3, 1, 2)),)


def _leave_padding_out(module: fx.GraphModule) -> None:
    for node in module.graph.nodes:
        if node.op == "call_function" and node.target is torch.nn.functional.avg_pool2d:
            node.kwargs = {**node.kwargs, "count_include_pad": False}
    for layer in module.modules():
        if isinstance(layer, nn.AvgPool2d):
            layer.count_include_pad = False


class TokenTrunk(nn.Module):
    """A transformer's blocks up to the tap, its tokens laid out as a map (n, c, h', w')."""

    def __init__(self, network: nn.Module, block: int) -> None:
        super().__init__()
        network.prune_intermediate_layers([block], prune_norm=False, prune_head=True)  # type: ignore[operator]
        self.network = network
        self.block = block

    def forward(self, pixels: Float[torch.Tensor, "n 3 h w"]) -> Float[torch.Tensor, "n c rows columns"]:
        maps = self.network.forward_intermediates(  # type: ignore[operator]
            pixels, indices=[self.block], norm=True, intermediates_only=True
        )
        return maps[0]


def _token_trunk(network: nn.Module, *, tap: str | None, padding: Padding) -> nn.Module:
    if padding == "tensorflow":
        raise UsageError("a transformer has no average pools; leave the padding convention at timm")
    blocks = len(network.blocks)  # type: ignore[arg-type]
    known = {f"blocks.{index}": index for index in range(blocks)}
    block = blocks - 1 if tap is None else known.get(tap)
    if block is None:
        raise UsageError(f"the tap must be blocks.0 to blocks.{blocks - 1} in a transformer, found {tap!r}")
    return TokenTrunk(network, block)
