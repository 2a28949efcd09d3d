"""What corrects a model's joint distribution of the four cortices: a temperature, and a weight of each composition.

P'(combination) ∝ P(combination)^(1 / temperature) · exp(weight of its composition), over the 256 combinations of levels
of the four cortices; a composition says how many cortices stand at each level, whichever they are. The temperature says
how sure the model may be (Guo 2017), the weights which compositions it says too seldom or too often: four remodelled
cortices, say, or one that is behind the others. Levels that are said too seldom, and cortices that go together more
than a model of four independent margins knows, are both of that form. As it acts on the whole joint, margins, totals
and P(union) still agree.

What fits these numbers is in `calibration_fit`, so that a machine that only scores loads no label tables.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import combinations, combinations_with_replacement, product
from typing import Any

import numpy as np
from jaxtyping import Float

from radunion.joint import JointLevels, concatenate
from radunion.scale import LEVELS

COMBINATIONS = np.array(list(product(LEVELS, repeat=4)))
"""The levels of the four cortices, one combination a row; the last cortex runs fastest."""
COMPOSITIONS = tuple(combinations_with_replacement(LEVELS, 4))
"""The 35 ways in which levels fall to four cortices, whichever has which, in ascending order: (1, 1, 1, 1) first."""
COMPOSITION = np.array([COMPOSITIONS.index(tuple(sorted(levels))) for levels in COMBINATIONS.tolist()])
"""Which of `COMPOSITIONS` each combination is."""
LEAST = 1e-6
"""A combination counts as at least this likely: no model knows that one is impossible, and its logarithm is needed."""

_MOST_TEMPERATURE, _MOST_WEIGHT = 20.0, 100.0
"""More than any fit gives; beyond, distributions would not be numbers."""
_BLOCK = 512
_THREE = COMBINATIONS[:: len(LEVELS), :3]
_ONE_HOT = np.eye(len(LEVELS), dtype=np.float32)[_THREE - 1]


@dataclass(frozen=True)
class Calibration:
    """Correct distributions; temperature 1 and equal weights leave them as they are.

    `weights` are log-odds, of `COMPOSITIONS`. `labels` and `patients` say what they were fitted to; `note` says why
    nothing was fitted, and is empty otherwise.
    """

    temperature: float
    labels: int
    patients: int
    note: str = ""
    weights: tuple[float, ...] = (0.0,) * len(COMPOSITIONS)

    def __post_init__(self) -> None:
        if len(self.weights) != len(COMPOSITIONS):
            raise ValueError(f"a calibration has {len(COMPOSITIONS)} weights, found {len(self.weights)}")
        if not (1 / _MOST_TEMPERATURE <= self.temperature <= _MOST_TEMPERATURE):
            raise ValueError(
                f"a temperature lies between {1 / _MOST_TEMPERATURE:g} and {_MOST_TEMPERATURE:g}, found "
                f"{self.temperature}"
            )
        if not all(abs(weight) <= _MOST_WEIGHT for weight in self.weights):
            raise ValueError(f"weights lie between -{_MOST_WEIGHT:g} and {_MOST_WEIGHT:g}, found {self.weights}")

    def apply(self, joint: JointLevels) -> JointLevels:
        """Return the corrected distributions, exactly, as mixtures of 64 components; P(scorable) stays.

        A component fixes the levels of three cortices and holds the distribution of the fourth given them.
        """
        spans = [slice(start, start + _BLOCK) for start in range(0, max(len(joint), 1), _BLOCK)]
        return concatenate([self._apply(joint, span) for span in spans])

    def _apply(self, joint: JointLevels, span: slice) -> JointLevels:
        part = JointLevels(joint.weights[span], joint.levels[span], joint.scorable[span])
        logits = np.log(np.maximum(joint_table(part), LEAST)) / self.temperature
        logits += np.array(self.weights)[COMPOSITION]
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
        try:
            given = _as_now(data) if known - set(data) == {"weights"} else data
            if set(given) != known:
                raise ValueError(
                    f"a calibration has the fields {', '.join(sorted(known))}; found {', '.join(sorted(data))}"
                )
            numbers = float(given["temperature"]), int(given["labels"]), int(given["patients"])
            weights = tuple(map(float, given["weights"]))
        except (TypeError, OverflowError) as error:
            raise ValueError(f"what a calibration holds are numbers of a usual size; {error}") from None
        return cls(*numbers, str(given["note"]), weights)


def _as_now(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what models of before have, a coupling and perhaps a bias of levels 2 to 4, as weights."""
    rest = dict(data)
    if "coupling" not in rest:
        return rest
    coupling, biases = float(rest.pop("coupling")), rest.pop("bias", (0.0, 0.0, 0.0))
    second, third, fourth = map(float, biases)
    bias = (0.0, second, third, fourth)
    rest["weights"] = [
        sum(bias[level - 1] for level in levels) - coupling * sum(b - a for a, b in combinations(levels, 2))
        for levels in COMPOSITIONS
    ]
    return rest


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
