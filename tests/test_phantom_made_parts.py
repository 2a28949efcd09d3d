"""What made-up radiographs are drawn of: shapes on a canvas, limbs, parts of the trunk, hardware, the display."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.phantom.made.arm import draw_arm
from radunion.phantom.made.bones import Blob, Tube
from radunion.phantom.made.canvas import Canvas, Shape, blank, paint
from radunion.phantom.made.display import Display, sample_display, show
from radunion.phantom.made.flesh import Flesh, Lump, Lung
from radunion.phantom.made.hardware import Shaft, draw_hardware
from radunion.phantom.made.leg import draw_leg
from radunion.phantom.made.metal import Bar, Cast, Strip
from radunion.phantom.made.plane import along, point, turned
from radunion.phantom.made.profile import radii, scaled
from radunion.phantom.made.torso import PARTS, Part

SHEET = (121, 101)
STRAIGHT = ((0.0, 10.0), (1.0, 10.0))


def sheet(tilt: float = 0.0) -> Canvas:
    """Return an empty sheet of 1 mm pixels."""
    return blank(SHEET, pitch=1.0, origin=point(0.0, 0.0), tilt=tilt)


def painted(*shapes: Shape, tilt: float = 0.0) -> Canvas:
    canvas = sheet(tilt)
    paint(canvas, shapes)
    return canvas


def display() -> Display:
    return sample_display(np.random.default_rng(0))


def shapes_of(part: Part) -> list[Shape]:
    return PARTS[part](np.random.default_rng(0), 1.0)


def upright(*, radius: float = 10.0) -> Tube:
    profile = ((0.0, radius), (1.0, radius))
    return Tube(point(0.0, -50.0), point(0.0, 50.0), profile, wall=3.0, density=1.0)


def test_a_turn_keeps_the_length_and_goes_from_x_towards_y() -> None:
    np.testing.assert_allclose(turned(point(2.0, 0.0), np.pi / 2), point(0.0, 2.0), atol=1e-12)
    assert np.hypot(*along(7.0, 1.3)) == pytest.approx(7.0)


def test_a_profile_is_scaled_and_read_between_its_places() -> None:
    profile = scaled(((0.0, 1.0), (1.0, 3.0)), 2.0, 5.0)
    np.testing.assert_allclose(radii(profile, 3), [10.0, 20.0, 30.0])


def test_a_ray_through_a_shaft_meets_its_two_cortices_and_little_between() -> None:
    across = painted(upright()).bone[60]
    middle = across[50]
    assert middle == pytest.approx(2 * (10 - 0.8 * 7), abs=0.01)  # four fifths of a canal of 7 mm are empty
    assert across[42] > middle
    assert across[58] == pytest.approx(across[42])
    assert not across[:39].any()
    assert not across[62:].any()


def test_a_bent_shaft_stands_off_its_line_in_the_middle_by_its_bend() -> None:
    bent = painted(replace(upright(), bend=0.1)).bone[60]
    straight = painted(upright()).bone[60]
    np.testing.assert_allclose(np.roll(straight, -10), bent, atol=1e-3)


@settings(max_examples=30, deadline=None)
@given(angle=st.floats(-1.5, 1.5))
def test_an_ellipsoid_weighs_the_same_however_it_lies(angle: float) -> None:
    flat = painted(Blob(point(0.0, 0.0), (30.0, 15.0), density=1.0)).bone.sum()
    tilted = painted(Blob(point(0.0, 0.0), (30.0, 15.0), density=1.0, angle=angle)).bone.sum()
    assert tilted == pytest.approx(flat, rel=0.02)


def test_turning_the_world_is_turning_its_shapes() -> None:
    shape = Blob(point(0.0, 0.0), (30.0, 15.0), density=1.0)
    np.testing.assert_allclose(painted(shape, tilt=0.4).bone, painted(replace(shape, angle=0.4)).bone, atol=1e-4)


def test_what_lies_off_the_sheet_adds_nothing() -> None:
    far = point(1000.0, 1000.0)
    further = point(1100.0, 1000.0)
    canvas = painted(
        Tube(far, further, STRAIGHT, wall=3.0, density=1.0),
        Blob(far, (30.0, 15.0), density=1.0),
        Flesh(far, further, STRAIGHT),
        Lump(far, (30.0, 15.0), depth=10.0),
        Bar(far, further, 3.0),
    )
    assert not canvas.attenuation().any()


def test_flesh_does_not_add_up_but_an_organ_upon_it_does() -> None:
    limb = Flesh(point(0.0, -40.0), point(0.0, 40.0), STRAIGHT)
    organ = Lump(point(0.0, 0.0), (8.0, 8.0), depth=5.0, upon=True)
    assert painted(limb).flesh[60, 50] == pytest.approx(20.0)
    np.testing.assert_array_equal(painted(limb, limb).flesh, painted(limb).flesh)
    assert painted(limb, organ).flesh[60, 50] == pytest.approx(30.0)


def test_a_lung_takes_flesh_away_but_never_all() -> None:
    body = Lump(point(0.0, 0.0), (45.0, 45.0), depth=40.0)
    filled = painted(body).flesh[60, 50]
    some = Lung(Lump(point(0.0, 0.0), (20.0, 20.0), depth=10.0), air=0.5)
    much = Lung(Lump(point(0.0, 0.0), (20.0, 20.0), depth=100.0), air=1.0)
    assert painted(body, some).flesh[60, 50] == pytest.approx(filled - 10)
    assert painted(body, much).flesh[60, 50] == pytest.approx(filled * 0.2)


def test_a_film_is_brighter_where_there_is_metal() -> None:
    limb = Flesh(point(0.0, -50.0), point(0.0, 50.0), scaled(STRAIGHT, 3.0))
    bar = Bar(point(-5.0, -40.0), point(-5.0, 40.0), 4.0)
    without, held = painted(limb, upright()), painted(limb, upright(), bar)
    here = held.metal > 1
    plain, bright = (show(one.attenuation(), display()) for one in (without, held))
    assert here.sum() > 300
    assert bright[here].mean() > plain[here].mean() + 0.1
    assert bright[here].min() > bright[~here].mean()


def test_a_strip_runs_down_the_middle_of_the_sheet() -> None:
    metal = painted(Strip()).metal
    assert np.flatnonzero(metal.any(axis=0)).tolist() == [49, 50]
    assert (metal[:, 49] == 6).all()


def test_a_cast_is_thickest_beside_the_limb_that_it_is_around() -> None:
    limb = Flesh(point(0.0, -100.0), point(0.0, 100.0), STRAIGHT)
    added = painted(limb, Cast(width=5.0, thickness=20.0)).flesh - painted(limb).flesh
    assert added[60, 50] == pytest.approx(7.0, abs=0.01)
    assert added[60, 50 + 12] > 10
    assert added[60, 95] == pytest.approx(0.0, abs=0.01)


def test_every_kind_of_hardware_is_drawn() -> None:
    shaft = Shaft(length=360.0, radius=12.0, size=1.0, towards=1)
    drawn = [draw_hardware(np.random.default_rng(seed), shaft) for seed in range(40)]
    casts = [one for one in drawn if isinstance(one[0], Cast)]
    assert 0 < len(casts) < len(drawn)
    assert all(isinstance(shape, Bar) for one in drawn if one not in casts for shape in one)
    assert {1, 2, 3, 4} < {len(one) for one in drawn}


def test_some_legs_are_held_and_others_not() -> None:
    legs = [draw_leg(np.random.default_rng(seed), 1.0) for seed in range(40)]
    held = sum(any(isinstance(shape, Bar | Cast) for shape in leg) for leg in legs)
    assert 8 < held < 25


def test_a_leg_has_thicker_bones_than_an_arm() -> None:
    def tubes(shapes: list[Shape]) -> list[Tube]:
        return [shape for shape in shapes if isinstance(shape, Tube)]

    for seed in range(10):
        leg, arm = (tubes(draw(np.random.default_rng(seed), 1.0)) for draw in (draw_leg, draw_arm))
        thickest = [max(radius for tube in limb for _, radius in tube.profile) for limb in (leg, arm)]
        assert thickest[0] > thickest[1]


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_the_trunk_shows_bone_and_flesh(part: Part) -> None:
    canvas = blank((128, 105), pitch=3.0, origin=point(0.0, 0.0), tilt=0.0)
    paint(canvas, shapes_of(part))
    assert (canvas.bone > 1).mean() > 0.03
    assert (canvas.flesh > 0).mean() > 0.1
    assert not canvas.metal.any()


def test_the_parts_of_the_trunk_differ_and_shoulders_are_a_chest_and_more() -> None:
    assert len({len(shapes_of(part)) for part in PARTS}) == len(PARTS)
    assert len(shapes_of("shoulder")) > len(shapes_of("chest"))


def test_a_display_shows_air_at_its_own_grey_and_dense_places_bright() -> None:
    attenuation = painted(Lump(point(0.0, 0.0), (40.0, 40.0), depth=60.0)).attenuation()
    grey = show(attenuation, display())
    assert grey[0, 0] == pytest.approx(display().air, abs=0.02)
    assert grey[60, 50] > 0.9


def test_more_scatter_flattens_a_film() -> None:
    attenuation = painted(upright(), Lump(point(0.0, 0.0), (45.0, 45.0), depth=40.0)).attenuation()
    clear, foggy = (
        show(attenuation, replace(display(), scatter=scatter, crispness=0.0, flatness=0.0, gamma=1.0, air=0.0))
        for scatter in (0.0, 2.0)
    )
    shaft = (slice(55, 65), slice(40, 61))
    assert np.ptp(foggy[shaft]) < np.ptp(clear[shaft])
