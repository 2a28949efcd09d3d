"""The finder of the fracture as a file of its own, by which every protocol finds it (`radiograph/fracture.py`)."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from radunion.errors import BundleError
from radunion.radiograph.fracture import FOCUS, HEIGHT, STRIPS, WIDTH
from radunion.training.finder import AnyFinder, every_way
from radunion.training.graph_file import graph_of

_TOLERANCE = 1e-4
"""Of a probability."""


def finder_onnx(finder: AnyFinder) -> bytes:
    """Return the graph that maps strips (n, 1, 640, 96) in [0, 1] to where the fracture may be, (n, 40), in sum 1.

    Raises BundleError when the graph and the network differ by more than 1e-4 on random strips.
    """
    focus = _Focus(finder).eval()
    strips = torch.rand(3, 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(0))
    graph = graph_of(focus, (strips[:2],), inputs=[STRIPS], outputs=[FOCUS])
    _must_agree(graph, focus, strips)
    return graph


class _Focus(nn.Module):
    """What the finder says of the fracture's place, as probabilities."""

    def __init__(self, finder: AnyFinder) -> None:
        super().__init__()
        self.finder = finder

    def forward(self, strips: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n rows"]:
        focus: Tensor = every_way(self.finder, strips).focus.softmax(dim=1)
        return focus


def _must_agree(graph: bytes, focus: nn.Module, strips: Float[Tensor, "n 1 h w"]) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    (found,) = session.run([FOCUS], {STRIPS: strips.numpy()})
    with torch.inference_mode():
        gap = float(np.abs(focus(strips).numpy() - found).max())
    if not gap <= _TOLERANCE:
        raise BundleError(f"the exported finder must say what the network says; a probability differs by {gap:.2g}")
