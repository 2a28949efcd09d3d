"""The compact network, from scratch: find the fracture on the strip, find its cortices there, then grade them."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64, UInt8
from torch import Tensor, nn

from radunion.joint import JointLevels, concatenate
from radunion.scoring.card import Heatmap
from radunion.training.cortex_finder import CortexData, CortexFinder, fit_cortex_finder
from radunion.training.encoder import GlimpseEncoder
from radunion.training.examples import ABSENT, Examples, films_in
from radunion.training.finder import Finder, FinderData, fit_finder, locate, together, with_nowhere
from radunion.training.fit import Films, fit
from radunion.training.glimpse import GLIMPSE, MARGIN, augment, centre, glimpse
from radunion.training.learner import Learned, LearnedPair, Tell, epochs
from radunion.training.look import CompactLook, Scorer
from radunion.training.loop import Epoch
from radunion.training.network import HeadShape, PairHead, PairNetwork
from radunion.training.settings import CORTEX_FINDER, FINDER, GOING_ON, TrainSettings
from radunion.training.start import Start
from radunion.training.strips import STRIP, load_strips
from radunion.training.teachers import few, simulated_teachers, taught_by

_FINDING = "Learning to find fractures"
_NOWHERE_DRAWN = 0.5
"""The largest share of looks in training at which a film is black, however sure it is that nothing is broken."""
_PLACES = 4
"""How many places of a film are learned from: where the finder is sure only one of them counts."""


@dataclass(frozen=True)
class LearnedCompact(LearnedPair):
    """The network with the strips that it looks at, at every place that may be the fracture's."""

    strips: UInt8[Tensor, "m 1 h w"]

    def predict(self, pairs: Int64[np.ndarray, "n 2"]) -> JointLevels:
        """Return the distributions of film pairs as the exported graph gives them."""
        scorer, films = self.scorer(), Films(self.strips, augment, _in_parts)
        with torch.inference_mode():
            said = [_said(scorer, films, torch.from_numpy(part)) for part in np.split(pairs, range(64, len(pairs), 64))]
        return concatenate(said)


def _said(scorer: nn.Module, films: Films, rows: Int64[Tensor, "n 2"]) -> JointLevels:
    ap, lateral = (films.take(one, None) for one in rows.unbind(dim=1))
    weights, levels, scorable, *_ = scorer(ap, lateral, (rows != ABSENT).float())
    return JointLevels(weights.numpy(), levels.numpy(), scorable.numpy())


def _in_parts(strips: UInt8[Tensor, "n 1 h w"]) -> Float[Tensor, "n 1 h w"]:
    return strips.float() / 255


@dataclass(frozen=True)
class PlacedFilms(Films):
    """Glimpses (m, places, 1, tall, w) of each film; training looks at one of them, drawn by their `shares`, or none.

    So it learns what a film shows where the finder is wrong, and whole bone wherever it was looked for. Otherwise a
    film is looked at where it is likeliest. The last share is of nowhere: nothing is broken, and black is looked at;
    in training at most every other time, so that it learns what whole bone looks like.
    """

    shares: Float[Tensor, "m k_and_nowhere"]

    @property
    def content(self) -> tuple[Tensor, ...]:
        """All that decides what is drawn."""
        return self.values, self.shares

    def chosen(self, rows: Int64[Tensor, " n"], random: torch.Generator | None) -> Tensor:
        """Return one glimpse of each film, in [0, 1]."""
        shares, last = self.shares[rows], self.values.shape[1]
        if random is None:
            place = shares.argmax(dim=1)
        else:
            place = torch.multinomial(_seldom_nowhere(shares), 1, generator=random).squeeze(1)
        looked = (place < last)[:, None, None, None]
        return self.values[rows, place.clamp_max(last - 1)].float() / 255 * looked


def _seldom_nowhere(shares: Float[Tensor, "n k_and_nowhere"]) -> Float[Tensor, "n k_and_nowhere"]:
    nowhere = shares[:, -1:]
    less = nowhere.clamp_max(_NOWHERE_DRAWN)
    there = shares[:, :-1] / (1 - nowhere).clamp_min(1e-6) * (1 - less)
    return torch.cat([there, less], dim=1)


@dataclass(frozen=True)
class Places:
    """A trained finder, and of every film where the fracture may be and the features of the film as a whole.

    The last of the `shares` is how likely nothing is broken.
    """

    finder: Finder
    rows: Float[Tensor, "m k"]
    shares: Float[Tensor, "m k_and_nowhere"]
    overview: Float32[np.ndarray, "m d"]
    history: tuple[Epoch, ...]

    @property
    def position(self) -> Float[Tensor, " m"]:
        """The likeliest row of each film."""
        return self.rows[:, 0]


