"""The layer that Grad-CAM looks at, and where on the prepared film it looked."""

from pathlib import Path

import numpy as np
import pytest
import torch
from jaxtyping import Float
from tests.test_scoring_samples import save_film
from torch import Tensor, nn

from radunion.errors import UsageError
from radunion.explain.layers import LastMaps, last_maps
from radunion.explain.network import NetworkReader
from radunion.explain.subject import prepare_pair
from radunion.explain.ways import maps_of
from radunion.features.pooled import PooledBackbone
from radunion.training.cortex_finder import CortexFinder
from radunion.training.encoder import GlimpseEncoder
from radunion.training.films.network import FilmScorer, FrozenFilms, ImageNetInput, WholeFilms
from radunion.training.finder import Finder, Found
from radunion.training.found import FoundLook, GlimpseFeatures
from radunion.training.glimpse import GLIMPSE
from radunion.training.look import CompactLook, FrozenLook, Scorer
from radunion.training.network import HeadShape, PairHead
from radunion.training.seed.end_to_end import EndToEnd
from radunion.training.seed.lenet import SeedLeNet
from radunion.training.strips import STRIP

HEIGHT, WIDTH = 640, 96


class FinderAt(Finder):
    """Find the fracture at a given place of films that are noisier above, whatever else they show."""

    def __init__(self, row: int) -> None:
        super().__init__(WIDTH)
        self.row = row

    def forward(self, strips: Float[Tensor, "n 1 h w"]) -> Found:
        found = super().forward(strips)
        focus = torch.full_like(found.focus, -30.0)
        above, below = strips.chunk(2, dim=2)
        upright = above.std(dim=(1, 2, 3)) > below.std(dim=(1, 2, 3))
        place = self.row // 16
        focus[torch.arange(len(focus)), torch.where(upright, place, focus.shape[1] - 1 - place)] = 30.0
        return Found(focus, found.lateral, found.overview, found.nowhere)


def a_film() -> Float[Tensor, "1 1 h w"]:
    """Return noise that is stronger above."""
    return torch.rand(1, 1, HEIGHT, WIDTH) * torch.linspace(1.0, 0.5, HEIGHT)[:, None]


def pooled() -> PooledBackbone:
    """Return a backbone of one convolution."""
    return PooledBackbone(nn.Conv2d(3, 8, 8, stride=8), mean=[0.5] * 3, std=[0.5] * 3, pooling="max")


def test_the_trunk_of_every_network_of_ours_is_known() -> None:
    trunk, end = pooled(), EndToEnd(nn.Conv2d(3, 4, 3), nn.Linear(4, 16), pooling="avg")
    lenet = SeedLeNet(size=32)
    finder = Finder(WIDTH)
    head = PairHead(HeadShape(16))
    networks = [
        (Scorer(FoundLook(finder, GlimpseFeatures(trunk)), head), trunk.trunk, finder),
        (Scorer(FrozenLook(trunk, nn.Linear(8, 1)), PairHead(HeadShape(8))), trunk.trunk, None),
        (FilmScorer(FrozenFilms(trunk, nn.Linear(8, 18)), "seed18"), trunk.trunk, None),
        (FilmScorer(WholeFilms(lenet), "seed18"), lenet.maps, None),
        (FilmScorer(WholeFilms(nn.Sequential(ImageNetInput(), end)), "examination"), end.trunk, None),
    ]
    for scorer, layer, where in networks:
        found = last_maps(scorer)
        assert found.layer is layer
        assert found.finder is where


@pytest.mark.parametrize("network", [nn.Linear(2, 2), FilmScorer(WholeFilms(nn.Linear(2, 2)), "examination")])
def test_a_network_of_others_is_refused(network: nn.Module) -> None:
    with pytest.raises(UsageError, match="ask for integrated gradients"):
        last_maps(network)


@pytest.mark.parametrize("row", [8, 328, 632])
def test_maps_of_a_glimpse_lie_where_it_was_cut(row: int) -> None:
    last = LastMaps(nn.Identity(), FinderAt(row).eval())
    values = last.placed(torch.ones(1, 4, 4), a_film())
    assert values.shape == (HEIGHT, WIDTH)
    rows = np.flatnonzero(values.numpy().any(axis=1))
    first, end = max(row - GLIMPSE // 2, 0), min(row + GLIMPSE // 2, HEIGHT)
    assert (rows.min(), rows.max() + 1) == (pytest.approx(first, abs=1), pytest.approx(end, abs=1))
    assert np.array_equal(np.unique(values.numpy()), [0.0, 1.0])


def test_the_sides_of_a_glimpse_stay_its_sides() -> None:
    last = LastMaps(nn.Identity(), FinderAt(328).eval())
    maps = torch.zeros(1, 4, 4)
    maps[0, 3, 0] = 1.0
    values = last.placed(maps, a_film()).numpy()
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    assert 328 + GLIMPSE // 4 < row < 328 + GLIMPSE // 2
    assert column < WIDTH // 4


def test_grad_cam_of_a_network_that_finds_first_lies_within_its_glimpse(tmp_path: Path) -> None:
    torch.manual_seed(0)
    encoder = GlimpseEncoder(CortexFinder())
    scorer = Scorer(CompactLook(FinderAt(328), encoder), PairHead(HeadShape(encoder.width))).eval()
    noise = np.random.default_rng(0).random((HEIGHT, 200)) * np.linspace(1.0, 0.5, HEIGHT)[:, None]
    film = save_film(tmp_path / "film.png", noise.astype(np.float32))
    found = maps_of(NetworkReader(scorer, STRIP), prepare_pair(None, film, STRIP), way="grad-cam")
    assert tuple(found) == ("anterior", "posterior")
    for one in found.values():
        rows = np.flatnonzero(one.values.any(axis=1))
        assert 328 - GLIMPSE // 2 - 1 <= rows.min() < rows.max() <= 328 + GLIMPSE // 2 + 1
        assert float(one.values.sum()) == pytest.approx(1.0, abs=1e-4)


def test_maps_of_the_whole_film_stay_as_they_are() -> None:
    maps = torch.rand(1, 5, 3)
    assert torch.equal(LastMaps(nn.Identity()).placed(maps, torch.rand(1, 1, 40, 24)), maps[0])
