"""The network of a bundle: one uniform interface over ONNX Runtime, and a check that its numbers are probabilities."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32

from radunion.errors import BundleError
from radunion.joint import JointLevels
from radunion.radiograph import Preprocessing
from radunion.scale import CORTICES

INPUTS = ("ap", "lateral", "present")
OUTPUTS = ("weights", "levels", "scorable", "lateral_view", "features")
EVIDENCE = "evidence"
"""The output of a graph whose card says `heatmap: evidence`: (n, 4, rows, columns) over the prepared films."""
_TOLERANCE = 1e-3
"""How far probabilities may be from summing to 1: half-precision graphs round."""
_WAY_OUT = "export the model again"


@dataclass(frozen=True)
class Inferred:
    """What a model says of n examinations: their joint distribution, and what it saw of each film (AP, lateral).

    `lateral` is P(that film is a lateral view); it and `features` mean nothing where `present` is False. `evidence` is
    where the model looked for each cortex, over the prepared film of its view; None where it was not asked for.
    """

    joint: JointLevels
    lateral: Float32[np.ndarray, "n 2"]
    features: Float32[np.ndarray, "n 2 d"]
    present: Bool[np.ndarray, "n 2"]
    evidence: Float32[np.ndarray, "n 4 rows columns"] | None = None

    def __len__(self) -> int:
        return len(self.present)


@dataclass(frozen=True, eq=False)
class Graph:
    """A session of ONNX Runtime whose inputs and outputs were checked; safe to run from several threads."""

    session: Any
    path: Path

    def run(
        self,
        ap: Float32[np.ndarray, "n 1 h w"],
        lateral: Float32[np.ndarray, "n 1 h w"],
        present: Bool[np.ndarray, "n 2"],
        *,
        evidence: bool = False,
    ) -> Inferred:
        """Return what the model says of one batch of prepared films; absent films count as zeros.

        With `evidence` also where it looked, which not every model says. Raises BundleError when the graph fails or
        its numbers are not probabilities.
        """
        feeds = feeds_of(ap, lateral, present)
        names = (*OUTPUTS, *([EVIDENCE] if evidence else []))
        try:
            values = self.session.run(list(names), feeds)
        except Exception as error:  # the runtime's exceptions have no common class
            raise BundleError(f"{self.path}: the graph does not run on prepared films: {error}; {_WAY_OUT}") from error
        return self._checked(dict(zip(names, values, strict=True)), present)

    def _checked(self, values: Mapping[str, np.ndarray], present: np.ndarray) -> Inferred:
        fault = _fault(values, len(present))
        if fault:
            raise BundleError(f"{self.path}: {fault}; {_WAY_OUT}")
        weights, levels, scorable, view, features = (values[name].astype(np.float32) for name in OUTPUTS)
        joint = JointLevels(_summing_to_1(weights), _summing_to_1(levels), np.clip(scorable, 0.0, 1.0))
        evidence = values.get(EVIDENCE)
        maps = None if evidence is None else np.clip(evidence.astype(np.float32), 0.0, None)
        return Inferred(joint, np.clip(view, 0.0, 1.0), features, present, maps)


def feeds_of(
    ap: Float32[np.ndarray, "n 1 h w"], lateral: Float32[np.ndarray, "n 1 h w"], present: Bool[np.ndarray, "n 2"]
) -> dict[str, np.ndarray]:
    """Return the inputs of a graph; absent films are zeros, whatever stands there."""
    here = present.astype(np.float32)
    return {
        "ap": ap * here[:, 0, None, None, None],
        "lateral": lateral * here[:, 1, None, None, None],
        "present": here,
    }


def open_graph(model: bytes, *, preprocessing: Preprocessing, path: Path, evidence: bool = False) -> Graph:
    """Make a session on all cores and check its interface; with `evidence` it must have that output too.

    Raises BundleError when the graph cannot be read, or lacks an input or an output.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # only what is fatal: the rest comes as an exception
    options.intra_op_num_threads = cores()
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's exceptions have no common class
        raise BundleError(f"{path}: the graph cannot be read: {error}; {_WAY_OUT}") from error
    for fault in (_interface_fault(session, evidence=evidence), _size_fault(session, preprocessing)):
        if fault:
            raise BundleError(f"{path}: {fault}; {_WAY_OUT}")
    return Graph(session, path)


def _interface_fault(session: Any, *, evidence: bool) -> str | None:
    inputs, outputs = ([one.name for one in side] for side in (session.get_inputs(), session.get_outputs()))
    if sorted(inputs) != sorted(INPUTS):
        return f"the graph must have the inputs {', '.join(INPUTS)}, found {', '.join(inputs)}"
    if not set(OUTPUTS) <= set(outputs):
        return f"the graph must have the outputs {', '.join(OUTPUTS)}, found {', '.join(outputs)}"
    if evidence and EVIDENCE not in outputs:
        return f"the card promises heat-maps, so the graph must have the output {EVIDENCE}, found none"
    return None


def _size_fault(session: Any, preprocessing: Preprocessing) -> str | None:
    """Compare the sides that the graph fixes with those of the card."""
    wanted = (preprocessing.height, preprocessing.width)
    for film in (one for one in session.get_inputs() if one.name != "present"):
        sides = tuple(film.shape[-2:])
        if any(isinstance(side, int) and side != want for side, want in zip(sides, wanted, strict=True)):
            return f"the card prepares films of {wanted} pixels and the graph takes {sides}"
    return None


def _fault(values: Mapping[str, np.ndarray], n: int) -> str | None:
    """Say what is wrong with the outputs of a batch, None when nothing is."""
    k, d = values["weights"].shape[-1], values["features"].shape[-1]
    shapes = {
        "weights": (n, k),
        "levels": (n, k, 4, 4),
        "scorable": (n, 4),
        "lateral_view": (n, 2),
        "features": (n, 2, d),
    }
    for name, shape in shapes.items():
        if values[name].shape != shape:
            return f"the output {name} must have the shape {shape}, found {values[name].shape}"
        if not np.isfinite(values[name]).all():
            return f"the output {name} holds numbers that are not finite"
        if name != "features" and (values[name].min() < -_TOLERANCE or values[name].max() > 1 + _TOLERANCE):
            return f"the output {name} must hold probabilities"
    return _sum_fault(values) or (_evidence_fault(values[EVIDENCE], n) if EVIDENCE in values else None)


def _sum_fault(values: Mapping[str, np.ndarray]) -> str | None:
    for name in ("weights", "levels"):
        if np.abs(values[name].sum(axis=-1, dtype=np.float64) - 1).max() > _TOLERANCE:
            return f"the output {name} must sum to 1 over its last axis"
    return None


def _evidence_fault(evidence: np.ndarray, n: int) -> str | None:
    if evidence.ndim != 4 or evidence.shape[:2] != (n, len(CORTICES)):
        return f"the output {EVIDENCE} must have the shape ({n}, 4, rows, columns), found {evidence.shape}"
    if not np.isfinite(evidence).all():
        return f"the output {EVIDENCE} holds numbers that are not finite"
    if evidence.min() < -_TOLERANCE or evidence.sum(axis=(2, 3), dtype=np.float64).max() > 1 + _TOLERANCE:
        return f"the output {EVIDENCE} must be at least 0 and at most 1 in sum over each film"
    return None


def _summing_to_1(values: Float[np.ndarray, "*shape p"]) -> Float32[np.ndarray, "*shape p"]:
    positive = np.clip(values, 0.0, None)
    return (positive / positive.sum(axis=-1, keepdims=True)).astype(np.float32)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
