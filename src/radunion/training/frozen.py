"""A head on a frozen backbone: features of every film and its flips come from the cache, films are looked at once."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from radunion.features import FLIPS, Backbone, FeatureCache, extract, fractureless
from radunion.features import Precision as FeaturePrecision
from radunion.radiograph import Preprocessing
from radunion.scoring.card import Heatmap
from radunion.training.examples import Examples, films_in
from radunion.training.fit import Films, fit
from radunion.training.learner import Learned, LearnedPair, Tell, epochs
from radunion.training.look import FrozenLook, Scorer, fit_view
from radunion.training.loop import Epoch
from radunion.training.network import HeadShape, PairHead, PairNetwork
from radunion.training.plan import Input
from radunion.training.settings import TrainSettings
from radunion.training.strips import STRIP

DROPOUT = 0.5


class FrozenLearner:
    """Cached features of all films, with all flips."""

    boxes = 0
    simulated_boxes = 0
    simulated_cortices = 0
    heatmap: Heatmap = "none"
    shaftless = 0

    def __init__(
        self,
        examples: Examples,
        backbone: Backbone,
        settings: TrainSettings,
        *,
        cache: FeatureCache | None,
        precision: FeaturePrecision,
        preprocessing: Preprocessing,
        tell: Tell,
    ) -> None:
        """Extract the features that the cache does not have."""
        self.examples = examples
        self.backbone = backbone
        self.settings = settings
        self.preprocessing = preprocessing
        self.features = torch.from_numpy(
            extract(
                backbone, examples.paths, flips=FLIPS, cache=cache, precision=precision, preprocessing=preprocessing,
                progress=lambda done, total: tell("Extracting features", done, total, ""),
            )
        )  # fmt: skip
        self.fractureless = fractureless(
            examples.paths, preprocessing, cache=cache,
            progress=lambda done, total: tell("Looking for fractures", done, total, ""),
        )  # fmt: skip

    def learn(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> Learned:
        """Train the head on cached features."""
        fitted = fit_head(self.features, self.examples, self.settings, training, validation, work=work, tell=tell)
        rows = films_in(self.examples, training)
        plain = self.features[:, 0].numpy()
        view = fit_view(plain[rows], self.examples.lateral[rows])

        def scorer() -> nn.Module:
            return Scorer(FrozenLook(self.backbone.pooled(), view), fitted.head).eval()

        return LearnedPair(fitted.network, fitted.films, scorer, plain, {"scores": fitted.history})


def prepared_for(seen: Input, backbone: Backbone) -> Preprocessing:
    """Return how films are prepared for a frozen backbone that sees the whole, the shaft or the fracture of each."""
    if seen == "shaft":
        return STRIP
    own = backbone.preprocessing()
    return replace(own, shape="fracture") if seen == "fracture" else own


@dataclass(frozen=True)
class FittedHead:
    """A head that learned on features, the network that it makes with them, and how it went."""

    head: PairHead
    network: PairNetwork
    films: Films
    history: tuple[Epoch, ...]


def fit_head(
    features: Float[Tensor, "m flips c"],
    examples: Examples,
    settings: TrainSettings,
    training: Int64[np.ndarray, " a"],
    validation: Int64[np.ndarray, " b"],
    *,
    work: Path | None,
    tell: Tell,
) -> FittedHead:
    """Train a head on the features of films and their flips."""
    torch.manual_seed(settings.seed)
    films = Films(features, choose_flip, unflipped)
    head = PairHead(HeadShape(features.shape[-1], dropout=DROPOUT))
    head.standardise(features[torch.from_numpy(films_in(examples, training))].flatten(0, 1))
    network = PairNetwork(nn.Identity(), head)
    history = fit(
        network, examples, films, training=training, validation=validation, settings=settings,
        checkpoint=work / "scores.pt" if work else None,
        progress=epochs(tell, "Learning to score", settings.epochs),
    )  # fmt: skip
    return FittedHead(head, network, films, history)


def choose_flip(features: Float[Tensor, "n flips c"], random: torch.Generator) -> Float[Tensor, "n c"]:
    """Draw one of the cached flips of each film."""
    flips = torch.randint(features.shape[1], (len(features),), generator=random)
    return features[torch.arange(len(features)), flips]


def unflipped(features: Float[Tensor, "n flips c"]) -> Float[Tensor, "n c"]:
    """Take the film as it is."""
    return features[:, 0]
