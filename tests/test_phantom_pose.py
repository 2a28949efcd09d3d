from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from radunion.phantom.pose import Pose

POSE = Pose(
    view="ap", height=200, width=160, pitch=0.8, mirror=1, turn=0.1, tilt=0.2, centre=(150.0, 5.0), aim=(160.0, -8.0)
)
MM = st.floats(-60, 60)


@given(MM, MM, MM, st.sampled_from([1050.0, -900.0]))
def test_a_point_is_seen_where_its_ray_meets_the_plane_of_the_axis(z: float, u: float, d: float, focus: float) -> None:
    pose = replace(POSE, focus=focus)
    x, y, height = pose.on_ray(*(np.array([value]) for value in (z + 150, u, d)))
    seen_z, seen_u, larger = pose.seen(x, y, height)
    np.testing.assert_allclose([seen_z[0], seen_u[0]], [z + 150, u], atol=1e-3)
    assert (larger[0] > 1) == (d * np.sign(focus) > 0) or abs(d) < 1e-3


@given(MM, MM, st.sampled_from([-1, 1]))
def test_pixels_and_the_plane_of_the_axis_are_inverse(z: float, u: float, mirror: int) -> None:
    pose = replace(POSE, mirror=mirror)
    row, column = pose.to_film(np.array([z + 150]), np.array([u]))
    heights, places = pose.to_bone()
    if 1 <= row[0] < pose.height - 1 and 1 <= column[0] < pose.width - 1:
        pixel = int(row[0]), int(column[0])
        assert abs(heights[pixel] - z - 150) < pose.pitch
        assert abs(places[pixel] - u) < pose.pitch


def test_what_lies_nearer_to_the_tube_looks_larger() -> None:
    pose = replace(POSE, turn=0.0, aim=(0.0, 0.0))
    front, back = (pose.seen(np.array([20.0]), np.array([y]), np.array([0.0]))[1][0] for y in (40.0, -40.0))
    assert front > 20 > back
    assert front / 20 == 1050 / 1010


def test_an_open_growth_plate_and_a_closed_one_differ() -> None:
    from radunion.phantom.bone import project_tibia
    from radunion.phantom.fracture import sample_fracture
    from radunion.phantom.healing import cortex_states
    from radunion.phantom.leg import sample_leg
    from radunion.scale import CORTICES

    random = np.random.default_rng(2)
    leg = replace(sample_leg(random), physis=0.0)
    fracture = sample_fracture(leg, random, held=False)
    states = cortex_states(dict.fromkeys(CORTICES, 4), dict.fromkeys(CORTICES, 0.5), fracture)
    pose = replace(POSE, pitch=2.2, centre=(leg.length / 2, 0.0))
    whole, _ = project_tibia(leg, fracture, states, pose)
    child, _ = project_tibia(replace(leg, physis=1.0), fracture, states, pose)
    changed = np.abs(whole.cortical - child.cortical).max(axis=1) > 0.5
    from_the_ends = np.minimum(np.abs(whole.z), np.abs(leg.length - whole.z))
    assert from_the_ends[changed].max() < 0.15 * leg.length
    assert changed.any()
