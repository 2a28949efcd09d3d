"""A bundle whose network runs in fewer bits, to see whether its scores change; scores are made in float32.

int8 is the quantization of ONNX Runtime: convolutions in 8 bits, their ranges taken from a few films. bfloat16 needs
OpenVINO, since ONNX Runtime has none on processors.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from radunion.errors import MissingExtraError, RadunionError
from radunion.evaluation.precision import Precision
from radunion.scoring.bundle import MODEL, Bundle
from radunion.scoring.graph import Graph, feeds_of
from radunion.scoring.inference import Batch

RUNTIMES: dict[Precision, str] = {"float32": "ONNX Runtime", "int8": "ONNX Runtime", "bfloat16": "OpenVINO"}


def in_precision(bundle: Bundle, precision: Precision, films: Sequence[Batch]) -> Bundle:
    """Return the bundle as it runs at a precision; in int8 the ranges of its numbers are those on `films`.

    Raises MissingExtraError without the package that it needs, RadunionError where the processor has no bfloat16.
    """
    if precision == "float32":
        return bundle
    if precision == "int8":
        return replace(bundle, files={**bundle.files, MODEL: _quantised(bundle.files[MODEL], films)})
    return InBfloat16(bundle.card, bundle.files, bundle.sha256, bundle.path)


class InBfloat16(Bundle):
    """A bundle whose network OpenVINO runs in bfloat16."""

    @cached_property
    def graph(self) -> Graph:
        """The network, ready to run."""
        return replace(super().graph, session=_OpenVino.of(self.files[MODEL]))


@dataclass(frozen=True)
class _OpenVino:
    """A compiled model with the face of a session of ONNX Runtime."""

    compiled: Any

    @classmethod
    def of(cls, model: bytes) -> "_OpenVino":
        try:
            from openvino import Core  # type: ignore[import-untyped, import-not-found, unused-ignore]
        except ImportError as error:
            raise MissingExtraError("bfloat16", "openvino") from error
        core = Core()
        if "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            raise RadunionError("bfloat16 needs a processor that has it, and this one does not; ask for int8")
        how = {"INFERENCE_PRECISION_HINT": "bf16", "PERFORMANCE_HINT": "THROUGHPUT"}
        return cls(core.compile_model(core.read_model(model), "CPU", how))

    def run(self, names: Sequence[str], feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Return the outputs of those names."""
        said = self.compiled(dict(feeds))
        return [np.array(said[name]) for name in names]


def _quantised(model: bytes, films: Sequence[Batch]) -> bytes:
    """Return the graph with its convolutions in 8 bits."""
    try:
        from onnxruntime.quantization import QuantFormat, quantize_static
    except ImportError as error:
        raise MissingExtraError("int8", "train") from error
    with tempfile.TemporaryDirectory() as name:
        whole, small = Path(name) / MODEL, Path(name) / "int8.onnx"
        whole.write_bytes(model)
        quantize_static(
            str(whole), str(small), _reader(films),
            quant_format=QuantFormat.QDQ, per_channel=True, op_types_to_quantize=["Conv"],
        )  # fmt: skip
        return small.read_bytes()


def _reader(films: Sequence[Batch]) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        """Hand out the batches, one after the other."""

        def __init__(self) -> None:
            self.waiting = iter(films)

        def get_next(self) -> dict[str, np.ndarray] | None:
            """Return the next feeds; None after the last."""
            return next((feeds_of(pair[:, :1], pair[:, 1:], present) for pair, present in self.waiting), None)

    return Reader()
