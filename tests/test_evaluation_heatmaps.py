"""Does a map point at its target, and how much of it lies there: ties, empty maps, several boxes, any resolution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radunion.evaluation.heatmaps.energy import area_share, energy_inside
from radunion.evaluation.heatmaps.pointing import peaks, points_at
from radunion.evaluation.heatmaps.target import Target

FILM = (200, 100)
BOX = (40.0, 60.0, 60.0, 90.0)
TARGET = Target(FILM, (BOX,))


def hill(row: float, column: float, *, shape: tuple[int, int] = FILM, width: float = 5.0) -> np.ndarray:
    """Return a map with one peak, given in pixels of the film."""
    rows, columns = ((np.arange(cells) + 0.5) / cells * side for cells, side in zip(shape, FILM, strict=True))
    return np.exp(-((rows[:, None] - row) ** 2 + (columns[None] - column) ** 2) / (2 * width**2))


def test_a_peak_in_the_box_hits_and_one_beside_it_misses() -> None:
    assert points_at(hill(75, 50), TARGET)
    assert not points_at(hill(75, 63), TARGET)
    assert not points_at(hill(120, 50), TARGET)


def test_the_tolerance_is_a_distance_in_shares_of_the_height() -> None:
    above = hill(60 - 4.5, 50)  # its peak is the middle of row 55
    assert not points_at(above, TARGET, tolerance=0.02)
    assert points_at(above, TARGET, tolerance=0.025)
    corner = hill(60 - 3.5, 40 - 3.5)
    assert not points_at(corner, TARGET, tolerance=0.0245)
    assert points_at(corner, TARGET, tolerance=0.025)  # 3.5 pixels both ways are 4.95


def test_a_hit_in_any_of_several_boxes_counts() -> None:
    both = Target(FILM, ((0.0, 150.0, 20.0, 180.0), BOX))
    assert points_at(hill(165, 10), both)
    assert points_at(hill(75, 50), both)
    assert not points_at(hill(110, 30), both)


def test_an_empty_map_misses_and_holds_nothing() -> None:
    for empty in (np.zeros(FILM), np.full(FILM, -1.0), np.full(FILM, np.nan)):
        assert not points_at(empty, Target(FILM, ((0.0, 0.0, 100.0, 200.0),)))
    assert energy_inside(np.zeros(FILM), TARGET) == 0.0


def test_a_map_that_is_the_same_everywhere_misses_unless_the_box_is_the_film() -> None:
    assert not points_at(np.ones(FILM), TARGET)
    assert points_at(np.ones(FILM), Target(FILM, ((0.0, 0.0, 100.0, 200.0),)))


def test_equal_peaks_hit_only_where_all_lie_in_the_box() -> None:
    inside, torn = np.zeros(FILM), np.zeros(FILM)
    inside[70, 50] = inside[80, 45] = 1.0
    torn[70, 50] = torn[10, 45] = 1.0
    assert len(peaks(torn)) == 2
    assert points_at(inside, TARGET)
    assert not points_at(torn, TARGET)


@given(
    row=st.floats(0, 200), column=st.floats(0, 100), scale=st.floats(1e-6, 1e6), shape=st.sampled_from([FILM, (40, 20)])
)
def test_a_map_points_and_weighs_alike_in_any_unit(
    row: float, column: float, scale: float, shape: tuple[int, int]
) -> None:
    values = hill(row, column, shape=shape)
    assert points_at(values, TARGET) == points_at(values * scale, TARGET)
    assert energy_inside(values * scale, TARGET) == pytest.approx(energy_inside(values, TARGET))
    assert 0 <= energy_inside(values, TARGET) <= 1


@pytest.mark.parametrize("shape", [(200, 100), (40, 20), (7, 3)])
def test_the_energy_of_an_even_map_is_the_share_of_the_area(shape: tuple[int, int]) -> None:
    share = 20 * 30 / (200 * 100)
    assert energy_inside(np.ones(shape), TARGET) == pytest.approx(share)
    assert area_share(TARGET) == pytest.approx(share)


def test_boxes_that_overlap_are_counted_once() -> None:
    twice = Target(FILM, (BOX, (40.0, 60.0, 60.0, 80.0)))
    assert area_share(twice) == pytest.approx(area_share(TARGET))


def test_a_narrow_peak_in_the_box_has_all_of_its_energy_there() -> None:
    assert energy_inside(hill(75, 50, width=2.0), TARGET) > 0.999
    assert energy_inside(hill(150, 50, width=2.0), TARGET) < 1e-6


def test_a_target_without_a_box_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one box on a film, found 0"):
        Target(FILM, ())
