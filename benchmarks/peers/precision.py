"""The graph of a bundle in fewer bits: seconds on one core, and its outputs, so that scores can be compared.

Prints one JSON object, films a second; the outputs go to a folder, a file each.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

BATCH, CALIBRATION, ROUNDS = 16, 64, 3
OUTPUTS = ("weights", "levels", "scorable", "lateral_view", "features")
Feeds = dict[str, np.ndarray]
Run = Callable[[Feeds], dict[str, np.ndarray]]


def main() -> None:
    """Run each way over all pairs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--graph", type=Path, required=True)
    parser.add_argument("--prepared", type=Path, required=True, help="prepared pairs (n, 2, h, w), .npy")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    pairs = np.load(given.prepared)
    small = given.out / "int8.onnx"
    quantise(given.graph, small, pairs[:CALIBRATION])
    ways = {
        "ONNX Runtime, float32": onnx_runtime(given.graph),
        "ONNX Runtime, int8": onnx_runtime(small),
        "OpenVINO, float32": openvino(given.graph, "f32"),
        "OpenVINO, bfloat16": openvino(given.graph, "bf16"),
        "OpenVINO, int8": openvino(small, "f32"),
    }
    told = {name: measured(run, pairs, given.out / f"{number}.npz") for number, (name, run) in enumerate(ways.items())}
    print(json.dumps(told))


def measured(run: Run, pairs: np.ndarray, out: Path) -> float:
    """Keep the outputs and return the films a second, of the quickest round."""
    inputs = [feeds(pairs[first : first + BATCH]) for first in range(0, len(pairs), BATCH)]
    said = [run(one) for one in inputs]
    outputs: dict[str, Any] = {name: np.concatenate([one[name] for one in said]) for name in OUTPUTS}
    np.savez(out, **outputs)
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for one in inputs:
            run(one)
        rounds.append(time.perf_counter() - start)
    return 2 * len(pairs) / min(rounds)


def feeds(pairs: np.ndarray) -> Feeds:
    """Return the inputs of the graph."""
    return {"ap": pairs[:, :1], "lateral": pairs[:, 1:], "present": np.ones((len(pairs), 2), dtype=np.float32)}


def onnx_runtime(graph: Path) -> Run:
    """Return a session of one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    return lambda given: dict(zip(OUTPUTS, session.run(list(OUTPUTS), given), strict=True))


def openvino(graph: Path, precision: str) -> Run:
    """Return a compiled model of one thread."""
    from openvino import Core  # type: ignore[import-not-found, import-untyped, unused-ignore]

    how = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": precision}
    model = Core().compile_model(str(graph), "CPU", how)

    def run(given: Feeds) -> dict[str, np.ndarray]:
        said = model(given)
        return {name: np.array(said[name]) for name in OUTPUTS}

    return run


def quantise(graph: Path, out: Path, pairs: np.ndarray) -> None:
    """Write the convolutions in 8 bits, their ranges taken from some pairs."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.waiting = iter([feeds(pairs[first : first + BATCH]) for first in range(0, len(pairs), BATCH)])

        def get_next(self) -> Any:
            return next(self.waiting, None)

    quantize_static(
        str(graph), str(out), Reader(), quant_format=QuantFormat.QDQ, per_channel=True, op_types_to_quantize=["Conv"]
    )


if __name__ == "__main__":
    main()
