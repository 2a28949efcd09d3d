"""Find the fracture, then look at it through a frozen network: of the whole film its features lose a thin line."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from radunion.features import Backbone, Extractor
from radunion.features import Precision as FeaturePrecision
from radunion.features.pooled import PooledBackbone
from radunion.scoring.card import Heatmap
from radunion.training.compact import CompactLearner
from radunion.training.examples import Examples
from radunion.training.finder import Finder, every_way, position_of
from radunion.training.frozen import fit_head
from radunion.training.glimpse import GLIMPSE, glimpse
from radunion.training.learner import Learned, LearnedPair, Tell
from radunion.training.look import Look, Scorer, at_one_place
from radunion.training.settings import TrainSettings
from radunion.training.strips import STRIP

ENLARGED = 2
"""A glimpse is shown to the network at this many times the strip's resolution."""
_BATCH = 32
FLIPS: tuple[tuple[int, ...], ...] = ((), (3,), (2,), (2, 3))
"""The axes that are turned: as it is, mirrored, upside down, both."""


class GlimpseFeatures(nn.Module):
    """Pool a frozen network's map of a glimpse: left and right halves apart, for the two cortices stand there."""

    def __init__(self, pooled: PooledBackbone) -> None:
        super().__init__()
        self.pooled = pooled

    def forward(self, glimpses: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n c"]:
        return halves(self.pooled.maps(enlarged(glimpses)))


def enlarged(glimpses: Float[Tensor, "n 1 h w"]) -> Float[Tensor, "n 1 tall wide"]:
    """Return glimpses as large as a network is shown them."""
    return F.interpolate(glimpses, scale_factor=ENLARGED, mode="bilinear", align_corners=False)


def halves(maps: Float[Tensor, "n c rows columns"]) -> Float[Tensor, "n d"]:
    """Return the maximum over the left half of a map, then over its right half."""
    half = (maps.shape[3] + 1) // 2
    return torch.cat([maps[..., :half].amax(dim=(2, 3)), maps[..., -half:].amax(dim=(2, 3))], dim=1)


class FoundLook(nn.Module):
    """The part of a bundle's graph that finds the fracture and looks at it through a frozen network."""

    def __init__(self, finder: Finder, features: GlimpseFeatures) -> None:
        super().__init__()
        self.finder = finder
        self.features = features

    def forward(self, strips: Float[Tensor, "n 1 h w"]) -> Look:
        found = every_way(self.finder, strips)
        near = glimpse(strips, position_of(found.focus, strips.shape[-2]), GLIMPSE)
        return at_one_place(self.features(near), found.lateral.sigmoid(), found.overview)


class FoundLearner:
    """Strips in memory; the finder learns in each fold, so its glimpses are looked at anew in each and not cached."""

    preprocessing = STRIP
    heatmap: Heatmap = "none"
    fractureless = 0

    def __init__(
        self,
        examples: Examples,
        backbone: Backbone,
        settings: TrainSettings,
        *,
        precision: FeaturePrecision,
        work: Path,
        tell: Tell,
    ) -> None:
        """Read all films; simulate films with boxes under `work` when the examples have too few."""
        self.compact = CompactLearner(examples, settings, work=work, tell=tell, parted=False)
        self.examples = examples
        self.settings = settings
        self.backbone = backbone
        self.boxes, self.simulated_boxes = self.compact.boxes, self.compact.simulated_boxes
        self.simulated_cortices = 0
        self.shaftless = self.compact.shaftless
        self._run = GlimpseFeatures(Extractor(backbone, precision).pooled).eval()

    def learn(
        self, training: Int64[np.ndarray, " a"], validation: Int64[np.ndarray, " b"], *, work: Path | None, tell: Tell
    ) -> Learned:
        """Train the finder, look where it says, train the head on what was seen."""
        found = self.compact.find(training, validation, work=work, tell=tell)
        features = torch.from_numpy(self.look(found.position, tell))
        fitted = fit_head(features, self.examples, self.settings, training, validation, work=work, tell=tell)

        def scorer() -> nn.Module:
            return Scorer(FoundLook(found.finder, GlimpseFeatures(self.backbone.pooled())), fitted.head).eval()

        history = {"finder": found.history, "scores": fitted.history}
        return LearnedPair(fitted.network, fitted.films, scorer, found.overview, history)

    def look(
        self, position: Float[Tensor, " m"], tell: Tell, *, flips: tuple[tuple[int, ...], ...] = FLIPS
    ) -> Float32[np.ndarray, "m flips c"]:
        """Return the features of every glimpse and its flips."""
        strips = self.compact.strips.pixels
        parts = []
        for start in range(0, len(strips), _BATCH):
            here = slice(start, start + _BATCH)
            near = glimpse(torch.from_numpy(strips[here]).float() / 255, position[here], GLIMPSE)
            with torch.inference_mode():
                parts.append(torch.stack([self._run(near.flip(axes) if axes else near) for axes in flips], dim=1))
            tell("Looking at fractures", min(start + _BATCH, len(strips)), len(strips), "")
        return np.asarray(torch.cat(parts).numpy())
