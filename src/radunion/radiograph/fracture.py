"""Where along its straightened shaft a film shows the fracture: a small network that comes with the package."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from threading import Lock
from typing import Any

import numpy as np
from jaxtyping import Float32

HEIGHT, WIDTH = 640, 96
"""The strip that the finder looks at, in its pixels: as tall as the film, intensity `robust`."""
STRIPS, FOCUS = "strips", "focus"
"""The names of the network's input and output."""
_FILE = "finder.onnx"
_NEAR = 3  # rows of the focus beside its peak that decide the place
_lock = Lock()


@dataclass(frozen=True, slots=True)
class FractureSpot:
    """Where the fracture is: a share of the strip's height, and the probability that the finder puts near there."""

    row: float
    certainty: float


def find_fracture(strip: Float32[np.ndarray, "640 96"]) -> FractureSpot:
    """Return where on a strip the fracture is most likely; a strip without one has a place too, less certain.

    The strip is of pixels in [0, 1], brought to their own 0.5 and 99.5 percentiles: without that the finder fails.
    """
    with _lock:
        session = _session()
    (focus,) = session.run([FOCUS], {STRIPS: strip[None, None]})
    return spot_of(focus[0])


def spot_of(focus: Float32[np.ndarray, " rows"]) -> FractureSpot:
    """Return the mean of the focus around its peak, and how much of it lies there; the focus sums to 1."""
    rows = np.arange(len(focus))
    mass = np.where(np.abs(rows - int(focus.argmax())) <= _NEAR, focus, 0).astype(np.float64)
    certainty = float(mass.sum())
    return FractureSpot(float((mass * (rows + 0.5)).sum() / certainty / len(focus)), certainty)


@cache
def finder_digest() -> str:
    """Return the SHA-256 of the finder's file: another finder sees other places."""
    return hashlib.sha256(_content()).hexdigest()


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # milliseconds of work
    return onnxruntime.InferenceSession(_content(), options, providers=["CPUExecutionProvider"])


def _content() -> bytes:
    return resources.files("radunion.radiograph").joinpath(_FILE).read_bytes()
