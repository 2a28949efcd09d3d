"""Write a scorer as ONNX, and prove that the graph says what the network says."""

import numpy as np
import torch
from torch import nn

from radunion.errors import BundleError
from radunion.radiograph import Preprocessing
from radunion.scoring.graph import EVIDENCE, INPUTS, OUTPUTS
from radunion.training.graph_file import graph_of

_TOLERANCE = 1e-3


def export_onnx(scorer: nn.Module, preprocessing: Preprocessing) -> bytes:
    """Return the graph with a free number of examinations, and with its evidence where the scorer gives any.

    Raises BundleError when the graph and the network differ by more than 1e-3 on random films.
    """
    height, width = preprocessing.height, preprocessing.width
    films = torch.rand(2, 3, 1, height, width, generator=torch.Generator().manual_seed(0))
    inputs = (films[0], films[1], torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]))
    with torch.inference_mode():
        names = (*OUTPUTS, EVIDENCE)[: len(scorer.eval()(*inputs))]
    graph = graph_of(scorer, inputs, inputs=INPUTS, outputs=names, rows="examinations")
    _must_agree(graph, scorer, inputs, names)
    return graph


def _must_agree(graph: bytes, scorer: nn.Module, inputs: tuple[torch.Tensor, ...], outputs: tuple[str, ...]) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    for count in (1, 3):
        part = [one[:count] for one in inputs]
        with torch.inference_mode():
            wanted = scorer(*part)
        names = [one.name for one in session.get_inputs()]
        found = session.run(list(outputs), dict(zip(names, (one.numpy() for one in part), strict=True)))
        for name, ours, theirs in zip(outputs, wanted, found, strict=True):
            scale = max(1.0, float(ours.abs().max()))
            gap = float(np.abs(ours.numpy() - theirs).max()) / scale
            if not gap <= _TOLERANCE:
                raise BundleError(f"the exported graph must say what the network says; {name} differs by {gap:.2g}")
