import pickle
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from radunion.phantom.anatomy import half_widths, outline, soft_tissue
from radunion.phantom.bone import centre_line
from radunion.phantom.fixation import Fixation, FixationKind, covered_shares, held_by, hidden_cortices, sample_fixation
from radunion.phantom.fixation.plaster import sample_plaster
from radunion.phantom.fixation.plaster_path import plaster_path
from radunion.phantom.fixation.site import axis_point, bone_span, level, skin_distance
from radunion.phantom.fracture import Fracture, sample_fracture
from radunion.phantom.leg import Leg, sample_leg
from radunion.phantom.pose import FilmView, Pose
from radunion.phantom.solids import Box, Rod

KINDS = get_args(FixationKind)
Case = tuple[Leg, Fracture, Fixation]


def case(kind: FixationKind, seed: int = 4) -> Case:
    random = np.random.default_rng(seed)
    leg = sample_leg(random)
    fracture = sample_fracture(leg, random, held=True)
    return leg, fracture, sample_fixation(leg, fracture, kind, random)


def pose_of(leg: Leg, view: FilmView = "ap", middle: float | None = None) -> Pose:
    return Pose(
        view=view, height=200, width=120, pitch=2.0, mirror=1, turn=0.0 if view == "ap" else np.pi / 2, tilt=0.0,
        centre=(leg.length / 2 if middle is None else middle, 0.0), aim=(leg.length / 2, 0.0),
    )  # fmt: skip


