"""Exported graphs say nothing of the machine that exported them."""

from pathlib import Path

import numpy as np
import onnxruntime
import torch

from radunion.scoring.leg_gate import gate
from radunion.training.traces import without_traces


def test_a_graph_loses_paths_and_computes_the_same(tmp_path: Path) -> None:
    path, films = tmp_path / "graph.onnx", torch.rand(2, 3)
    network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU()).eval()
    torch.onnx.export(network, (films,), str(path), input_names=["x"], dynamo=True, external_data=False, verbose=False)
    traced = path.read_bytes()
    plain = without_traces(traced)
    assert b"stack_trace" in traced
    assert b"stack_trace" not in plain
    assert b".py" not in plain
    said = [onnxruntime.InferenceSession(one).run(None, {"x": films.numpy()})[0] for one in (traced, plain)]
    assert np.array_equal(*said)


def test_the_gate_in_the_package_names_no_file() -> None:
    content = gate._content(gate.NETWORK)
    assert b".py" not in content
    assert b"stack_trace" not in content
