"""Pictures that are no radiographs."""

import numpy as np
import pytest

from radunion.phantom.made.pictures import DRAWERS, PictureKind, draw_picture
from radunion.phantom.made.pictures.clouds import cloud, stretched
from radunion.phantom.made.sheet import sheet_shape

SHAPE = (96, 79)


def picture(kind: PictureKind, seed: int = 0) -> np.ndarray:
    return DRAWERS[kind](np.random.default_rng(seed), SHAPE)


def roughness(values: np.ndarray) -> float:
    """Return how much neighbours differ, by the spread of all."""
    return float(np.abs(np.diff(values, axis=1)).mean() / values.std())


@pytest.mark.parametrize("kind", DRAWERS)
def test_every_kind_can_be_drawn_and_is_the_same_for_one_seed(kind: PictureKind) -> None:
    for seed in range(5):
        found = picture(kind, seed)
        assert found.shape == SHAPE
        assert found.dtype == np.float32
        assert 0 <= found.min() <= found.max() <= 1
        np.testing.assert_array_equal(found, picture(kind, seed))
    assert not np.array_equal(picture(kind, 0), picture(kind, 1))


def test_every_kind_comes_up() -> None:
    for kind, drawer in DRAWERS.items():
        for seed in range(60):
            random = np.random.default_rng(seed)
            found = draw_picture(random, 48)
            again = np.random.default_rng(seed)
            again.integers(10)
            shape = sheet_shape(again, 48)
            if np.array_equal(found, drawer(again, shape)):
                break
        else:
            pytest.fail(f"no {kind} in 60 pictures")


def test_a_steep_cloud_is_smooth_and_a_flat_one_rough() -> None:
    steep, flat = (cloud(np.random.default_rng(1), SHAPE, steepness) for steepness in (2.5, 0.3))
    assert roughness(steep) < 0.3 < roughness(flat)


def test_stretching_fills_the_range_and_keeps_the_order() -> None:
    values = np.array([[3.0, -1.0], [0.0, 7.0]])
    np.testing.assert_allclose(stretched(values, 0.2, 1.0), [[0.6, 0.2], [0.3, 1.0]], atol=1e-6)
    assert not stretched(np.full((2, 2), 5.0)).any()


def test_text_is_dark_words_on_a_bright_page() -> None:
    page = picture("text")
    assert page[0, 0] == page.max() > 0.7
    assert (page == page.max()).mean() > 0.5
    assert page.min() < 0.6


def test_noise_has_no_neighbours_in_common_unless_it_is_smooth() -> None:
    found = [roughness(picture("noise", seed)) for seed in range(20)]
    assert max(found) > 1.0
    assert min(found) < 0.6


def test_a_blank_sheet_has_no_detail() -> None:
    for seed in range(10):
        sheet = picture("blank", seed)
        steps = np.abs(np.diff(sheet, axis=0))
        assert np.median(steps) < 0.04


def test_bars_run_from_edge_to_edge() -> None:
    for seed in range(5):
        found = picture("bars", seed)
        rim = np.concatenate([found[0], found[-1], found[:, 0], found[:, -1]])
        assert rim.max() > 0.2
