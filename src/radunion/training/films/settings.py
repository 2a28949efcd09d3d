"""What a network of single films is and how it learns, as plain data."""

from dataclasses import dataclass
from typing import Literal

Outputs = Literal["seed18", "examination"]
"""`seed18`: two views and sixteen cortex levels of one film, missing labels as zeros, both scales in one column, as the
seed study has it. `examination`: sixteen levels of the whole examination from each of its films, missing labels left
out."""


@dataclass(frozen=True, kw_only=True)
class FilmSettings:
    """Everything that the result depends on beside films and labels. `epochs` is fixed: no epoch is chosen."""

    network: str
    weights: str
    tap: str | None
    pooling: Literal["max", "avg"]
    trains: Literal["head", "all"]
    head: Literal["thesis", "linear", "none"]
    outputs: Outputs
    size: int
    augmentation: Literal["none", "flips", "eightfold"]
    dropout: float
    batch: int
    epochs: int
    learning_rate: float
    epsilon: float
    seed: int = 0
