"""A bundle with random weights, found and shuffled in its graph; without torch."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from radunion.errors import MissingExtraError, UsageError
from radunion.scoring import Bundle
from radunion.scoring.bundle import MODEL

_WEIGHED = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})
_PASSED = frozenset({"Transpose", "Reshape", "Identity", "Cast", "Unsqueeze", "Squeeze"})
"""What stands between a stored tensor and the layer that uses it."""


def shuffled_bundle(bundle: Bundle, *, seed: int) -> Bundle:
    """Return a bundle, in memory only, whose weights are shuffled: those of convolutions and of dense layers."""
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("a bundle with random weights", "train") from error
    model = onnx.load_model_from_string(bundle.files[MODEL])
    random, names = np.random.default_rng(seed), set(_weights(model.graph))
    stored = [one for one in model.graph.initializer if one.name in names]
    if not stored:
        raise UsageError(f"the graph of {bundle.card.name} holds no weights, so none can be randomised")
    for one in stored:
        values = onnx.numpy_helper.to_array(one)
        fresh = random.permutation(values.ravel()).reshape(values.shape)
        one.CopyFrom(onnx.numpy_helper.from_array(fresh, one.name))
    return replace(bundle, files={**bundle.files, MODEL: model.SerializeToString()})


def _weights(graph: Any) -> Iterator[str]:
    """Yield the names of what layers weigh their inputs with, followed back to where it is stored."""
    came_from = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type in _WEIGHED:
            for name in node.input:
                while name in came_from and came_from[name].op_type in _PASSED:
                    name = came_from[name].input[0]
                yield name