class CompactLearner:
    """Strips of all films in memory, a byte a pixel."""

    preprocessing = STRIP
    heatmap: Heatmap = "evidence"
    fractureless = 0

    def __init__(
        self,
        examples: Examples,
        settings: TrainSettings,
        *,
        work: Path,
        tell: Tell,
        parted: bool = True,
        finders: int = 1,
        whole: float = 0.0,
        start: Start | None = None,
    ) -> None:
        """Read all films; simulate films with boxes under `work` when the examples have too few.

        With `parted` cortices are found too, which wants boxes of them. Of several `finders` the first says where to
        learn from, all of them where to look when a film is scored; then nothing is broken with `whole` log-odds more.
        What a model to `start` from finds, by its own finders, it goes on finding as it did where the examples have too
        few boxes to learn from.
        """
        self.examples = examples
        self.settings = settings
        self.start = start
        self.finders = finders if start is None else len(start.finders)
        self.whole = whole
        self.strips = load_strips(
            examples.paths,
            examples.boxes,
            examples.cortex_boxes,
            progress=lambda done, total: tell("Reading films", done, total, ""),
        )
        self.shaftless = int((~self.strips.found).sum())
        boxed = np.isfinite(self.strips.boxes).all(axis=1)
        apart = np.isfinite(self.strips.cortices).all(axis=2).any(axis=1)
        self._few = {"fracture": few(boxed), "cortices": few(apart)}
        wanted = {
            what: lacking and start is None and (parted or what == "fracture") for what, lacking in self._few.items()
        }
        teachers = simulated_teachers(work / "simulated", tell) if any(wanted.values()) else None
        fracture, cortices = (teachers if wanted[what] else None for what in ("fracture", "cortices"))
        self.boxes = int(boxed.sum())
        self.simulated_boxes, self.simulated_cortices = (
            0 if one is None else len(one.held) for one in (fracture, cortices)
        )
        self._fractures = taught_by(self.strips, examples, fracture)
        self._cortices = taught_by(self.strips, examples, cortices)

    def learn(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> Learned:
        """Train the finders, look where the first says, train the encoder and the head."""
        found = self.find(training, validation, work=work, tell=tell)
        further = [
            self._finder(number, training, validation, work=work, tell=tell) for number in range(1, self.finders)
        ]
        finder = together([found.finder, *(one for one, _ in further)])
        films = PlacedFilms(self._glimpses(found), augment, centre, found.shares)
        cortices, learned = self._find_cortices(training, validation, work=work, tell=tell)
        torch.manual_seed(self.settings.seed)  # a finder that was resumed has drawn nothing
        encoder = GlimpseEncoder(cortices)
        head = PairHead(HeadShape(encoder.width))
        if self.start is not None:
            self.start.fill(encoder.trunk, "look.encoder.trunk")
            self.start.fill(encoder.read, "look.encoder.read")
            self.start.fill(head, "head")
        network = PairNetwork(encoder, head)
        scoring = fit(
            network, self.examples, films, training=training, validation=validation, settings=self.settings,
            checkpoint=work / "scores.pt" if work else None,
            progress=epochs(tell, "Learning to score", self.settings.epochs),
        )  # fmt: skip

        for one in (found.finder, *(one for one, _ in further)):
            one.expect_whole(self.whole)
        others = {f"finder-{number}": known for number, (_, known) in enumerate(further, start=2)}
        history = {"finder": found.history, **others, "cortices": learned, "scores": scoring}

        def scorer() -> nn.Module:
            return Scorer(CompactLook(finder, encoder, nowhere=self.knows_nowhere), head).eval()

        return LearnedCompact(network, films, scorer, found.overview, history, torch.from_numpy(self.strips.pixels))

    def find(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> Places:
        """Train the first finder and ask it of every film."""
        finder, history = self._finder(0, training, validation, work=work, tell=tell)
        rows, shares, overview, nowhere = locate(finder, torch.from_numpy(self.strips.pixels), places=_PLACES)
        nowhere = nowhere * self.knows_nowhere
        return Places(finder, rows, with_nowhere(shares, nowhere), overview.numpy(), history)

    def _glimpses(self, found: Places) -> UInt8[Tensor, "m k 1 tall w"]:
        """Cut glimpses at every place, a byte a pixel as the strips are."""
        strips = torch.from_numpy(self.strips.pixels)
        cut = [(tall_glimpses(strips, row) * 255).round().to(torch.uint8) for row in found.rows.unbind(dim=1)]
        return torch.stack(cut, dim=1)

    @property
    def knows_nowhere(self) -> bool:
        """Whether the finders learned from intact films too, or stay those of a model whose finders had."""
        if self.start is not None and self._keeps("fracture"):
            return self.start.knows_nowhere
        return bool(self._fractures.intact.any())

    def _keeps(self, what: str) -> bool:
        return self.start is not None and self._few[what]

    def _settings(self, usual: TrainSettings, number: int = 0) -> TrainSettings:
        """Return how a finder learns: in smaller steps where it goes on from another model."""
        own = replace(usual, seed=self.settings.seed + number, precision=self.settings.precision)
        return own if self.start is None else replace(own, learning_rate=usual.learning_rate * GOING_ON)

    def _finder(
        self, number: int, training: np.ndarray, validation: np.ndarray, *, work: Path | None, tell: Tell
    ) -> tuple[Finder, tuple[Epoch, ...]]:
        """Train one of the finders, from a beginning of its own."""
        torch.manual_seed(self.settings.seed + number)
        finder = Finder(STRIP.width)
        if self.start is not None:
            self.start.fill(finder, self.start.finders[number])
        if self._keeps("fracture"):
            return finder, ()
        settings, data = self._settings(FINDER, number), self._fractures
        name = f"finder-{number + 1}.pt" if number else "finder.pt"
        return finder, fit_finder(
            finder, FinderData(data.strips, data.boxes, data.lateral, data.intact),
            training=np.concatenate([films_in(self.examples, training), data.teaching]),
            validation=np.concatenate([films_in(self.examples, validation), data.held]),
            settings=settings, checkpoint=work / name if work else None,
            progress=epochs(tell, _FINDING if not number else f"{_FINDING}, finder {number + 1}", settings.epochs),
        )  # fmt: skip

    def _find_cortices(
        self, training: np.ndarray, validation: np.ndarray, *, work: Path | None, tell: Tell
    ) -> tuple[CortexFinder, tuple[Epoch, ...]]:
        """Train the finder of cortices on glimpses of where the boxes are, however well the fracture is found."""
        torch.manual_seed(self.settings.seed)
        cortices = CortexFinder()
        if self.start is not None:
            self.start.fill(cortices, "look.encoder.cortices")
        if self._keeps("cortices"):
            return cortices, ()
        settings, data = self._settings(CORTEX_FINDER), self._cortices
        known, position = middles(data.cortices)
        shown = CortexData(tall_glimpses(data.strips, position), on_glimpses(data.cortices, position))
        learning = np.concatenate([films_in(self.examples, training), data.teaching])
        held = np.concatenate([films_in(self.examples, validation), data.held])
        learning, held = parted(np.intersect1d(learning, known), np.intersect1d(held, known))
        history = fit_cortex_finder(
            cortices, shown, training=learning, validation=held,
            settings=settings, checkpoint=work / "cortices.pt" if work else None,
            progress=epochs(tell, "Learning to find cortices", settings.epochs),
        )  # fmt: skip
        return cortices, history


def parted(
    learning: Int64[np.ndarray, " a"], held: Int64[np.ndarray, " b"]
) -> tuple[Int64[np.ndarray, " c"], Int64[np.ndarray, " d"]]:
    """Return the rows to learn from and those to stop by; where none held out has a box, each seventh of the rest."""
    if len(held):
        return learning, held
    return np.setdiff1d(learning, learning[::7]), learning[::7]


def middles(cortices: Float32[np.ndarray, "m 2 4"]) -> tuple[Int64[np.ndarray, " k"], Float[Tensor, " m"]]:
    """Return which films have boxes of cortices, and the row between these; 0 where there is none."""
    rows = (cortices[:, :, 1] + cortices[:, :, 3]) / 2 - 0.5
    there = np.isfinite(rows)
    mean = np.where(there, rows, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return np.flatnonzero(there.any(axis=1)), torch.from_numpy(mean.astype(np.float32))


def on_glimpses(boxes: Float32[np.ndarray, "m 2 4"], position: Float[Tensor, " m"]) -> Float32[np.ndarray, "m 2 4"]:
    """Return boxes of strips on the glimpses with margin that were cut from them at a position."""
    first = position.numpy() + 0.5 - (GLIMPSE / 2 + MARGIN)
    return boxes - (first[:, None, None] * np.array([0, 1, 0, 1])).astype(np.float32)


def tall_glimpses(strips: UInt8[Tensor, "m 1 h w"], position: Float[Tensor, " m"]) -> Float[Tensor, "m 1 tall w"]:
    """Cut glimpses with a margin for augmentation."""
    parts = zip(strips.split(64), position.split(64), strict=True)
    return torch.cat([glimpse(strip.float() / 255, row, GLIMPSE + 2 * MARGIN) for strip, row in parts])
