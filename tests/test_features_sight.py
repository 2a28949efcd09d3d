"""Ways of looking at a prepared film: flips are exact, moves go where they say, and a key tells every number."""

import numpy as np
import pytest

from radunion.features import FLIPS, WARPS, Sight
from radunion.features.sight import key_of, seen_as


def a_film(height: int = 50, width: int = 40) -> np.ndarray:
    """Return a dark film with one bright square off its middle."""
    film = np.zeros((height, width), dtype=np.float32)
    film[20:24, 10:14] = 1
    return film


def middle(film: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(film.shape)
    return float((rows * film).sum() / film.sum()), float((columns * film).sum() / film.sum())


@pytest.mark.parametrize("sight", sorted({*FLIPS, *WARPS}))
def test_a_sight_keeps_shape_and_kind(sight: Sight) -> None:
    seen = seen_as(a_film(), sight)
    assert seen.shape == (50, 40)
    assert seen.dtype == np.float32
    assert 0 <= seen.min() <= seen.max() <= 1


def test_flips_are_exact() -> None:
    film = a_film()
    np.testing.assert_array_equal(seen_as(film, "none"), film)
    np.testing.assert_array_equal(seen_as(film, "horizontal"), film[:, ::-1])
    np.testing.assert_array_equal(seen_as(film, "vertical"), film[::-1])
    np.testing.assert_array_equal(seen_as(film, "both"), film[::-1, ::-1])


def test_shifts_go_where_they_say() -> None:
    film = a_film()
    row, column = middle(film)
    assert middle(seen_as(film, "shift-right")) == pytest.approx((row, column + 0.06 * 40), abs=1e-3)
    assert middle(seen_as(film, "shift-left")) == pytest.approx((row, column - 0.06 * 40), abs=1e-3)
    assert middle(seen_as(film, "shift-down")) == pytest.approx((row + 0.06 * 50, column), abs=1e-3)


def test_turns_are_of_eight_degrees_and_opposite() -> None:
    film = a_film()
    centre = np.array([24.5, 19.5])
    arm = np.array(middle(film)) - centre
    angles = []
    for sight in ("turn-left", "turn-right"):
        turned = np.array(middle(seen_as(film, sight))) - centre
        assert np.linalg.norm(turned) == pytest.approx(np.linalg.norm(arm), rel=0.02)
        angles.append(np.degrees(np.arctan2(*turned) - np.arctan2(*arm)))
    assert sorted(angles) == pytest.approx([-8, 8], abs=0.5)


def test_larger_is_larger_about_the_middle() -> None:
    seen = seen_as(a_film(), "larger")
    assert seen.sum() == pytest.approx(1.1**2 * 16, rel=0.05)
    assert middle(seen)[1] - 19.5 == pytest.approx(1.1 * (11.5 - 19.5), abs=0.1)


def test_a_key_tells_the_numbers_of_a_move_and_keeps_the_name_of_a_flip() -> None:
    assert [key_of(flip) for flip in FLIPS] == list(FLIPS)
    assert "8.0" in key_of("turn-left")
    every = {*FLIPS, *WARPS}
    assert len({key_of(sight) for sight in every}) == len(every)
