"""What a protocol's encoder must be able to do: learn from some labels, predict, and be exported."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Int64
from torch import nn

from radunion.joint import JointLevels, concatenate
from radunion.radiograph import Preprocessing
from radunion.scoring.card import Heatmap
from radunion.training.examples import Examples
from radunion.training.fit import Films, predict
from radunion.training.loop import Epoch
from radunion.training.network import PairNetwork

Tell = Callable[[str, int, int, str], None]
"""Called with (stage, done, to do, a note)."""


@runtime_checkable
class Learned(Protocol):
    """One trained model with the films as it sees them; `overview` holds each film's features as a whole."""

    @property
    def scorer(self) -> Callable[[], nn.Module]: ...
    @property
    def overview(self) -> Float32[np.ndarray, "m d"]: ...
    @property
    def history(self) -> dict[str, tuple[Epoch, ...]]: ...
    def predict(self, pairs: Int64[np.ndarray, "n 2"]) -> JointLevels:
        """Return the distributions of film pairs."""
        ...


@dataclass(frozen=True)
class LearnedPair:
    """A trained network that reads both films of an examination at once."""

    network: PairNetwork
    films: Films
    scorer: Callable[[], nn.Module]
    overview: Float32[np.ndarray, "m d"]
    history: dict[str, tuple[Epoch, ...]]

    def predict(self, pairs: Int64[np.ndarray, "n 2"]) -> JointLevels:
        """Return the distributions of film pairs."""
        parts = predict(self.network, self.films, pairs)
        return concatenate(
            [JointLevels(part.weights.numpy(), part.levels.numpy(), part.scorable.sigmoid().numpy()) for part in parts]
        )


@runtime_checkable
class Learner(Protocol):
    """Films loaded once, ready to be learned from as often as there are folds.

    `boxes` counts films with a fracture box that it uses, `simulated_boxes` those that were simulated for it,
    `simulated_cortices` those simulated to show where cortices are, `shaftless` films on which no shaft stood out,
    `fractureless` those of which the whole was used because no fracture was found. `heatmap` says whether its graph
    gives evidence.
    """

    examples: Examples
    preprocessing: Preprocessing
    boxes: int
    simulated_boxes: int
    simulated_cortices: int
    shaftless: int
    fractureless: int
    heatmap: Heatmap

    def learn(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> Learned:
        """Train on some rows of the examples; checkpoints lie in `work`."""
        ...


def told_of_crops(learner: Learner) -> str:
    """Say who found the fracture for what sees crops of it, and on how many films nobody did; nothing of all others."""
    if learner.preprocessing.shape != "fracture":
        return ""
    told = "where fractures are: from the finder that comes with radunion, which learned from simulated films"
    if not learner.fractureless:
        return told
    of = f"{learner.fractureless:,} of {len(learner.examples.paths):,} films"
    return f"{told}; on {of} no fracture was found; the whole film was used"


def quiet(stage: str, done: int, total: int, note: str) -> None:
    """Tell nothing."""


def epochs(tell: Tell, stage: str, total: int) -> Callable[[Epoch], None]:
    """Turn a loop's progress into told lines."""

    def told(epoch: Epoch) -> None:
        note = f"loss {epoch['train_loss']:.3f}, on held-out patients {epoch['validation_loss']:.3f}"
        tell(stage, int(epoch["epoch"]), total, note)

    return told
