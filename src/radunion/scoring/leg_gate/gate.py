"""The gate's network and its limit, as they lie in the package."""

from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8
from pydantic import BaseModel, ConfigDict

from radunion.scoring.leg_gate.thumbnail import thumbnail

NETWORK, CARD = "leg_gate.onnx", "leg_gate.json"
INPUT, OUTPUT = "films", "strangeness"


class GateCard(BaseModel):
    """What the gate learned from, and the limit: a film with more log-odds of being no leg is flagged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    notice: str
    trained_on: str
    limit: float
    tuned_on: str


@cache
def gate_card() -> GateCard:
    """Return the card of the gate in the package."""
    return GateCard.model_validate_json(_content(CARD))


def leg_likeness(pixels: Float32[np.ndarray, "h w"]) -> float:
    """Return how like a leg a film is, in log-odds less the limit: below 0 it is flagged as no leg."""
    return likeness_of(thumbnail(pixels))


def likeness_of(small: UInt8[np.ndarray, "128 128"]) -> float:
    """Return how like a leg a film is, by its thumbnail."""
    (strangeness,) = _session().run([OUTPUT], {INPUT: small[None, None].astype(np.float32) / 255})
    return gate_card().limit - float(strangeness[0])


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a millisecond's work
    return onnxruntime.InferenceSession(_content(NETWORK), options, providers=["CPUExecutionProvider"])


def _content(name: str) -> bytes:
    return resources.files("radunion.scoring.leg_gate").joinpath(name).read_bytes()
