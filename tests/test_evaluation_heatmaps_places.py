"""What points without a model: the centre, places on the shaft, dense edges, and the choice of one fixed place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radunion.evaluation.heatmaps.fixed import beside_the_line, best_place, left_out, on_the_line, tuned_on
from radunion.evaluation.heatmaps.places import centre, densest_edges, on_shaft
from radunion.radiograph import find_shaft
from radunion.radiograph.shaft import Shaft, shares_on_strip

HEIGHT, WIDTH = 320, 240


def a_leg(*, fracture: int | None = None) -> np.ndarray:
    """Return a film of a leaning bright bone, with some stripes across it at a row."""
    film = np.full((HEIGHT, WIDTH), 0.2, dtype=np.float32)
    rows = np.arange(HEIGHT)
    middle = 100 + 0.1 * rows
    bone = np.abs(np.arange(WIDTH)[None] - middle[:, None]) < 12
    film[bone] = 0.6
    if fracture is not None:
        for row in range(fracture - 6, fracture + 7, 3):
            film[row, bone[row]] = 0.1
    return film


def test_the_centre_is_the_middle_of_the_film() -> None:
    assert centre().tolist() == [[0.5, 0.5]]


def test_places_on_the_shaft_follow_its_centre_line() -> None:
    film = a_leg()
    found = on_shaft(find_shaft(film), film.shape, along=np.array([0.25, 0.75]), aside=np.zeros(2))
    assert found[:, 0].tolist() == [0.25, 0.75]
    assert found[:, 1] * WIDTH == pytest.approx([100 + 0.1 * 80, 100 + 0.1 * 240], abs=4)


def test_a_leg_that_lies_has_its_places_where_the_leg_is() -> None:
    film = a_leg()
    along, aside = np.array([0.3, 0.6]), np.array([0.0, 0.05])
    upright = find_shaft(film)
    lying = Shaft(upright.centre, turned=True, found=True)
    there = on_shaft(upright, (HEIGHT, WIDTH), along=along, aside=aside)
    assert on_shaft(lying, (WIDTH, HEIGHT), along=along, aside=aside) == pytest.approx(there[:, ::-1])


@given(along=st.floats(0.05, 0.95), aside=st.floats(-0.07, 0.07), turned=st.booleans())
def test_a_place_on_the_shaft_is_there_on_the_strip(along: float, aside: float, turned: bool) -> None:
    centre_line = np.linspace(0.4, 0.6, 160, dtype=np.float32)
    shaft = Shaft(centre_line, turned=turned, found=True)
    shape = (WIDTH, HEIGHT) if turned else (HEIGHT, WIDTH)
    (point,) = on_shaft(shaft, shape, along=np.array([along]), aside=np.array([aside]))
    down, right = (np.array([share], dtype=np.float32) for share in point)
    rows, columns = shares_on_strip(down, right, shape, shaft, height=640, width=96)
    assert float(rows[0, 0]) == pytest.approx(along, abs=1e-4)
    assert float(columns[0, 0]) - 0.5 == pytest.approx(aside * 640 / 96, abs=1e-3)


@pytest.mark.parametrize("row", [90, 160, 240])
def test_dense_edges_are_found_on_the_shaft(row: int) -> None:
    film = a_leg(fracture=row)
    ((down, right),) = densest_edges(film, find_shaft(film))
    assert down * HEIGHT == pytest.approx(row, abs=10)
    assert right * WIDTH == pytest.approx(100 + 0.1 * row, abs=14)


def test_the_rim_of_the_film_is_no_edge() -> None:
    film = np.full((HEIGHT, WIDTH), 0.8, dtype=np.float32)
    film[200:204, 4:16] = 0.6
    beside_the_rim = Shaft(np.full(160, 0.02, dtype=np.float32), turned=False, found=True)
    ((down, right),) = densest_edges(film, beside_the_rim)
    assert down * HEIGHT == pytest.approx(202, abs=8)
    assert right > 0


def test_the_best_place_is_chosen_on_all_or_without_each_patient() -> None:
    hits = np.array([[1, 0]] * 3 + [[0, 1]] * 4, dtype=bool)
    patients = np.array(["a"] * 3 + ["b"] * 2 + ["c"] * 2)
    assert tuned_on(hits).tolist() == [False] * 3 + [True] * 4
    assert left_out(hits, patients).tolist() == [False] * 7
    more = np.concatenate([hits, [[False, True]] * 3])
    assert left_out(more, np.concatenate([patients, ["d"] * 3])).tolist() == [False] * 3 + [True] * 7


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=2, max_size=12))
def test_a_place_chosen_on_its_own_films_is_never_beaten(rows: list[list[bool]]) -> None:
    hits = np.array(rows)
    patients = np.array([f"p{row}" for row in range(len(rows))])
    assert tuned_on(hits).sum() >= left_out(hits, patients).sum()


def test_a_patient_alone_leaves_nobody_to_choose_by() -> None:
    assert not left_out(np.ones((3, 4), dtype=bool), np.array(["a", "a", "a"])).any()


def test_the_middle_of_equally_good_places_is_chosen() -> None:
    places = on_the_line()
    hits = np.zeros((2, len(places.along)), dtype=bool)
    hits[:, 10:15] = True
    along, aside = best_place(hits, places)
    assert along == pytest.approx(places.along[12])
    assert aside == 0.0


def test_places_beside_the_line_hold_those_on_it() -> None:
    on_line, beside = on_the_line(), beside_the_line()
    middle = np.abs(beside.aside) < 1e-9
    assert beside.along[middle] == pytest.approx(on_line.along)
    assert np.abs(beside.aside).max() == pytest.approx(0.06)
