"""From prepared films to what the head reads: the part of a bundle's graph that differs between encoders."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn

from radunion.training.encoder import GlimpseEncoder, on_strip
from radunion.training.finder import Finder, position_of
from radunion.training.glimpse import GLIMPSE, glimpse
from radunion.training.network import PairHead


class Look(NamedTuple):
    """What is seen on n films: the head's features, P(lateral view), and features of the film as a whole.

    `evidence` is where the features of each of its two cortices come from, over the prepared film; None where the
    encoder does not part them.
    """

    features: Float[Tensor, "n c"]
    lateral: Float[Tensor, " n"]
    overview: Float[Tensor, "n d"]
    evidence: Float[Tensor, "n 2 rows columns"] | None = None


class CompactLook(nn.Module):
    """Find the fracture on the strip, then look closely at it."""

    def __init__(self, finder: Finder, encoder: GlimpseEncoder) -> None:
        super().__init__()
        self.finder = finder
        self.encoder = encoder

    def forward(self, strips: Float[Tensor, "n 1 h w"]) -> Look:
        found = self.finder(strips)
        height = strips.shape[-2]
        position = position_of(found.focus, height)
        near = glimpse(strips, position, GLIMPSE)
        regions = self.encoder.regions(near)
        features = self.encoder.read_at(near, regions)
        return Look(features, found.lateral.sigmoid(), found.overview, on_strip(regions, position, height))


class FrozenLook(nn.Module):
    """Pool a frozen backbone's feature map; a logistic regression on it tells the view."""

    def __init__(self, pooled: nn.Module, view: nn.Linear) -> None:
        super().__init__()
        self.pooled = pooled
        self.view = view

    def forward(self, films: Float[Tensor, "n 1 h w"]) -> Look:
        features = self.pooled(films)
        return Look(features, self.view(features).squeeze(1).sigmoid(), features)


class Scorer(nn.Module):
    """The whole graph of a bundle: two prepared films in, the joint distribution of the four cortices out."""

    def __init__(self, look: nn.Module, head: PairHead) -> None:
        super().__init__()
        self.look = look
        self.head = head

    def forward(
        self, ap: Float[Tensor, "n 1 h w"], lateral: Float[Tensor, "n 1 h w"], present: Float[Tensor, "n 2"]
    ) -> tuple[Tensor, ...]:
        """Return weights (n, k), levels (n, k, 4, 4), P(scorable) (n, 4), P(lateral) (n, 2), features (n, 2, d).

        Where the encoder parts cortices, then the evidence (n, 4, rows, columns) of each on its own view's film.
        """
        seen: Look = self.look(torch.cat([ap, lateral]))
        first, second = seen.features.unflatten(0, (2, -1))
        said = self.head(first, second, present)
        view = seen.lateral.unflatten(0, (2, -1)).transpose(0, 1)
        overview = seen.overview.unflatten(0, (2, -1)).transpose(0, 1)
        outputs = (said.weights, said.levels, said.scorable.sigmoid(), view, overview)
        return outputs if seen.evidence is None else (*outputs, _of_both(seen.evidence, present))


def _of_both(evidence: Float[Tensor, "m 2 rows columns"], present: Float[Tensor, "n 2"]) -> Tensor:
    """Return the evidence of the two cortices of the AP film, then of the two of the lateral one."""
    ap, lateral = (evidence.unflatten(0, (2, -1)) * present.T[:, :, None, None, None]).unbind(0)
    return torch.cat([ap, lateral], dim=1)


def fit_view(features: Float32[np.ndarray, "m c"], lateral: Bool[np.ndarray, " m"]) -> nn.Linear:
    """Fit a logistic regression from features to P(lateral view); 0.5 for all where only one view is known."""
    line = nn.Linear(features.shape[1], 1)
    nn.init.zeros_(line.weight)
    nn.init.zeros_(line.bias)
    if len(np.unique(lateral)) == 2:
        from sklearn.linear_model import LogisticRegression

        middle, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-4)
        fitted = LogisticRegression(C=0.01, max_iter=2000).fit((features - middle) / spread, lateral)
        weight = (fitted.coef_ / spread).astype(np.float32)
        with torch.no_grad():
            line.weight.copy_(torch.from_numpy(weight))
            line.bias.copy_(torch.from_numpy((fitted.intercept_ - weight @ middle).astype(np.float32)))
    return line
