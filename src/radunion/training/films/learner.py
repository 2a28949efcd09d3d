"""Learn from single films: features of a frozen network, or pixels of one that learns end to end."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, Int64
from torch import nn

from radunion.cohort import Examination
from radunion.errors import UsageError
from radunion.features import (
    FLIPS,
    WARPS,
    Backbone,
    BackboneSpec,
    FeatureCache,
    Sight,
    extract,
    fractureless,
    load_backbone,
)
from radunion.features import Precision as FeaturePrecision
from radunion.joint import JointLevels
from radunion.radiograph import Preprocessing
from radunion.scoring.card import Heatmap
from radunion.training.classical.said import FilmSaid
from radunion.training.examples import Examples, films_in
from radunion.training.films.data import FilmInputs, feature_inputs, load_pixels, pixel_inputs
from radunion.training.films.loop import FilmRun, predict_films, train_films
from radunion.training.films.network import FilmScorer, FrozenFilms, WholeFilms, head_of, whole_network
from radunion.training.films.said import joint_of, said_of
from radunion.training.films.settings import FilmSettings, deciding
from radunion.training.films.targets import film_targets
from radunion.training.fit import fingerprint
from radunion.training.learner import Tell
from radunion.training.loop import Epoch

_SIGHTS: dict[str, tuple[Sight, ...]] = {"none": ("none",), "flips": FLIPS, "eightfold": WARPS}


@dataclass(frozen=True)
class LearnedFilms:
    """One trained network of single films, and its sigmoids for every film of the examples."""

    settings: FilmSettings
    sigmoids: Float32[np.ndarray, "m t"]
    overview: Float32[np.ndarray, "m d"]
    scorer: Callable[[], nn.Module]
    history: dict[str, tuple[Epoch, ...]]

    @property
    def said(self) -> FilmSaid:
        """What it says of every film."""
        return said_of(self.sigmoids, self.settings.outputs)

    def predict(self, pairs: Int64[np.ndarray, "n 2"]) -> JointLevels:
        """Return the distributions of film pairs."""
        return joint_of(self.said, pairs, averaged=self.settings.outputs == "examination")


class FilmLearner:
    """Films looked at once where the network is frozen, else kept in memory, a byte a pixel."""

    boxes = 0
    simulated_boxes = 0
    simulated_cortices = 0
    heatmap: Heatmap = "none"
    shaftless = 0

    def __init__(
        self,
        examples: Examples,
        examinations: Sequence[Examination],
        settings: FilmSettings,
        *,
        preprocessing: Preprocessing,
        cache: FeatureCache | None,
        precision: FeaturePrecision,
        tell: Tell,
    ) -> None:
        """Extract features or read pixels.

        Raises UsageError for a network that no protocol trains so or films of another size than it takes, CohortError
        or FilmError where films cannot be read.
        """
        _must_fit(settings, preprocessing)
        self.examples = examples
        self.settings = settings
        self.preprocessing = preprocessing
        self.targets = film_targets(examples, tuple(examinations), settings.outputs)
        self.backbone: Backbone | None = None
        self.pixels = ""  # their digest: a checkpoint of other films must not be resumed
        self.features: Float32[np.ndarray, "m sights c"] | None = None
        self.inputs = self._frozen(cache, precision, tell) if settings.trains == "head" else self._pixels(tell)
        self.fractureless = fractureless(
            examples.paths, preprocessing, cache=cache,
            progress=lambda done, total: tell("Looking for fractures", done, total, ""),
        )  # fmt: skip

    def learn(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> LearnedFilms:
        """Train on the films of some rows; those of `validation` are watched and choose nothing."""
        learned, watched = (films_in(self.examples, rows) for rows in (training, validation))
        return self.learn_films(learned, np.setdiff1d(watched, learned), work=work, tell=tell)

    def learn_films(
        self, learned: Int64[np.ndarray, " a"], watched: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> LearnedFilms:
        """Train on some films, watch others, and say something of all."""
        settings = self.settings
        if self.backbone is not None:
            module = head_of(settings, self.backbone.channels)
        else:
            module = whole_network(settings).to(memory_format=torch.channels_last)

        def told(epoch: Epoch) -> None:
            tell("Learning from films", int(epoch["epoch"]), settings.epochs, f"loss {epoch['train_loss']:.3f}")

        keep = work / "films.pt" if work and self.backbone is None else None
        what = {**deciding(asdict(settings)), "network": repr(module), "pixels": self.pixels}
        name = fingerprint(what, learned, watched, self.targets.values, self.targets.known)
        run = FilmRun(self.inputs, self.targets, learned, watched, settings, name, keep, told)
        history = train_films(module, run)
        sigmoids = predict_films(module, self.inputs, np.arange(len(self.examples.paths)), settings)
        return LearnedFilms(settings, sigmoids, self._overview(sigmoids), self._scorer(module), {"films": history})

    def looked(self) -> Float32[np.ndarray, "m sights c"]:
        """Return what a frozen network saw of every sight of the films. Raises UsageError where none is frozen."""
        if self.features is None:
            raise UsageError(f"{self.settings.network} trains end to end, so no features of films are kept")
        return self.features

    def count(self) -> tuple[int, int]:
        """Return how many parameters the whole network has, and how many of them learn."""
        if self.backbone is None:
            module = whole_network(self.settings)
            learning = sum(one.numel() for one in module.parameters() if one.requires_grad)
            return sum(one.numel() for one in module.parameters()), learning
        learning = sum(one.numel() for one in head_of(self.settings, self.backbone.channels).parameters())
        return learning + sum(one.numel() for one in self.backbone.module.parameters()), learning

    def _overview(self, sigmoids: Float32[np.ndarray, "m t"]) -> Float32[np.ndarray, "m d"]:
        """Return what familiarity compares: the features of a frozen network, else its logits."""
        if self.backbone is None:
            chance = np.clip(sigmoids.astype(np.float64), 1e-7, 1 - 1e-7)
            return np.log(chance / (1 - chance)).astype(np.float32)
        return np.asarray(self.inputs.draw(torch.arange(len(self.examples.paths)), None).numpy())

    def _scorer(self, module: nn.Module) -> Callable[[], nn.Module]:
        backbone, outputs = self.backbone, self.settings.outputs

        def scorer() -> nn.Module:
            whole = WholeFilms(module) if backbone is None else FrozenFilms(backbone.pooled(), module)
            return FilmScorer(whole, outputs).eval()

        return scorer

    def _frozen(self, cache: FeatureCache | None, precision: FeaturePrecision, tell: Tell) -> FilmInputs:
        spec = BackboneSpec(
            self.settings.network, weights=self.settings.weights, tap=self.settings.tap, pooling=self.settings.pooling
        )
        self.backbone = load_backbone(spec)
        self.features = extract(
            self.backbone, self.examples.paths, flips=_SIGHTS[self.settings.augmentation], cache=cache,
            precision=precision, preprocessing=self.preprocessing,
            progress=lambda done, total: tell("Extracting features", done, total, ""),
        )  # fmt: skip
        return feature_inputs(self.features, each=self.settings.augmentation == "eightfold")

    def _pixels(self, tell: Tell) -> FilmInputs:
        pixels = load_pixels(
            self.examples.paths, self.preprocessing, progress=lambda done, total: tell("Reading films", done, total, "")
        )
        self.pixels = hashlib.sha256(pixels.tobytes()).hexdigest()
        return pixel_inputs(pixels, flips=self.settings.augmentation == "flips")


def _must_fit(settings: FilmSettings, preprocessing: Preprocessing) -> None:
    """Refuse, before any film is read, what could not be trained."""
    if settings.trains == "head":
        return
    films = (preprocessing.height, preprocessing.width)
    if settings.network == "lenet" and films != (settings.size, settings.size):
        raise UsageError(
            f"lenet takes films of its size, {settings.size} pixels square; found films prepared to {films[0]} by "
            f"{films[1]}; prepare them to that size"
        )
    whole_network(settings)
