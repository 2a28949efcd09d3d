"""How films are served: every sight of their own, flips in training only, and none left out silently."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.test_training_films_samples import SIZE, SQUASHED, a_cohort, noise

from radunion.errors import CohortError
from radunion.features import FLIPS, WARPS
from radunion.training.examples import Examples, examples_of
from radunion.training.films.data import feature_inputs, load_pixels, pixel_inputs


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    return examples_of(a_cohort(tmp_path_factory.mktemp("films")).examinations)


def test_each_sight_is_a_row_of_its_own_film_under_eightfold() -> None:
    assert WARPS[0] == FLIPS[0] == "none"
    features = (10 * np.arange(3)[:, None] + np.arange(8))[:, :, None].astype(np.float32)
    inputs = feature_inputs(features, each=True)
    rows = inputs.rows_of(np.array([2, 0]))
    assert rows.tolist() == [*range(16, 24), *range(8)]
    drawn = inputs.draw(torch.from_numpy(rows), torch.Generator())[:, 0].tolist()
    assert drawn == [*range(20, 28), *range(8)]
    assert inputs.draw(torch.tensor([2, 0]), None)[:, 0].tolist() == [20, 0]


def test_one_sight_is_drawn_of_each_film_in_training_and_the_first_shown_otherwise() -> None:
    features = (10 * np.arange(3)[:, None] + np.arange(4))[:, :, None].astype(np.float32)
    inputs = feature_inputs(features, each=False)
    assert inputs.rows_of(np.array([2, 0])).tolist() == [2, 0]
    random = torch.Generator().manual_seed(0)
    drawn = torch.stack([inputs.draw(torch.arange(3), random)[:, 0] for _ in range(60)])
    assert [sorted(set(column.tolist())) for column in drawn.T] == [[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]]
    assert inputs.draw(torch.arange(3), None)[:, 0].tolist() == [0, 10, 20]


def test_films_are_flipped_both_ways_in_training_only() -> None:
    pixels = noise(1)
    pixels[0, 0, :2] = [0, 255]
    inputs, random = pixel_inputs(pixels, flips=True), torch.Generator().manual_seed(0)
    plain = inputs.draw(torch.tensor([0]), None)
    assert plain.shape == (1, 3, SIZE, SIZE)
    assert plain[0, :, 0, :2].tolist() == [[-1, 1]] * 3
    seen = {inputs.draw(torch.tensor([0]), random).numpy().tobytes() for _ in range(40)}
    wanted = [plain.flip(dims) for dims in ([], [2], [3], [2, 3])]
    as_served = [one.contiguous(memory_format=torch.channels_last).numpy().tobytes() for one in wanted]
    assert seen == set(as_served)
    still = pixel_inputs(pixels, flips=False)
    assert torch.equal(still.draw(torch.tensor([0]), random), plain)


def test_films_are_read_in_order_and_every_one_that_cannot_be_is_named(examples: Examples, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    forward = load_pixels(examples.paths, SQUASHED, progress=lambda *done: told.append(done))
    backward = load_pixels(examples.paths[::-1], SQUASHED, progress=lambda *_: None)
    assert told == [(number, 6) for number in range(1, 7)]
    np.testing.assert_array_equal(forward, backward[::-1])
    (tmp_path / "broken.png").write_bytes(b"no film")
    with pytest.raises(CohortError, match=r"2 of 3 are not") as caught:
        load_pixels(
            [tmp_path / "broken.png", examples.paths[0], tmp_path / "gone.png"], SQUASHED, progress=lambda *_: None
        )
    assert "broken.png" in str(caught.value)
    assert "gone.png" in str(caught.value)
