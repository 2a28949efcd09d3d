"""What a network of single films is and how it learns, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from radunion.errors import UsageError

Augmentation = Literal["none", "flips", "eightfold"]
"""`flips`: as it is, mirrored, upside down, both; `eightfold`: as it is and seven fixed shifts, turns and mirrors."""
FilmHead = Literal["thesis", "linear", "none"]
"""`thesis`: three dense layers; `linear`: one; `none`: the network has its own."""
Outputs = Literal["seed18", "examination"]
"""`seed18`: two views and sixteen cortex levels of one film, missing labels as zeros, both scales in one column, as the
seed study has it. `examination`: sixteen levels of the whole examination from each of its films, missing labels left
out."""

Optimiser = Literal["adam", "adamw", "sgd"]
"""`adam`: as Keras has it; `adamw`: torch's, which also decays weights, by 0.01; `sgd`: with momentum 0.9."""
_LATER_FIELDS = {"optimiser": "adam"}


@dataclass(frozen=True, kw_only=True)
class FilmSettings:
    """Everything that the result depends on beside films and labels. `epochs` is fixed: no epoch is chosen.

    `epsilon` is that of either Adam; `sgd` has none.
    """

    network: str
    weights: str
    tap: str | None
    pooling: Literal["max", "avg"]
    trains: Literal["head", "all"]
    head: FilmHead
    outputs: Outputs
    size: int
    augmentation: Augmentation
    dropout: float
    batch: int
    epochs: int
    learning_rate: float
    epsilon: float
    optimiser: Optimiser = "adam"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.trains == "all" and (self.augmentation == "eightfold" or self.tap is not None):
            raise UsageError(
                "a tap and eightfold views are for frozen networks; this one trains end to end, found tap "
                f"{self.tap} and augmentation {self.augmentation}"
            )
        if self.trains == "head" and self.head == "none":
            raise UsageError('a frozen network needs a head that learns; give head "thesis" or "linear"')
        if self.epochs < 1 or self.batch < 1:
            raise UsageError(f"epochs and batch must be at least 1, found {self.epochs} and {self.batch}")


def deciding(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a digest is of: one that came later counts only where it is not what was always done.

    So results and checkpoints from before the field existed stay known by their names.
    """
    return {name: value for name, value in fields.items() if name not in _LATER_FIELDS or value != _LATER_FIELDS[name]}