def depth_outside(leg: Leg, fracture: Fracture, place: np.ndarray) -> float:
    """Return how many mm a point lies outside the bone, roughly; below 0 within."""
    z = place[2:]
    (x, y), (width, depth) = centre_line(leg, fracture, z), half_widths(leg, z)
    c, s = (place[0] - x) / width, (place[1] - y) / depth
    radius = np.hypot(c, s)
    return float(((radius - outline(leg, z, (s / radius).astype(np.float32))) * np.sqrt(width * depth))[0])


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_draws_give_the_same_fixation_and_film(kind: FixationKind) -> None:
    (leg, _, first), (_, _, second) = case(kind), case(kind)
    assert first == second == pickle.loads(pickle.dumps(first))  # noqa: S301 - our own bytes
    assert hash(first) == hash(second)
    films = [held_by(fixation, leg, pose_of(leg)).tobytes() for fixation in (first, second)]
    assert films[0] == films[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fixation_is_seen_on_both_views_unless_there_is_none(kind: FixationKind) -> None:
    leg, _, fixation = case(kind)
    for view in ("ap", "lateral"):
        added = held_by(fixation, leg, pose_of(leg, view))
        assert np.isfinite(added).all()
        assert (added.min() >= 0) and (added.max() > 0.3) == (kind != "none")


@pytest.mark.parametrize("seed", range(6))
def test_a_nail_runs_in_the_canal_and_bends_forward_at_the_top(seed: int) -> None:
    leg, fracture, fixation = case("nail", seed)
    shaft, upper = [solid for solid in fixation.solids if isinstance(solid, Rod) and not solid.hollow][:2]
    heights = np.linspace(0.3, 0.7, 9)[:, None]
    for place in np.array(shaft.start) + heights * np.subtract(shaft.end, shaft.start):
        assert depth_outside(leg, fracture, place) < -0.8 * shaft.radius
    assert 8 <= shaft.start[2] <= 60 * leg.size + 8
    assert leg.length - 15 < upper.end[2] < leg.length + 3
    bend = np.subtract(upper.end, upper.start)
    assert 0.15 < bend[1] / bend[2] < 0.28


@pytest.mark.parametrize("seed", range(6))
def test_a_plate_lies_on_the_bone_and_bridges_the_fracture(seed: int) -> None:
    leg, fracture, fixation = case("plate", seed)
    parts = [solid for solid in fixation.solids if isinstance(solid, Box) and solid.width > 11 * leg.size]
    middles = np.array([np.mean([part.start, part.end], axis=0) for part in parts])
    away = [depth_outside(leg, fracture, middle) for middle in middles]
    assert -2 < np.median(away) < 8
    assert middles[:, 2].min() < fracture.height < middles[:, 2].max()
    assert any(solid.hollow for solid in fixation.solids)


@pytest.mark.parametrize("seed", range(6))
def test_a_fixator_holds_both_fragments_from_outside_the_skin(seed: int) -> None:
    leg, fracture, fixation = case("fixator", seed)
    pins = [solid for solid in fixation.solids if isinstance(solid, Rod) and solid.thread and solid.lead == 2.0]
    heights = np.array([(pin.start[2] + pin.end[2]) / 2 for pin in pins])
    assert 2 <= (heights < fracture.height).sum() <= 4
    assert 2 <= (heights > fracture.height).sum() <= 4
    rod = max((solid for solid in fixation.solids if isinstance(solid, Rod)), key=lambda one: one.end[2] - one.start[2])
    middle = np.mean([rod.start, rod.end], axis=0)
    width, depth, offset = (half[0] for half in soft_tissue(leg, middle[2:]))
    assert (middle[0] / width) ** 2 + ((middle[1] - offset) / depth) ** 2 > 1


@pytest.mark.parametrize("seed", range(6))
def test_rings_stand_clear_of_the_skin_on_both_sides_of_the_fracture(seed: int) -> None:
    leg, fracture, fixation = case("ring", seed)
    hoops = np.array([part.start for part in fixation.solids if isinstance(part, Box)])
    heights = np.unique(np.round(hoops[:, 2], 6))
    assert 2 <= len(heights) <= 4
    assert heights[0] < fracture.height < heights[-1]
    width, depth, offset = soft_tissue(leg, hoops[:, 2])
    assert (np.square(hoops[:, 0] / width) + np.square((hoops[:, 1] - offset) / depth) > 1).all()


def test_a_line_through_the_axis_spans_the_bone() -> None:
    leg, fracture, _ = case("none")
    through = axis_point(leg, fracture, 0.4 * leg.length)
    near, far = bone_span(leg, fracture, through, level(0.0))
    assert far - near == pytest.approx(2 * float(half_widths(leg, np.array([0.4 * leg.length]))[0][0]), rel=0.1)
    assert far < skin_distance(leg, through, level(0.0))
    assert bone_span(leg, fracture, through + np.array([0.0, 60.0, 0.0]), level(0.0)) == (0.0, 0.0)


def bar_over(leg: Leg, fracture: Fracture, x: float, material: str = "steel") -> Fixation:
    z = fracture.height
    middle = axis_point(leg, fracture, z)
    ends = (middle[0] + x, middle[1] + 90.0, z - 60), (middle[0] + x, middle[1] + 90.0, z + 60)
    return Fixation("fixator", (Rod(*ends, 5.0, material),))  # type: ignore[arg-type]


def test_metal_hides_the_cortex_that_it_covers_and_no_other() -> None:
    leg, fracture, _ = case("none")
    straight = replace(fracture, shift=(0.0, 0.0), angulation=(0.0, 0.0))
    pose = replace(pose_of(leg, middle=fracture.height), focus=1e5)
    edge = float(half_widths(leg, np.array([fracture.height]))[0][0]) - 1.0
    assert hidden_cortices(covered_shares(leg, straight, bar_over(leg, straight, edge), pose)) == {"medial"}
    assert hidden_cortices(covered_shares(leg, straight, bar_over(leg, straight, -edge), pose)) == {"lateral"}
    assert hidden_cortices(covered_shares(leg, straight, bar_over(leg, straight, edge + 25), pose)) == frozenset()
    assert hidden_cortices(covered_shares(leg, straight, bar_over(leg, straight, edge, "carbon"), pose)) == frozenset()


def test_plaster_and_nothing_hide_nothing() -> None:
    for kind in ("none", "cast"):
        leg, fracture, fixation = case(kind, 1)
        assert covered_shares(leg, fracture, replace(fixation, solids=()), pose_of(leg)) == {
            "medial": 0.0,
            "lateral": 0.0,
        }


def test_nails_hide_hardly_anything_and_plates_much() -> None:
    count = {}
    for kind in ("nail", "plate", "ring"):
        cases = [case(kind, seed) for seed in range(14)]
        hidden = [
            len(hidden_cortices(covered_shares(*one, pose_of(one[0], view, one[1].height))))
            for one in cases
            for view in ("ap", "lateral")
        ]
        count[kind] = sum(hidden) / len(cases)
    assert count["nail"] < 0.1 < count["ring"] < count["plate"]
    assert 0.7 < count["plate"] < 2.2


def test_a_cast_is_a_bright_double_contour_that_ends_below_the_knee() -> None:
    leg, _, fixation = case("cast")
    plaster = replace(fixation.plasters[0], top=0.8 * leg.length, wave=0.0, weave=0.0, gap=4.0, thickness=5.0)
    pose = replace(pose_of(leg), pitch=1.0, width=240, height=240)
    path = plaster_path(plaster, leg, pose)
    z, u = pose.to_bone()
    row = path[120]
    half = float(soft_tissue(leg, np.array([z[120, 0]]))[0][0])
    wall = u[120][row > 0]
    assert wall.max() == pytest.approx(half + 9, abs=1.5)
    assert row.max() > 2.5 * row[120] > 2.5 * 2 * 5 * 0.9 * plaster.density
    assert abs(abs(u[120][int(row.argmax())]) - (half + 4)) < 3
    assert not path[z > plaster.top + 8].any()


def test_a_slab_lies_behind_the_leg_and_under_the_foot() -> None:
    leg, _, fixation = case("splint")
    plaster = replace(fixation.plasters[0], wrap=1.0, weave=0.0)
    pose = pose_of(leg, "lateral", 80.0)
    path = plaster_path(plaster, leg, pose)
    z, u = pose.to_bone()
    on_leg = (z > 60) & (z < plaster.top - 20)
    assert not path[on_leg & (u > 0)].any()
    assert path[on_leg & (u < 0)].max() > 10
    assert path[(z < -40) & (u > 30)].max() > 5


def test_a_plaster_keeps_its_texture_and_another_has_another() -> None:
    leg, _, _ = case("none")
    pose = pose_of(leg)
    plaster = sample_plaster(leg, "circular", np.random.default_rng(1))
    first, again, other = (
        plaster_path(one, leg, pose) for one in (plaster, replace(plaster), replace(plaster, seed=plaster.seed + 1))
    )
    assert first.tobytes() == again.tobytes()
    assert np.abs(first - other).max() > 0.5
