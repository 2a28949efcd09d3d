"""An exported graph without what the exporter writes down of the machine: paths, lines of code, traces."""

from typing import Any

import onnx


def without_traces(graph: bytes) -> bytes:
    """Return the same graph with no metadata and no doc strings; it computes what it did."""
    model = onnx.load_model_from_string(graph)
    for part in (model, model.graph, *_parts(model)):
        part.doc_string = ""
        del part.metadata_props[:]
    content: bytes = model.SerializeToString()
    return content


def _parts(model: Any) -> list[Any]:
    graph = model.graph
    inside = [node for function in model.functions for node in function.node]
    return [
        *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer, *model.functions, *inside
    ]  # fmt: skip
