"""What a search tries: the protocol that it starts from, the fields that it varies, and by which rule it chooses."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from itertools import islice
from typing import Literal

from radunion.errors import UsageError
from radunion.report.search.material import Axis, Sampler, Value
from radunion.search.space_checks import ends, faults
from radunion.search.varied import with_fields
from radunion.study.protocols import PROTOCOLS, Protocol

Objective = Literal["auroc18", "kappa", "auroc", "exact"]
"""What a trial is judged by, higher being better, at its last epoch: no epoch is chosen.

`auroc18` is the seed study's macro AUROC of 18 outputs; the others are means over the cortices where they are visible
and scored, as docs/metrics.md defines them.
"""
Pruning = Literal["none", "halving"]

_MOST_TOLD = 8


@dataclass(frozen=True, kw_only=True)
class Space:
    """Hold what a search tries: `axes` are fields of the protocol `base`, `fixed` those that every trial has otherwise.

    `k` is the number of folds; `epochs` None leaves the protocol's own, `patience` None stops nothing early. Raises
    UsageError that lists what cannot be.
    """

    name: str
    base: Protocol
    axes: tuple[Axis, ...]
    trials: int
    sampler: Sampler = "random"
    fixed: Mapping[str, Value] = field(default_factory=dict)
    k: int = 6
    epochs: int | None = None
    objective: Objective = "auroc18"
    pruning: Pruning = "none"
    patience: int | None = None

    def __post_init__(self) -> None:
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        found = [fault.problem for fault in islice(faults(**given), _MOST_TOLD)]
        if found:
            raise UsageError(f"the space {self.name}: {'; '.join(found)}")


def protocol_of(space: Space, values: Mapping[str, Value] | None = None) -> Protocol:
    """Return the protocol of a trial, under a name that says where it comes from.

    Raises UsageError for values that the protocol refuses.
    """
    changes = {**space.fixed, **({} if space.epochs is None else {"epochs": space.epochs}), **(values or {})}
    return with_fields(space.base, changes, search=space.name)


def longest(space: Space) -> int:
    """Return the most epochs that a trial of the space has; 1 for a protocol without epochs."""
    for axis in space.axes:
        if axis.name == "epochs":
            return max(int(value) for value in ends(axis))
    return int(getattr(protocol_of(space), "epochs", 1))


def space_digest(space: Space) -> str:
    """Digest what decides the result of a trial by its number.

    How many trials there are does not: a search may be made longer.
    """
    decides = asdict(space)
    for name in ("name", "trials"):
        del decides[name]
    for words in ("name", "title", "source"):
        del decides["base"][words]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


SPACES: Mapping[str, Space] = {
    "regime-1": Space(
        name="regime-1",
        base=PROTOCOLS["thesis-2"],
        axes=(Axis("batch", low=16.0, high=2048.0), Axis("dropout", low=0.0, high=0.5)),
        trials=100,
        epochs=20,
    ),
    "regime-2": Space(
        name="regime-2",
        base=PROTOCOLS["thesis-2"],
        fixed={"batch": 1600, "dropout": 0.20},
        axes=(
            Axis("learning_rate", choices=(1e-1, 1e-2, 1e-3, 1e-4)),
            Axis("epsilon", choices=(1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)),
        ),
        trials=32,
        sampler="grid",
        epochs=20,
    ),
}
"""The seed study's two searches (Hong 2023): the second starts from what the first chose."""
