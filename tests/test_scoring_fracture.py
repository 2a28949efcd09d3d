"""A model that sees crops of the fracture: what it saw instead is said, and where it looked lies on the film."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.test_scoring_samples import HEIGHT, PEAKS, WIDTH, write

from radunion.explain.observe import film_shape, over_film
from radunion.explain.subject import prepare_pair
from radunion.radiograph import Preprocessing, preprocessing
from radunion.radiograph.fracture import FractureSpot
from radunion.radiograph.shaft import Window
from radunion.scale import Cortex
from radunion.scoring import Bundle, score_films, write_bundle

HOW = Preprocessing(height=HEIGHT, width=WIDTH, shape="fracture", intensity="full")
ROW = 0.6


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    plain = write(tmp_path / "model", threshold=1000.0, evidence=True)
    card = plain.card.model_copy(update={"preprocessing": HOW})
    return write_bundle(plain.path, onnx=plain.files["model.onnx"], card=card, reference=plain.reference)


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return a film of a leg, whose fracture is found at `ROW`, and one of noise."""
    monkeypatch.setattr(preprocessing, "find_fracture", lambda strip: FractureSpot(ROW, 0.9))
    leg = np.exp(-(((np.arange(240)[None] - 120 + 0 * np.arange(320)[:, None]) / 10) ** 2))
    paths = tmp_path / "leg.png", tmp_path / "noise.png"
    for path, film in zip(paths, (leg, np.random.default_rng(0).random((320, 240))), strict=True):
        Image.fromarray(np.round(film * 255).astype(np.uint8)).save(path)
    return paths


def test_a_film_that_was_scored_whole_is_named(bundle: Bundle, films: tuple[Path, Path]) -> None:
    scored = score_films(films, bundle, views=["ap", "lateral"])
    (told,) = (one for one in scored.document.warnings if one.code == "RS313")
    assert told.message == f"{films[1]}: no fracture was found on it; the whole film was scored"
    assert "RS308" not in {one.code for one in scored.document.warnings}


def test_a_film_whose_fracture_was_found_is_not_named(bundle: Bundle, films: tuple[Path, Path]) -> None:
    document = score_films(films[:1], bundle, views=["ap"]).document
    assert "RS313" not in {one.code for one in document.warnings}


def test_a_model_of_whole_films_says_nothing_of_fractures(tmp_path: Path, films: tuple[Path, Path]) -> None:
    plain = write(tmp_path / "plain", threshold=1000.0)
    document = score_films(films, plain, views=["ap", "lateral"]).document
    assert "RS313" not in {one.code for one in document.warnings}


def test_evidence_of_a_crop_lies_in_the_crops_place_on_the_film(bundle: Bundle, films: tuple[Path, Path]) -> None:
    scored = score_films(films[:1], bundle, views=["ap"])
    rows, columns = HEIGHT / 4, WIDTH / 4  # cells of 4 pixels
    window = preprocessing.CROP_SHARE * 320
    for cortex in ("medial", "lateral"):
        row, column = PEAKS[cortex]
        wanted = (
            ROW * 320 + ((row + 0.5) / rows - 0.5) * window,
            120 + ((column + 0.5) / columns - 0.5) * window * WIDTH / HEIGHT,
        )
        found = scored.evidence[cortex].on_film()
        lit = np.argwhere(found > 0.9).mean(axis=0) + 0.5
        assert np.abs(lit - wanted).max() <= 3.2  # 1 % of 320


def test_maps_that_are_measured_lie_there_too(films: tuple[Path, Path]) -> None:
    pair = prepare_pair(films[0], films[1], HOW)
    leg, noise = pair.films
    assert leg is not None
    assert noise is not None
    assert isinstance(leg.window, Window)
    assert noise.window is None
    values = np.ones((HEIGHT, WIDTH))
    seen: tuple[Cortex, Cortex] = ("medial", "posterior")
    maps = {cortex: pair.mapped(cortex, values) for cortex in seen}
    lit = np.flatnonzero(over_film(maps, "medial", 0, pair).any(axis=1))
    half = preprocessing.CROP_SHARE / 2
    assert (lit[0], lit[-1] + 1) == (pytest.approx((ROW - half) * 320, abs=1), pytest.approx((ROW + half) * 320, abs=1))
    assert over_film(maps, "posterior", 1, pair).all()
    assert film_shape(noise) == (320, 240)
