"""Classical systems as readers: each film by itself, an equal strip measured once, and occlusion that finds a line."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import Bool, Float32
from tests.test_scoring_samples import save_film

from radunion.explain.classical import ClassicalReader
from radunion.explain.subject import prepare_pair
from radunion.explain.ways import maps_of
from radunion.training.classical import FilmSaid, ForestModel, HaarModel, engineered, haar
from radunion.training.classical.said import FilmSaid as Said


class BrightHaar(HaarModel):
    """Say the highest level of all cortices that a film shows as its strip is bright, and count what it is asked."""

    asked: int = 0

    def predict(
        self, features: Mapping[str, Float32[np.ndarray, "_ _"]], view_lateral: Bool[np.ndarray, " m"]
    ) -> FilmSaid:
        self.asked += len(view_lateral)
        bright = features["coefficients"].mean(axis=1) > 16
        levels = np.zeros((len(bright), 4, 4), dtype=np.float32)
        levels[np.arange(len(bright)), :, np.where(bright, 3, 0)] = 1.0
        return Said(levels, np.ones((len(bright), 4), dtype=np.float32), view_lateral.astype(np.float32))


def strips(*greys: float) -> np.ndarray:
    """Return even strips."""
    return np.stack([np.full((1, 640, 96), grey, dtype=np.float32) for grey in greys])


def test_each_film_speaks_of_the_cortices_that_it_shows() -> None:
    said = ClassicalReader(BrightHaar()).expected(strips(0.9), strips(0.1), np.ones((1, 2), dtype=bool))
    assert said.tolist() == [[4.0, 4.0, 1.0, 1.0]]


def test_a_film_that_is_not_there_says_nothing() -> None:
    said = ClassicalReader(BrightHaar()).expected(strips(0.9), strips(0.1), np.array([[True, False]]))
    assert said.tolist() == [[4.0, 4.0, 2.5, 2.5]]


def test_equal_strips_are_measured_once() -> None:
    model = BrightHaar()
    said = ClassicalReader(model).expected(strips(0.9, 0.1, 0.9), strips(0.1, 0.1, 0.1), np.ones((3, 2), dtype=bool))
    assert said[:, 0].tolist() == [4.0, 1.0, 4.0]
    assert model.asked == 3  # two AP strips, one lateral


def test_films_are_prepared_as_the_features_want_them() -> None:
    assert ClassicalReader(HaarModel()).preprocessing == haar.STRIP
    assert ClassicalReader(ForestModel()).preprocessing == engineered.WIDE_STRIP


def a_leg(random: np.random.Generator, *, line: int | None) -> np.ndarray:
    """Return a bright shaft of a tibia's width, across which a dark line may run."""
    film = random.normal(0.15, 0.01, (640, 400)).astype(np.float32)
    film[:, 176:220] = random.normal(0.5, 0.01, (640, 44))  # its middle is that of a column of the search for it
    film[:, 176:184] += 0.25
    film[:, 212:220] += 0.25
    if line is not None:
        film[line : line + 5, 174:222] = 0.12
    return np.clip(film, 0, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "films"), [(ForestModel, 40), (HaarModel, 160)])  # of 40 the latter learns noise
def test_occlusion_finds_the_line_that_a_classical_system_learned_to_see(
    kind: type[ForestModel] | type[HaarModel], films: int, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    lines = [None if number % 2 else int(random.integers(200, 440)) for number in range(films)]
    paths = [save_film(tmp_path / f"{row}.png", a_leg(random, line=line)) for row, line in enumerate(lines)]
    measured = engineered.engineered_features if kind is ForestModel else haar.haar_features
    allowed = np.zeros((films, 4, 4), dtype=bool)
    allowed[np.arange(films), :, [3 if line is None else 0 for line in lines]] = True
    model = kind().fit(
        measured(paths), np.zeros(films, dtype=bool), allowed, np.ones((films, 4)),
        np.array([f"p{row}" for row in range(films)]), seed=0,
    )  # fmt: skip
    reader = ClassicalReader(model)
    film = save_film(tmp_path / "new.png", a_leg(random, line=320))
    found = maps_of(reader, prepare_pair(film, None, reader.preprocessing), way="occlusion")
    assert tuple(found) == ("medial", "lateral")
    down = found["medial"].values.sum(axis=1)
    assert abs(int(down.argmax()) - 322) < 60
