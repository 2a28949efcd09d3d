"""Where Grad-CAM looks: the last feature maps of a network, and what part of a prepared film they cover."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from radunion.errors import UsageError
from radunion.training.films.network import FilmScorer, FrozenFilms, ImageNetInput, WholeFilms
from radunion.training.finder import AnyFinder, every_way, position_of
from radunion.training.found import FoundLook
from radunion.training.glimpse import GLIMPSE
from radunion.training.look import CompactLook, FrozenLook, Scorer
from radunion.training.seed.end_to_end import EndToEnd
from radunion.training.seed.lenet import SeedLeNet


@dataclass(frozen=True, eq=False)
class LastMaps:
    """A layer that gives the last feature maps; `finder` says where they lie where it sees a glimpse, not the film."""

    layer: nn.Module
    finder: AnyFinder | None = None

    def placed(self, maps: Float[Tensor, "1 rows columns"], film: Float[Tensor, "1 1 h w"]) -> Float[Tensor, "r c"]:
        """Return maps over the whole prepared film, 0 where the layer did not look."""
        if self.finder is None:
            return maps[0]
        height, width = film.shape[-2:]
        with torch.no_grad():
            middle = float(position_of(every_way(self.finder, film).focus, height)[0])
        first = round(middle - (GLIMPSE - 1) / 2)
        seen = F.interpolate(maps[None], size=(GLIMPSE, width), mode="bilinear", align_corners=False)[0, 0]
        whole = torch.zeros(height, width)
        start, end = max(first, 0), min(first + GLIMPSE, height)
        whole[start:end] = seen[start - first : end - first]
        return whole


def at_likeliest_place(scorer: nn.Module) -> nn.Module:
    """Return a scorer that looks once at a film: its last feature maps are then of the place that counts most."""
    if isinstance(scorer, Scorer) and isinstance(scorer.look, CompactLook):
        look = CompactLook(scorer.look.finder, scorer.look.encoder, places=1, mirrored=False, nowhere=False)
        return Scorer(look, scorer.head)
    return scorer


def last_maps(scorer: nn.Module) -> LastMaps:
    """Find the last feature maps of a scorer. Raises UsageError for a network that is not one of ours."""
    if isinstance(scorer, Scorer):
        look = scorer.look
        if isinstance(look, FoundLook):
            return LastMaps(look.features.pooled.trunk, look.finder)
        if isinstance(look, CompactLook):
            return LastMaps(look.encoder.trunk, look.finder)
        if isinstance(look, FrozenLook):
            return LastMaps(_trunk(look.pooled))
    if isinstance(scorer, FilmScorer) and isinstance(scorer.network, FrozenFilms):
        return LastMaps(_trunk(scorer.network.pooled))
    if isinstance(scorer, FilmScorer) and isinstance(scorer.network, WholeFilms):
        return LastMaps(_last_of(scorer.network.network))
    raise UsageError(
        f"Grad-CAM needs a network whose last feature maps are known, found {type(scorer).__name__}; "
        "ask for integrated gradients or occlusion"
    )


def _trunk(pooled: nn.Module) -> nn.Module:
    trunk = pooled.trunk
    if not isinstance(trunk, nn.Module):
        raise TypeError(f"a pooled backbone has a trunk, found {type(trunk).__name__}")
    return trunk


def _last_of(network: nn.Module) -> nn.Module:
    """Return the convolutional part of a network that learned end to end."""
    if isinstance(network, nn.Sequential) and isinstance(network[0], ImageNetInput):
        network = network[1]
    if isinstance(network, EndToEnd):
        return network.trunk
    if isinstance(network, SeedLeNet):
        return network.maps
    raise UsageError(f"Grad-CAM does not know the layers of {type(network).__name__}; ask for integrated gradients")
