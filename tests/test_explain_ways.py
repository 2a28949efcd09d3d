"""Maps of models that have none of their own: each way finds what a network whose reasons are known looks at."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.test_scoring_samples import PEAKS, a_film, save_film, write
from torch import nn

from radunion.errors import MissingExtraError, UsageError
from radunion.explain.bundle import BundleReader, evidence_of
from radunion.explain.network import NetworkReader
from radunion.explain.occlusion import MOST_PATCHES, patch_of
from radunion.explain.subject import PreparedPair, level_score, prepare_pair
from radunion.explain.ways import Way, maps_of, subject_of
from radunion.radiograph import Preprocessing
from radunion.scale import CORTICES
from radunion.training.films.network import FilmScorer, WholeFilms
from radunion.training.seed.end_to_end import EndToEnd

HOW = Preprocessing(height=160, width=120, intensity="full")
PLACES = ((slice(24, 48), slice(24, 48)), (slice(96, 120), slice(64, 88)))
"""What the made-up networks look at: a patch of the AP film, another of the lateral one."""


class PatchScorer(nn.Module):
    """Raise medial and lateral by the contrast of a patch of the AP film, the others by one of the lateral film."""

    def forward(self, ap: torch.Tensor, lateral: torch.Tensor, present: torch.Tensor) -> tuple[torch.Tensor, ...]:
        both = (ap[:, 0, *PLACES[0]], lateral[:, 0, *PLACES[1]])
        up = torch.stack([part.var(dim=(1, 2)) * 8 for part in both], dim=1).repeat_interleave(2, dim=1).clamp(0, 1)
        none = torch.zeros_like(up)
        levels = torch.stack([1 - up, none, none, up], dim=2)[:, None]
        return torch.ones(len(ap), 1), levels, none, none


def noise_pair(folder: Path) -> PreparedPair:
    """Return films of fine noise."""
    random = np.random.default_rng(0)
    paths = [save_film(folder / f"{side}.png", random.random((160, 120)).astype(np.float32)) for side in range(2)]
    return prepare_pair(paths[0], paths[1], HOW)


def inside(values: np.ndarray, place: tuple[slice, slice]) -> float:
    """Return the share of a map's mass in a place of a prepared film."""
    return float(values[place].sum() / values.sum())


@pytest.mark.parametrize(("way", "least"), [("integrated-gradients", 0.9), ("occlusion", 0.35)])
def test_a_map_lies_where_the_network_looks(way: Way, least: float, tmp_path: Path) -> None:
    found = maps_of(NetworkReader(PatchScorer(), HOW), noise_pair(tmp_path), way=way)
    assert tuple(found) == CORTICES
    for cortex, one in found.items():
        place = PLACES[0 if cortex in ("medial", "lateral") else 1]
        assert one.values.shape == (160, 120)
        assert one.values.min() >= 0
        assert float(one.values.sum()) == pytest.approx(1.0, abs=1e-4)
        assert inside(one.values, place) > least
        row, column = np.unravel_index(int(one.values.argmax()), one.values.shape)
        assert place[0].start - 12 <= row < place[0].stop + 12
        assert place[1].start - 12 <= column < place[1].stop + 12


def bright_blob(folder: Path, *, at: tuple[slice, slice]) -> Path:
    """Write a dark film with one bright place."""
    film = np.full((160, 120), 0.2, dtype=np.float32)
    film[at] = 1.0
    return save_film(folder / "blob.png", film)


