"""What corrects a model's joint distribution of the four cortices: a temperature, a coupling and a bias of levels.

P'(combination) ∝ P(combination)^(1 / temperature) · exp(−Σ coupling of the levels of two cortices + Σ bias of each
cortex's level), over the 256 combinations of levels, the first sum over the six pairs of cortices, the second over the
four; cortices at one level have no coupling. The temperature says how sure the model may be, the bias which levels it
says too seldom (together the vector scaling of Guo 2017, one vector for all cortices), the coupling how seldom two
levels are seen beside each other in one bone: a model of four independent margins needs it positive, one that ties them
too tightly negative. As it acts on the whole joint, margins, totals and P(union) still agree.

What fits these numbers is in `calibration_fit`, so that a machine that only scores loads no label tables.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import combinations, product
from math import isfinite
from typing import Any

import numpy as np
from jaxtyping import Float

from radunion.joint import JointLevels, concatenate
from radunion.scale import LEVELS

COMBINATIONS = np.array(list(product(LEVELS, repeat=4)))
"""The levels of the four cortices, one combination a row; the last cortex runs fastest."""
PAIRS = tuple(combinations(LEVELS, 2))
"""The six pairs of unlike levels, 1 and 2 first, 3 and 4 last."""
UNLIKE = np.array(
    [
        [sum({a, b} == set(pair) for a, b in combinations(levels, 2)) for pair in PAIRS]
        for levels in product(LEVELS, repeat=4)
    ],
    dtype=np.float64,
)
"""How many of the six pairs of cortices of each combination stand at each of `PAIRS`."""
COUNTS = (COMBINATIONS[:, :, None] == np.array(LEVELS[1:])).sum(axis=1).astype(np.float64)
"""How many cortices of each combination stand at level 2, 3 and 4."""
LEAST = 1e-6
"""A combination counts as at least this likely: no model knows that one is impossible, and its logarithm is needed."""

_BLOCK = 512
_THREE = COMBINATIONS[:: len(LEVELS), :3]
_ONE_HOT = np.eye(len(LEVELS), dtype=np.float32)[_THREE - 1]


@dataclass(frozen=True)
class Calibration:
    """Correct distributions; temperature 1, no coupling and no bias leave them as they are.

    `coupling` is of `PAIRS`, `bias` of levels 2, 3 and 4 against level 1. `labels` and `patients` say what it was
    fitted to; `note` says why nothing was fitted, and is empty otherwise.
    """

    temperature: float
    labels: int
    patients: int
    note: str = ""
    coupling: tuple[float, ...] = (0.0,) * len(PAIRS)
    bias: tuple[float, ...] = (0.0,) * (len(LEVELS) - 1)

    def __post_init__(self) -> None:
        if (len(self.coupling), len(self.bias)) != (len(PAIRS), len(LEVELS) - 1):
            raise ValueError(
                f"a calibration has {len(PAIRS)} numbers of coupling and {len(LEVELS) - 1} of bias, found "
                f"{len(self.coupling)} and {len(self.bias)}"
            )
        if not (self.temperature > 0 and all(map(isfinite, (self.temperature, *self.coupling, *self.bias)))):
            raise ValueError(
                f"a temperature is above 0, a coupling and a bias are finite, found {self.temperature}, "
                f"{self.coupling} and {self.bias}"
            )

    def apply(self, joint: JointLevels) -> JointLevels:
        """Return the corrected distributions, exactly, as mixtures of 64 components; P(scorable) stays.

        A component fixes the levels of three cortices and holds the distribution of the fourth given them.
        """
        spans = [slice(start, start + _BLOCK) for start in range(0, max(len(joint), 1), _BLOCK)]
        return concatenate([self._apply(joint, span) for span in spans])

    def _apply(self, joint: JointLevels, span: slice) -> JointLevels:
        part = JointLevels(joint.weights[span], joint.levels[span], joint.scorable[span])
        logits = np.log(np.maximum(joint_table(part), LEAST)) / self.temperature
        logits += COUNTS @ np.array(self.bias) - UNLIKE @ np.array(self.coupling)
        share = np.exp(logits - logits.max(axis=1, keepdims=True))
        return _mixture(share / share.sum(axis=1, keepdims=True), part.scorable)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Calibration":
        """Read what `to_dict` wrote.

        Raises ValueError when a field is missing, unknown or out of range.
        """
        known = {field.name for field in fields(cls)}
        if set(data) | {"bias"} != known:  # which models of before it have not
            raise ValueError(
                f"a calibration has the fields {', '.join(sorted(known))}; found {', '.join(sorted(data))}"
            )
        try:
            numbers = float(data["temperature"]), int(data["labels"]), int(data["patients"])
            coupling, bias = _coupling(data["coupling"]), tuple(map(float, data.get("bias", (0.0, 0.0, 0.0))))
        except TypeError as error:
            raise ValueError(f"temperature, coupling, bias, labels and patients are numbers; {error}") from None
        return cls(*numbers, str(data["note"]), coupling, bias)


def _coupling(given: Any) -> tuple[float, ...]:
    """Read the coupling of each pair of levels; models of before have one, of levels one apart."""
    if isinstance(given, int | float):
        return tuple(float(given) * (high - low) for low, high in PAIRS)
    return tuple(map(float, given))


def joint_table(joint: JointLevels) -> Float[np.ndarray, "n 256"]:
    """Return P(combination), in the order of `COMBINATIONS`."""
    shape = (*joint.weights.shape, len(LEVELS) ** 2)
    front, side = (
        np.einsum("nka,nkb->nkab", joint.levels[:, :, first], joint.levels[:, :, first + 1]).reshape(shape)
        for first in (0, 2)
    )
    weighted = front * joint.weights[:, :, None].astype(np.float64)
    return np.matmul(weighted.transpose(0, 2, 1), side).reshape(len(joint), len(COMBINATIONS))


def _mixture(table: Float[np.ndarray, "n 256"], scorable: Float[np.ndarray, "n 4"]) -> JointLevels:
    given = table.reshape(len(table), len(_THREE), len(LEVELS))
    weights = given.sum(axis=2)
    levels = np.empty((*weights.shape, 4, len(LEVELS)), dtype=np.float32)
    levels[:, :, :3] = _ONE_HOT
    levels[:, :, 3] = given / weights[:, :, None]
    return JointLevels(weights, levels, scorable)
