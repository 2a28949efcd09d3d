"""How many films have no crop of a fracture: counted once, remembered by content."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from radunion.errors import FilmError
from radunion.features import FeatureCache, crops, fractureless
from radunion.radiograph import Preprocessing, preprocessing
from radunion.radiograph.fracture import FractureSpot

HOW = Preprocessing(height=32, width=32, shape="fracture")


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return a film of noise, two copies of one of a leg, and one of nothing."""
    monkeypatch.setattr(preprocessing, "find_fracture", lambda strip: FractureSpot(0.5, 0.9))
    leg = np.exp(-(((np.arange(120)[None] - 60 + 0 * np.arange(160)[:, None]) / 6) ** 2))
    kinds = (np.random.default_rng(0).random((160, 120)), leg, leg, np.full((160, 120), 0.5))
    paths = [tmp_path / f"{number}.png" for number in range(len(kinds))]
    for path, kind in zip(paths, kinds, strict=True):
        Image.fromarray(np.round(kind * 255).astype(np.uint8)).save(path)
    return paths


def test_films_without_a_crop_are_counted(films: list[Path]) -> None:
    told: list[tuple[int, int]] = []
    assert fractureless(films, HOW, progress=lambda *done: told.append(done)) == 2
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert fractureless(films[1:3], HOW) == 0


def test_what_was_seen_once_is_remembered(films: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = FeatureCache(tmp_path / "cache")
    assert fractureless(films, HOW, cache=cache) == 2
    with monkeypatch.context() as patched:
        patched.setattr(crops, "read_radiograph", lambda path: pytest.fail("a film was read again"))
        assert fractureless(films, HOW, cache=cache) == 2
    monkeypatch.setattr(preprocessing, "LEAST_CERTAINTY", 0.95)  # another limit, another answer
    assert fractureless(films, HOW, cache=cache) == 4


@pytest.mark.parametrize("shape", ["pad", "squash", "shaft"])
def test_where_no_fracture_is_looked_for_no_film_is_read(films: list[Path], shape: str) -> None:
    how = Preprocessing(height=32, width=32, shape=shape)  # type: ignore[arg-type]
    assert fractureless([*films, Path("nowhere.png")], how) == 0


def test_a_film_that_is_not_there_is_named(films: list[Path]) -> None:
    with pytest.raises(FilmError, match="nowhere"):
        fractureless([*films, Path("nowhere.png")], HOW)