def test_grad_cam_shows_the_maps_that_the_level_rests_on(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = EndToEnd(nn.Sequential(nn.ReLU(), nn.AvgPool2d(8)), nn.Linear(3, 16), pooling="avg")
    reader = NetworkReader(FilmScorer(WholeFilms(network), "examination").eval(), HOW)
    path = bright_blob(tmp_path, at=PLACES[1])
    found = maps_of(reader, prepare_pair(path, None, HOW), way="grad-cam")
    assert tuple(found) == ("medial", "lateral")
    values = found["medial"].values
    assert values.shape == (20, 15)
    assert inside(values, (slice(12, 15), slice(8, 11))) == pytest.approx(1.0, abs=1e-4)


def test_a_reader_of_a_network_says_its_expected_levels(tmp_path: Path) -> None:
    pair = noise_pair(tmp_path)
    ap, lateral = pair.inputs()
    (said,) = NetworkReader(PatchScorer(), HOW).expected(ap, lateral, pair.present)
    wanted = [1 + 3 * 8 * film[0, 0, *place].var(ddof=1) for film, place in zip((ap, lateral), PLACES, strict=True)]
    assert said == pytest.approx(np.repeat(wanted, 2), abs=1e-4)


def test_the_score_of_a_cortex_takes_its_own_film_away_and_leaves_the_other(tmp_path: Path) -> None:
    pair, reader = noise_pair(tmp_path), NetworkReader(PatchScorer(), HOW, at_once=2)
    films = np.stack([np.zeros((160, 120), dtype=np.float32), *(film[0, 0] for film in pair.inputs())])
    medial, posterior = (level_score(reader, pair, cortex)(films) for cortex in ("medial", "posterior"))
    whole = reader.expected(*pair.inputs(), pair.present)[0]
    assert medial[0] == posterior[0] == 1.0
    assert medial[1] == pytest.approx(whole[0])
    assert posterior[2] == pytest.approx(whole[3])


def test_evidence_of_a_bundle_is_its_own(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model", evidence=True)
    side = save_film(tmp_path / "side.png", a_film(lateral=1.0))
    subject = evidence_of(bundle)
    found = subject.maps(prepare_pair(None, side, bundle.preprocessing))
    assert (subject.name, subject.way) == ("tiny", "evidence")
    assert tuple(found) == ("anterior", "posterior")
    for cortex, one in found.items():
        assert list(np.unravel_index(int(one.values.argmax()), one.values.shape)) == list(PEAKS[cortex])


def test_a_bundle_without_evidence_can_be_occluded_and_says_so(tmp_path: Path) -> None:
    bundle = write(tmp_path / "model")
    front = save_film(tmp_path / "front.png", a_film(lateral=0.0, levels=(2, 3)))
    pair = prepare_pair(front, None, bundle.preprocessing)
    with pytest.raises(UsageError, match="its card says it has none; ask for occlusion"):
        maps_of(BundleReader(bundle), pair, way="evidence")
    found = maps_of(BundleReader(bundle), pair, way="occlusion")
    assert tuple(found) == ("medial", "lateral")


class TellingScorer(PatchScorer):
    """Give evidence too: the first corner for each cortex."""

    def forward(self, ap: torch.Tensor, lateral: torch.Tensor, present: torch.Tensor) -> tuple[torch.Tensor, ...]:
        weights, levels, none, _ = super().forward(ap, lateral, present)
        evidence = torch.zeros(len(ap), 4, 8, 6)
        evidence[:, :, 0, 0] = 1
        return weights, levels, none, none, none, evidence


def test_evidence_of_a_network_is_its_last_output(tmp_path: Path) -> None:
    pair = noise_pair(tmp_path)
    found = maps_of(NetworkReader(TellingScorer(), HOW), pair, way="evidence")
    assert [one.values.shape for one in found.values()] == [(8, 6)] * 4
    assert [float(one.values[0, 0]) for one in found.values()] == [1.0] * 4
    with pytest.raises(UsageError, match="this one has none; ask for Grad-CAM"):
        maps_of(NetworkReader(PatchScorer(), HOW), pair, way="evidence")


@pytest.mark.parametrize("way", ["grad-cam", "integrated-gradients"])
def test_a_way_that_a_model_has_not_is_refused(way: Way, tmp_path: Path) -> None:
    bundle = write(tmp_path / "model", evidence=True)
    pair = prepare_pair(save_film(tmp_path / "film.png", a_film(lateral=0.0)), None, bundle.preprocessing)
    with pytest.raises(UsageError, match=rf"found {way} of bundle; ask for occlusion"):
        maps_of(BundleReader(bundle), pair, way=way)


def test_without_captum_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    with pytest.raises(MissingExtraError, match=r"no evidence of its own needs the extra \"train\""):
        maps_of(NetworkReader(PatchScorer(), HOW), noise_pair(tmp_path), way="occlusion")


@pytest.mark.parametrize("shape", [(640, 96), (640, 128), (299, 299), (96, 96), (64, 32), (1024, 1024)])
def test_patches_cover_a_film_within_the_bound(shape: tuple[int, int]) -> None:
    patch, stride = patch_of(*shape)
    counts = [-(-(side - patch) // stride) + 1 for side in shape]
    assert counts[0] * counts[1] <= MOST_PATCHES
    assert all((count - 1) * stride + patch >= side for count, side in zip(counts, shape, strict=True))
    assert stride <= patch <= min(shape)


def test_a_subject_carries_the_name_and_the_way(tmp_path: Path) -> None:
    subject = subject_of(NetworkReader(PatchScorer(), HOW), way="integrated-gradients", name="patch")
    assert (subject.name, subject.way) == ("patch", "integrated-gradients")
    assert tuple(subject.maps(noise_pair(tmp_path))) == CORTICES


def test_an_examination_without_films_is_refused() -> None:
    with pytest.raises(UsageError, match="found neither; give one"):
        prepare_pair(None, None, HOW)
