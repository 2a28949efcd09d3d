"""A head on a frozen backbone: features of every film and its flips come from the cache, films are looked at once."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from radunion.features import FLIPS, Backbone, FeatureCache, extract
from radunion.features import Precision as FeaturePrecision
from radunion.radiograph import Preprocessing
from radunion.training.examples import ABSENT, Examples
from radunion.training.fit import Films, fit
from radunion.training.learner import Learned, LearnedPair, Tell, epochs
from radunion.training.look import FrozenLook, Scorer, fit_view
from radunion.training.network import HeadShape, PairHead, PairNetwork
from radunion.training.settings import TrainSettings

_DROPOUT = 0.5


class FrozenLearner:
    """Cached features of all films, with all flips."""

    boxes = 0
    simulated_boxes = 0
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

    def learn(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> Learned:
        """Train the head on cached features."""
        torch.manual_seed(self.settings.seed)
        films = Films(self.features, choose_flip, unflipped)
        head = PairHead(HeadShape(self.backbone.channels, dropout=_DROPOUT))
        rows = np.unique(self.examples.films[training])
        rows = rows[rows != ABSENT]
        head.standardise(self.features[torch.from_numpy(rows)].flatten(0, 1))
        network = PairNetwork(nn.Identity(), head)
        history = fit(
            network, self.examples, films, training=training, validation=validation, settings=self.settings,
            checkpoint=work / "scores.pt" if work else None,
            progress=epochs(tell, "Learning to score", self.settings.epochs),
        )  # fmt: skip
        plain = self.features[:, 0].numpy()
        view = fit_view(plain[rows], self.examples.lateral[rows])

        def scorer() -> nn.Module:
            return Scorer(FrozenLook(self.backbone.pooled(), view), head).eval()

        return LearnedPair(network, films, scorer, plain, {"scores": history})


def choose_flip(features: Float[Tensor, "n flips c"], random: torch.Generator) -> Float[Tensor, "n c"]:
    """Draw one of the cached flips of each film."""
    flips = torch.randint(features.shape[1], (len(features),), generator=random)
    return features[torch.arange(len(features)), flips]


def unflipped(features: Float[Tensor, "n flips c"]) -> Float[Tensor, "n c"]:
    """Take the film as it is."""
    return features[:, 0]
