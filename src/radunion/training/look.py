"""From prepared films to what the head reads: the part of a bundle's graph that differs between encoders."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32
from torch import Tensor, nn

from radunion.training.encoder import GlimpseEncoder, on_strip
from radunion.training.finder import AnyFinder, every_way, places_of, with_nowhere
from radunion.training.glimpse import GLIMPSE, glimpse
from radunion.training.network import PairHead

PLACES = 2
"""How many places that may be the fracture's are looked at on a film. Where the finder is sure only one of them counts;
where it is not, the score does not hang on which of two is likelier by a hair."""


class Look(NamedTuple):
    """What is seen on n films: the head's features at each place, P(lateral view), features of the film as a whole.

    `shares` are the probabilities of the places. `evidence` is where the features of each of its two cortices come
    from, over the prepared film; None where the encoder does not part them.
    """

    features: Float[Tensor, "n k c"]
    shares: Float[Tensor, "n k"]
    lateral: Float[Tensor, " n"]
    overview: Float[Tensor, "n d"]
    evidence: Float[Tensor, "n 2 rows columns"] | None = None


class CompactLook(nn.Module):
    """Find where the fracture may be on the strip, then look closely there, and at the mirrored picture too.

    Cortices are anatomical: a mirrored film shows the other leg and has the same levels, so what is read both ways is
    averaged. Without `mirrored` a place is looked at once. With `nowhere`, where nothing may be broken black is looked
    at as well, which is what the network learned to see there.
    """

    def __init__(
        self,
        finder: AnyFinder,
        encoder: GlimpseEncoder,
        *,
        places: int = PLACES,
        mirrored: bool = True,
        nowhere: bool = True,
    ) -> None:
        super().__init__()
        self.finder = finder
        self.encoder = encoder
        self.places = places
        self.mirrored = mirrored
        self.nowhere = nowhere
        self.register_buffer("knows_nowhere", torch.tensor(nowhere))  # for who goes on from the weights

    def forward(self, strips: Float[Tensor, "n 1 h w"]) -> Look:
        found = every_way(self.finder, strips)
        rows, shares = places_of(found.focus, strips.shape[-2], self.places)
        each = strips[:, None].expand(-1, self.places, -1, -1, -1).flatten(0, 1)
        features, evidence = (part.unflatten(0, (-1, self.places)) for part in self._at(each, rows.flatten()))
        parts = evidence * shares[:, :, None, None, None]
        if self.nowhere:
            nothing = self.encoder(torch.zeros(1, 1, GLIMPSE, strips.shape[-1]))
            features = torch.cat([features, nothing[None].expand(features.shape[0], -1, -1)], dim=1)
            shares = with_nowhere(shares, found.nowhere)
        return Look(features, shares, found.lateral.sigmoid(), found.overview, parts.sum(dim=1))

    def _at(self, strips: Float[Tensor, "n 1 h w"], row: Float[Tensor, " n"]) -> tuple[Tensor, Tensor]:
        """Return the features of a place, and where they come from."""
        near = glimpse(strips, row, GLIMPSE)
        shown = torch.cat([near, near.flip(3)]) if self.mirrored else near
        regions = self.encoder.regions(shown)
        features = self.encoder.read_at(shown, regions)
        if self.mirrored:
            one, other = regions.unflatten(0, (2, -1)).unbind(0)
            features, regions = features.unflatten(0, (2, -1)).mean(dim=0), (one + other.flip(3)) / 2
        return features, on_strip(regions, row, strips.shape[-2])


class FrozenLook(nn.Module):
    """Pool a frozen backbone's feature map; a logistic regression on it tells the view."""

    def __init__(self, pooled: nn.Module, view: nn.Linear) -> None:
        super().__init__()
        self.pooled = pooled
        self.view = view

    def forward(self, films: Float[Tensor, "n 1 h w"]) -> Look:
        features = self.pooled(films)
        return at_one_place(features, self.view(features).squeeze(1).sigmoid(), features)


def at_one_place(features: Float[Tensor, "n c"], lateral: Float[Tensor, " n"], overview: Float[Tensor, "n d"]) -> Look:
    """Return a look at a single place of each film."""
    return Look(features[:, None], torch.ones_like(lateral)[:, None], lateral, overview)


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
        weights, levels, scorable = _at_all_places(self.head, seen, present)
        view = seen.lateral.unflatten(0, (2, -1)).transpose(0, 1)
        overview = seen.overview.unflatten(0, (2, -1)).transpose(0, 1)
        outputs = (weights, levels, scorable, view, overview)
        return outputs if seen.evidence is None else (*outputs, _of_both(seen.evidence, present))


def _at_all_places(head: PairHead, seen: Look, present: Float[Tensor, "n 2"]) -> tuple[Tensor, Tensor, Tensor]:
    """Return what the head says of each place of one film beside each of the other, weighed by how likely both are."""
    first, second = seen.features.unflatten(0, (2, -1))
    count = first.shape[1]
    both = count * count
    said = head(
        first[:, :, None].expand(-1, -1, count, -1).flatten(0, 2),
        second[:, None].expand(-1, count, -1, -1).flatten(0, 2),
        present[:, None].expand(-1, both, -1).flatten(0, 1),
    )
    one, other = seen.shares.unflatten(0, (2, -1))
    share = (one[:, :, None] * other[:, None]).flatten(1)
    weights = said.weights.unflatten(0, (-1, both)) * share[:, :, None]
    scorable = said.scorable.sigmoid().unflatten(0, (-1, both)) * share[:, :, None]
    return weights.flatten(1), said.levels.unflatten(0, (-1, both)).flatten(1, 2), scorable.sum(dim=1)


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
