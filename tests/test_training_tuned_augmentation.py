"""Augmentation of fine-tuning: each change is what it says, none turns a film over, none depends on its neighbours."""

import math

import pytest
import torch

from radunion.training.glimpse import GLIMPSE, MARGIN, centre
from radunion.training.tuned.augmentation import DOWN, NOISE, TURN, ZOOM, Changes, changed, draw_changes


def still(n: int, **given: float) -> Changes:
    """Changes that change nothing but what is given."""
    plain = {
        "turn": 0.0,
        "zoom": 1.0,
        "right": 0.0,
        "down": 0.0,
        "gamma": 1.0,
        "gain": 1.0,
        "offset": 0.0,
        "noise": 0.0,
    }
    values = {name: torch.full((n,), value) for name, value in {**plain, **given}.items() if name != "mirror"}
    mirror = torch.full((n,), bool(given.get("mirror", 0.0)))
    return Changes(mirror=mirror, seed=torch.arange(n), **values)


def films(n: int = 3, width: int = 96) -> torch.Tensor:
    return torch.rand(n, 1, GLIMPSE + 2 * MARGIN, width, generator=torch.Generator().manual_seed(1))


def drawn(n: int = 200) -> Changes:
    return draw_changes(n, torch.Generator().manual_seed(2))


def test_no_change_is_the_film_without_its_margin() -> None:
    torch.testing.assert_close(changed(films(), still(3)), centre(films()), atol=2e-5, rtol=0)


def test_mirrored_is_left_for_right_exactly() -> None:
    torch.testing.assert_close(changed(films(), still(3, mirror=1.0)), centre(films()).flip(3), atol=2e-5, rtol=0)


@pytest.mark.parametrize(("given", "axis", "by"), [({"down": 3.0}, 2, -3), ({"right": 2.0}, 3, -2)])
def test_a_shift_is_in_pixels_of_the_strip(given: dict[str, float], axis: int, by: int) -> None:
    moved, plain = changed(films(), still(3, **given)), centre(films())
    inner = slice(8, -8)
    wanted = plain.roll(by, dims=axis)[:, :, inner, inner]
    torch.testing.assert_close(moved[:, :, inner, inner], wanted, atol=2e-5, rtol=0)


def test_a_turn_keeps_angles_though_the_glimpse_is_not_square() -> None:
    film = torch.zeros(1, 1, GLIMPSE + 2 * MARGIN, 64)
    film[:, :, :, 31:33] = 1.0
    turned = changed(film, still(1, turn=TURN))[0, 0]
    columns = torch.arange(64.0)
    middle = (turned * columns).sum(dim=1) / turned.sum(dim=1)
    slope = float(middle[80] - middle[16]) / 64
    assert abs(slope) == pytest.approx(math.tan(TURN), rel=0.02)


def test_no_film_is_turned_over() -> None:
    film = torch.zeros(200, 1, GLIMPSE + 2 * MARGIN, 96)
    film[:, :, : film.shape[2] // 2] = 1.0
    seen = changed(film, drawn())
    assert (seen[:, :, :24].mean(dim=(1, 2, 3)) > seen[:, :, -24:].mean(dim=(1, 2, 3)) + 0.4).all()


def test_no_row_comes_from_beyond_what_was_cut() -> None:
    furthest = (1 + ZOOM) * (GLIMPSE / 2 * math.cos(TURN) + 96 / 2 * math.sin(TURN)) + DOWN
    assert furthest <= GLIMPSE / 2 + MARGIN + 1


def test_grey_values_stay_in_range_and_noise_is_as_strong_as_drawn() -> None:
    assert changed(films(200), drawn()).amin() >= 0
    assert changed(films(200), drawn()).amax() <= 1
    flat = torch.full((1, 1, GLIMPSE + 2 * MARGIN, 96), 0.5)
    assert float(changed(flat, still(1, noise=NOISE)).std()) == pytest.approx(NOISE, rel=0.05)


def test_a_film_is_changed_alike_whatever_stands_beside_it() -> None:
    changes = drawn(3)
    alone = torch.cat([changed(films()[row : row + 1], changes.of(torch.tensor([row]))) for row in range(3)])
    torch.testing.assert_close(changed(films(), changes), alone, atol=1e-6, rtol=0)


def test_half_of_the_legs_are_mirrored() -> None:
    assert 70 < int(drawn().mirror.sum()) < 130
