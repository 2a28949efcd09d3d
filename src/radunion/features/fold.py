"""Batch norms folded into the convolutions before them: the same features from fewer passes over memory."""

import copy
from typing import cast

from timm.layers.norm_act import BatchNormAct2d
from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def folded(trunk: nn.Module) -> nn.Module:
    """Return a copy in which every batch norm that directly follows a convolution is part of it.

    A trunk that is not a graph is only copied.
    """
    trunk = copy.deepcopy(trunk)
    if not isinstance(trunk, fx.GraphModule):
        return trunk
    modules = dict(trunk.named_modules())
    for node in trunk.graph.nodes:
        norm = modules.get(str(node.target)) if node.op == "call_module" else None
        source = node.args[0] if node.args else None
        if isinstance(norm, nn.BatchNorm2d) and isinstance(source, fx.Node) and _folds(source, modules):
            _fold(trunk, source, node, modules)
    trunk.delete_all_unused_submodules()
    trunk.graph.lint()
    trunk.recompile()
    return trunk


def _folds(source: fx.Node, modules: dict[str, nn.Module]) -> bool:
    """Whether a node is a convolution whose output goes nowhere else."""
    module = modules.get(str(source.target)) if source.op == "call_module" else None
    return type(module) is nn.Conv2d and len(source.users) == 1


def _fold(trunk: fx.GraphModule, source: fx.Node, node: fx.Node, modules: dict[str, nn.Module]) -> None:
    convolution = cast("nn.Conv2d", modules[str(source.target)])
    norm = cast("nn.BatchNorm2d", modules[str(node.target)])
    trunk.set_submodule(str(source.target), fuse_conv_bn_eval(convolution, norm))
    if isinstance(norm, BatchNormAct2d):
        trunk.set_submodule(str(node.target), nn.Sequential(norm.drop, norm.act))
    else:
        node.replace_all_uses_with(source)
        trunk.graph.erase_node(node)
