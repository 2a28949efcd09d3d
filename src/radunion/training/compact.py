"""The compact network, from scratch: find the fracture on the strip, then grade a glimpse of it."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int64, UInt8
from torch import Tensor, nn

from radunion.cohort import read_cohort
from radunion.phantom import Simulation, simulate
from radunion.training.examples import Examples, examples_of, films_in
from radunion.training.finder import Finder, FinderData, fit_finder, locate
from radunion.training.fit import Films, fit
from radunion.training.glimpse import GLIMPSE, MARGIN, augment, centre, glimpse
from radunion.training.learner import Learned, LearnedPair, Tell, epochs
from radunion.training.look import CompactLook, Scorer
from radunion.training.loop import Epoch
from radunion.training.network import GlimpseEncoder, HeadShape, PairHead, PairNetwork
from radunion.training.settings import FINDER, TrainSettings
from radunion.training.strips import STRIP, Strips, load_strips

FEWEST_BOXES = 60
"""With fewer films that have a fracture box, simulated films teach where fractures are."""
_TEACHERS = Simulation(patients=80, seed=77_001, format="png")


@dataclass(frozen=True)
class Places:
    """A trained finder, and of every film the fracture's row and the features of the film as a whole."""

    finder: Finder
    position: Float[Tensor, " m"]
    overview: Float32[np.ndarray, "m d"]
    history: tuple[Epoch, ...]


class CompactLearner:
    """Strips of all films in memory, a byte a pixel."""

    preprocessing = STRIP

    def __init__(self, examples: Examples, settings: TrainSettings, *, work: Path, tell: Tell) -> None:
        """Read all films; simulate films with boxes under `work` when the examples have too few."""
        self.examples = examples
        self.settings = settings
        self.strips = load_strips(
            examples.paths, examples.boxes, progress=lambda done, total: tell("Reading films", done, total, "")
        )
        self.boxes = int(np.isfinite(self.strips.boxes).all(axis=1).sum())
        self.simulated_boxes = 0
        self._data = _finder_data(self.strips, examples)
        self.shaftless = int((~self.strips.found).sum())
        self._held_teachers = np.zeros(0, dtype=bool)
        if self.boxes < FEWEST_BOXES:
            extra, self._held_teachers = _teachers(work / "simulated", tell)
            self.simulated_boxes = len(extra.boxes)
            self._data = FinderData(
                torch.cat([self._data.strips, extra.strips]),
                np.concatenate([self._data.boxes, extra.boxes]),
                np.concatenate([self._data.lateral, extra.lateral]),
            )

    def learn(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> Learned:
        """Train the finder, look where it says, train the encoder and the head."""
        found = self.find(training, validation, work=work, tell=tell)
        films = Films(tall_glimpses(torch.from_numpy(self.strips.pixels), found.position), augment, centre)
        torch.manual_seed(self.settings.seed)  # a finder that was resumed has drawn nothing
        encoder = GlimpseEncoder(STRIP.width)
        head = PairHead(HeadShape(encoder.width))
        network = PairNetwork(encoder, head)
        scoring = fit(
            network, self.examples, films, training=training, validation=validation, settings=self.settings,
            checkpoint=work / "scores.pt" if work else None,
            progress=epochs(tell, "Learning to score", self.settings.epochs),
        )  # fmt: skip

        def scorer() -> nn.Module:
            return Scorer(CompactLook(found.finder, encoder), head).eval()

        return LearnedPair(network, films, scorer, found.overview, {"finder": found.history, "scores": scoring})

    def find(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> "Places":
        """Train the finder and ask it of every film."""
        torch.manual_seed(self.settings.seed)
        finder = Finder(STRIP.width)
        history = self._find(finder, training, validation, work, tell)
        position, overview = locate(finder, torch.from_numpy(self.strips.pixels))
        return Places(finder, position, overview.numpy(), history)

    def _find(
        self, finder: Finder, training: np.ndarray, validation: np.ndarray, work: Path | None, tell: Tell
    ) -> tuple[Epoch, ...]:
        settings = replace(FINDER, seed=self.settings.seed, precision=self.settings.precision)
        taught = len(self.examples.paths) + np.arange(len(self._held_teachers))
        held = taught[self._held_teachers]
        return fit_finder(
            finder, self._data,
            training=np.concatenate([films_in(self.examples, training), np.setdiff1d(taught, held)]),
            validation=np.concatenate([films_in(self.examples, validation), held]),
            settings=settings, checkpoint=work / "finder.pt" if work else None,
            progress=epochs(tell, "Learning to find fractures", settings.epochs),
        )  # fmt: skip


def _finder_data(strips: Strips, examples: Examples) -> FinderData:
    return FinderData(torch.from_numpy(strips.pixels), strips.boxes, examples.lateral.astype(np.float32))


def _teachers(folder: Path, tell: Tell) -> tuple[FinderData, Bool[np.ndarray, " m"]]:
    """Simulate films whose boxes are known; also say which of them are held out, every seventh patient's."""
    table = simulate(
        folder, _TEACHERS, progress=lambda done, total: tell("Simulating films with known fractures", done, total, "")
    )
    examples = examples_of(read_cohort(table).examinations)
    held = sorted(set(examples.patients))[::7]
    rows = films_in(examples, np.flatnonzero(np.isin(examples.patients, held)))
    return _finder_data(load_strips(examples.paths, examples.boxes), examples), np.isin(
        np.arange(len(examples.paths)), rows
    )


def tall_glimpses(strips: UInt8[Tensor, "m 1 h w"], position: Float[Tensor, " m"]) -> Float[Tensor, "m 1 tall w"]:
    """Cut glimpses with a margin for augmentation."""
    parts = zip(strips.split(64), position.split(64), strict=True)
    return torch.cat([glimpse(strip.float() / 255, row, GLIMPSE + 2 * MARGIN) for strip, row in parts])
