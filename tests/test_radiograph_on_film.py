"""Bringing maps back onto films: what was put at a place on the prepared film is found at that place of the film."""

import numpy as np
import pytest

from radunion.radiograph import Preprocessing, find_shaft, prepare
from radunion.radiograph.on_film import on_film
from radunion.radiograph.shaft import Shaft, Window, box_on_strip

STRIP = Preprocessing(height=160, width=48, shape="shaft", intensity="full")


def leg(height: int = 240, width: int = 180, *, lean: float = 0.15) -> np.ndarray:
    """Return a dark film with one bright, leaning band."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    centre = width / 2 + lean * (rows - height / 2)
    return np.exp(-(((columns - centre) / 9) ** 2)).astype(np.float32)


def marked(film: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return a film that is dark but for a small bright spot."""
    spot = np.zeros_like(film)
    spot[row - 2 : row + 3, column - 2 : column + 3] = 1
    return spot


@pytest.mark.parametrize("turned", [False, True])
def test_a_spot_comes_back_from_the_strip_to_its_place(*, turned: bool) -> None:
    film = leg()
    film = np.ascontiguousarray(film.T) if turned else film
    shaft = find_shaft(film)
    assert shaft.found
    assert shaft.turned == turned
    row, column = (95, 100) if turned else (100, 95)
    strip = prepare(marked(film, row, column), STRIP, shaft=shaft)
    back = on_film(strip, (film.shape[0], film.shape[1]), STRIP, window=Window(shaft))
    peak = np.unravel_index(back.argmax(), back.shape)
    assert np.abs(np.array(peak) - (row, column)).max() <= 2


@pytest.mark.parametrize("shape", ["pad", "squash"])
def test_a_spot_comes_back_from_a_padded_and_from_a_squashed_film(shape: str) -> None:
    how = Preprocessing(height=120, width=120, shape=shape, intensity="full")  # type: ignore[arg-type]
    film = leg()
    back = on_film(prepare(marked(film, 60, 130), how), (240, 180), how)
    assert np.abs(np.array(np.unravel_index(back.argmax(), back.shape)) - (60, 130)).max() <= 2


def test_a_coarse_map_covers_the_same_places_and_nothing_beside_the_strip() -> None:
    shaft = Shaft(np.full(160, 0.5, dtype=np.float32), turned=False, found=True)
    coarse = np.ones((40, 12), dtype=np.float32)
    back = on_film(coarse, (320, 400), STRIP, window=Window(shaft))
    columns = np.flatnonzero(back[0])
    assert (int(columns[0]), int(columns[-1])) == (152, 247)  # the strip is 48 of 160 rows wide: 96 of 320
    assert back[:, 152:248].min() == 1


def test_a_smaller_size_shows_the_same_map() -> None:
    film = leg()
    shaft = find_shaft(film)
    strip = prepare(marked(film, 100, 95), STRIP, shaft=shaft)
    small = on_film(strip, (240, 180), STRIP, window=Window(shaft), size=(120, 90))
    assert np.abs(np.array(np.unravel_index(small.argmax(), small.shape)) - (50, 47)).max() <= 1


def test_a_strip_needs_its_shaft() -> None:
    with pytest.raises(ValueError, match="found again by its shaft, found none"):
        on_film(np.ones((4, 4), dtype=np.float32), (10, 10), STRIP)


@pytest.mark.parametrize("turned", [False, True])
def test_a_box_lies_on_the_strip_where_its_pixels_lie(*, turned: bool) -> None:
    film = leg(lean=0.05)
    box = (92.0, 80.0, 104.0, 140.0)
    filled = np.zeros_like(film)
    filled[80:140, 92:104] = 1
    if turned:
        film, filled, box = np.ascontiguousarray(film.T), np.ascontiguousarray(filled.T), (80.0, 92.0, 140.0, 104.0)
    shaft = find_shaft(film)
    left, top, right, bottom = box_on_strip(box, (film.shape[0], film.shape[1]), shaft, height=160, width=48)
    strip = prepare(filled, STRIP, shaft=shaft)
    rows, columns = np.nonzero(strip > 0.5)
    assert [top, bottom] == pytest.approx([rows.min(), rows.max() + 1], abs=1)
    assert [left, right] == pytest.approx([columns.min(), columns.max() + 1], abs=2.5)
