"""A network as an ONNX graph: the one place that calls torch's exporter."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from radunion.training.traces import without_traces

_MOST = 4096


def graph_of(
    network: nn.Module, examples: tuple[Tensor, ...], *, inputs: Sequence[str], outputs: Sequence[str], rows: str = "n"
) -> bytes:
    """Return the graph of a network in evaluation mode, whose inputs and outputs are named.

    `examples` are its inputs, of a first size of 2 or more; in the graph that size is free and called `rows`. The graph
    says nothing of the machine.
    """
    free = torch.export.Dim(rows, min=1, max=_MOST)
    with TemporaryDirectory() as folder, _silence():
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            network.eval(), examples, str(path), input_names=list(inputs), output_names=list(outputs),
            dynamic_shapes=tuple({0: free} for _ in examples), dynamo=True, external_data=False, verbose=False,
        )  # fmt: skip
        return without_traces(path.read_bytes())


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the exporter's chatter and its own deprecations from the user."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
