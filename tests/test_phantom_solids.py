from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.phantom.pose import Pose
from radunion.phantom.solids import Box, Rod, Solid, metal_path

POSE = Pose(
    view="ap", height=160, width=128, pitch=1.0, mirror=1, turn=0.0, tilt=0.0, centre=(100.0, 0.0), aim=(100.0, 0.0)
)
ROD = Rod((-20.0, 5.0, 90.0), (25.0, -10.0, 120.0), 6.0)
BOX = Box((-5.0, 4.0, 70.0), (10.0, 8.0, 130.0), (0.0, 1.0, 0.0), 16.0, 4.0)
MM = st.floats(-25, 25)
POINTS = st.tuples(MM, MM, st.floats(75, 125))
POSES = st.builds(
    replace,
    st.just(POSE),
    mirror=st.sampled_from([-1, 1]),
    turn=st.floats(-np.pi, np.pi),
    tilt=st.floats(-0.4, 0.4),
    focus=st.sampled_from([1050.0, -900.0, 1400.0]),
    aim=st.tuples(st.floats(60, 140), st.floats(-20, 20)),
)


@st.composite
def solids(draw: st.DrawFn) -> Solid:
    start, end = np.array(draw(POINTS)), np.array(draw(POINTS))
    along = end - start
    if np.linalg.norm(along) < 8:
        end = start + np.array([0.0, 0.0, 12.0])
        along = end - start
    points = tuple(start.tolist()), tuple(end.tolist())
    if draw(st.booleans()):
        return Rod(*points, draw(st.floats(2.5, 8)))
    normal = np.cross(along, np.eye(3)[int(np.argmin(np.abs(along)))])
    normal /= np.linalg.norm(normal)
    return Box(*points, tuple(normal.tolist()), draw(st.floats(5, 20)), draw(st.floats(4, 8)))


def volume_of(solid: Solid) -> float:
    length = float(np.linalg.norm(np.subtract(solid.end, solid.start)))
    return length * (np.pi * solid.radius**2 if isinstance(solid, Rod) else solid.width * solid.thickness)


def volume_seen(solid: Solid, pose: Pose) -> float:
    x, y, z = np.mean([solid.start, solid.end], axis=0)[:, None]
    seen_z, seen_u, larger = pose.seen(x, y, z)
    slant = np.sqrt(1 + ((seen_z - pose.aim[0]) / pose.focus) ** 2 + ((seen_u - pose.aim[1]) / pose.focus) ** 2)
    return float(metal_path([solid], pose).sum() * (pose.pitch / larger / np.sqrt(slant))[0] ** 2)


def sampling_error(solid: Solid) -> float:
    """Rays are 0.5 mm apart: a box seems longer and wider, or thicker from the side, by one of them."""
    if isinstance(solid, Rod):
        return 0.06
    length = float(np.linalg.norm(np.subtract(solid.end, solid.start)))
    return 0.02 + 0.5 / min(solid.width, solid.thickness) + 0.5 / length


def test_a_rod_seen_end_on_is_as_thick_as_it_is_long() -> None:
    rod = Rod((0.0, -15.0, 100.0), (0.0, 15.0, 100.0), 5.0)
    path = metal_path([rod], POSE)
    assert path.max() == pytest.approx(30, rel=1e-3)
    assert np.count_nonzero(path > 15) == pytest.approx(np.pi * 25, rel=0.1)


def test_a_rod_seen_from_the_side_shows_its_chords() -> None:
    path = metal_path([Rod((0.0, 0.0, 40.0), (0.0, 0.0, 160.0), 10.0)], POSE)
    off = np.arange(128) - 63.5
    inside = np.abs(off) < 8
    np.testing.assert_allclose(path[80, inside], 2 * np.sqrt(100 - off[inside] ** 2), rtol=0.01)
    assert path[80, np.abs(off) > 11.5].max() == 0


def test_a_box_seen_face_on_is_as_thick_as_it_is() -> None:
    path = metal_path([Box((0.0, 0.0, 80.0), (0.0, 0.0, 120.0), (0.0, 1.0, 0.0), 20.0, 4.0)], POSE)
    assert path[80, 64] == pytest.approx(4, rel=1e-3)
    assert (path > 2).sum() == pytest.approx(20 * 40, rel=0.05)


@settings(max_examples=40, deadline=None)
@given(solids(), POSES)
def test_what_is_seen_of_a_solid_is_its_volume(solid: Solid, pose: Pose) -> None:
    assert volume_seen(solid, pose) == pytest.approx(volume_of(solid), rel=sampling_error(solid))


@settings(max_examples=20, deadline=None)
@given(solids(), POSES)
def test_a_mirrored_pose_mirrors_the_picture(solid: Solid, pose: Pose) -> None:
    mirrored = metal_path([solid], replace(pose, mirror=-pose.mirror))
    np.testing.assert_allclose(mirrored[:, ::-1], metal_path([solid], pose), atol=0.02)


@settings(max_examples=20, deadline=None)
@given(solids(), POSES)
def test_a_smaller_film_shows_the_same_as_the_middle_of_a_larger_one(solid: Solid, pose: Pose) -> None:
    small = metal_path([solid], replace(pose, height=40, width=32))
    np.testing.assert_allclose(small, metal_path([solid], pose)[60:100, 48:80], atol=0.02)


def test_what_misses_the_film_leaves_it_empty() -> None:
    assert not metal_path(
        [replace(ROD, start=(0.0, 0.0, 900.0), end=(0.0, 0.0, 950.0)), BOX], replace(POSE, centre=(500.0, 0.0))
    ).any()


def test_a_bore_takes_away_what_it_holds_and_no_more() -> None:
    bore = replace(ROD, radius=2.5, hollow=True)
    whole, drilled = metal_path([ROD], POSE), metal_path([ROD, bore], POSE)
    np.testing.assert_allclose(whole - drilled, metal_path([replace(bore, hollow=False)], POSE), atol=1e-3)
    assert not metal_path([bore], POSE).any()


def test_a_thread_ripples_the_edge() -> None:
    rod = Rod((0.0, 0.0, 60.0), (0.0, 0.0, 140.0), 5.0, thread=0.8, lead=8.0)
    widest = metal_path([rod], POSE)[48:112].max(axis=1)
    assert widest.max() == pytest.approx(2 * 5.8, rel=0.02)
    assert widest.min() == pytest.approx(2 * 4.2, rel=0.02)
    rises = np.flatnonzero((widest[1:-1] > widest[:-2]) & (widest[1:-1] >= widest[2:]))
    assert np.diff(rises).mean() == pytest.approx(8, rel=0.05)


def test_edges_are_shared_between_pixels() -> None:
    box = Box((0.25, 0.0, 80.0), (0.25, 0.0, 120.0), (0.0, 1.0, 0.0), 20.5, 4.0)
    edge = np.unique(np.round(metal_path([box], POSE)[80], 1))
    assert len(edge) > 2
