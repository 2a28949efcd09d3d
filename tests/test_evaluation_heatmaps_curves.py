"""Deletion and insertion: orders, ends of the curves, and a map that knows what the score rests on."""

import numpy as np
import pytest

from radunion.evaluation.heatmaps.curves import (
    CELL,
    blurred,
    cells_of,
    centre_order,
    deletion,
    grid_of,
    insertion,
    order_of,
    random_order,
)

SHAPE = (160, 96)
PATCH = (slice(48, 64), slice(32, 48))


def a_film() -> np.ndarray:
    """Return a film of fine noise."""
    return np.random.default_rng(0).random(SHAPE).astype(np.float32)


def contrast(films: np.ndarray) -> np.ndarray:
    """Score films by the contrast of one patch alone: blurring takes it away."""
    return films[:, *PATCH].std(axis=(1, 2)).astype(np.float64) * 10


def the_map() -> np.ndarray:
    """Return the map that knows which patch counts, a value for each cell."""
    values = np.zeros(grid_of(SHAPE), dtype=np.float32)
    values[48 // CELL : 64 // CELL, 32 // CELL : 48 // CELL] = 1.0
    return values


def test_a_map_that_knows_moves_the_score_sooner_than_chance_and_centre() -> None:
    film, own = a_film(), order_of(the_map(), seed=0)
    others = [random_order(own.shape, seed=seed) for seed in range(3)] + [centre_order(own.shape)]
    for other in others:
        assert deletion(contrast, film, own).area > deletion(contrast, film, other).area + 0.05
        assert insertion(contrast, film, own).area < insertion(contrast, film, other).area - 0.05


def test_curves_begin_and_end_where_every_order_does() -> None:
    film = a_film()
    whole = float(abs(contrast(film[None]) - contrast(blurred(film)[None]))[0])
    for order in (order_of(the_map(), seed=1), random_order(grid_of(SHAPE), seed=1)):
        gone, back = deletion(contrast, film, order), insertion(contrast, film, order)
        assert gone.shares[0] == back.shares[0] == 0.0
        assert gone.shares[-1] == back.shares[-1] == 1.0
        assert gone.change[[0, -1]] == pytest.approx([0.0, whole], abs=1e-5)
        assert back.change[[0, -1]] == pytest.approx([whole, 0.0], abs=1e-5)


def test_a_score_that_does_not_look_moves_nowhere() -> None:
    gone = deletion(lambda films: np.full(len(films), 2.5), a_film(), random_order(grid_of(SHAPE), seed=0))
    assert gone.area == 0.0


def test_a_rise_of_the_score_counts_as_a_fall_does() -> None:
    film, order = a_film(), order_of(the_map(), seed=0)
    assert deletion(lambda films: 4 - contrast(films), film, order).area == pytest.approx(
        deletion(contrast, film, order).area
    )


def test_an_order_names_every_cell_once_and_the_greatest_first() -> None:
    values = np.random.default_rng(2).random((20, 12)).astype(np.float32)
    for order in (order_of(values, seed=0), random_order(values.shape, seed=0), centre_order(values.shape)):
        assert sorted(order.ravel().tolist()) == list(range(240))
    own = order_of(values, seed=0)
    assert np.unravel_index(int(own.argmin()), own.shape) == np.unravel_index(int(values.argmax()), values.shape)


def test_equal_cells_stand_in_an_order_of_chance() -> None:
    empty = np.zeros((20, 12), dtype=np.float32)
    assert np.array_equal(order_of(empty, seed=3), order_of(empty, seed=3))
    assert not np.array_equal(order_of(empty, seed=3), order_of(empty, seed=4))


def test_the_centre_comes_first_and_the_corners_last() -> None:
    order = centre_order((21, 13))
    assert order[10, 6] == 0
    assert set(order[[0, 0, -1, -1], [0, -1, 0, -1]].tolist()) == {269, 270, 271, 272}


@pytest.mark.parametrize("shape", [SHAPE, (40, 24), (20, 12), (10, 6)])
def test_maps_of_any_resolution_come_to_the_same_cells(shape: tuple[int, int]) -> None:
    rows, columns = (np.arange(side) for side in shape)
    values = np.where((rows[:, None] < shape[0] // 2) & (columns[None] < shape[1] // 2), 1.0, 0.0)
    cells = cells_of(values, SHAPE)
    assert cells.shape == (20, 12)
    assert cells[:10, :6].min() == 1.0
    assert cells.sum() == 60.0
