"""What lies on a film is drawn where its plan says, and nowhere else."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.phantom.made.canvas import blank
from radunion.phantom.made.plane import point
from radunion.phantom.pose import Pose
from radunion.phantom.scene import Scene, SceneRanges, finished, placed, sample_scene
from radunion.phantom.scene.bangle import Bangle
from radunion.phantom.scene.blades import Blades, sample_blades
from radunion.phantom.scene.caption import Badge, Caption, ScaleBar, sample_caption, sample_scale_bar
from radunion.phantom.scene.cloth import Beads, sample_beads, sample_folds
from radunion.phantom.scene.limbs import OtherLeg, sample_holding, sample_other_leg
from radunion.phantom.scene.marker import Frame, Marker, sample_marker
from radunion.phantom.scene.rim import Rim, sample_rim
from radunion.phantom.scene.ruler import Ruler
from radunion.phantom.scene.shutter import Shutter, outside
from radunion.phantom.scene.support import Support
from radunion.phantom.scene.thing import InBeam, OnFilm, Side

POSE = Pose("ap", 200, 160, 1.9, 1, 0.0, 0.0, (180.0, 0.0))
EMPTY = np.zeros((200, 160), np.float32)
NOTHING = SceneRanges(**{field.name: 0.0 for field in fields(SceneRanges)})
EVERYTHING = SceneRanges(**{field.name: 1.0 for field in fields(SceneRanges)})


def laid(thing: InBeam, pose: Pose = POSE) -> np.ndarray:
    """Return what one thing adds to an empty beam."""
    return placed(np.zeros((pose.height, pose.width), np.float32), Scene(in_beam=(thing,)), pose)


def drawn(thing: OnFilm, grey: float = 0.3) -> np.ndarray:
    """Return what one thing makes of an even film."""
    return finished(np.full((200, 160), grey, np.float32), Scene(on_film=(thing,)))


@given(st.integers(0, 2**31))
@settings(max_examples=15, deadline=None)
def test_things_in_the_beam_only_add_and_films_stay_between_0_and_1(seed: int) -> None:
    scene = sample_scene(np.random.default_rng(seed), POSE, "left", EVERYTHING)
    assert len(scene.in_beam) == 8 and len(scene.on_film) == 5
    total = placed(EMPTY, scene, POSE)
    assert total.dtype == np.float32 and total.min() >= 0 and np.isfinite(total).all()
    film = finished(np.clip(total / 8, 0, 1), scene)
    assert film.dtype == np.float32 and film.min() >= 0 and film.max() <= 1


def test_the_same_scene_is_drawn_in_the_same_bytes_and_leaves_its_input() -> None:
    first, again = (sample_scene(np.random.default_rng(5), POSE, "left", EVERYTHING) for _ in range(2))
    assert placed(EMPTY, first, POSE).tobytes() == placed(EMPTY, again, POSE).tobytes()
    grey = np.full((200, 160), 0.5, np.float32)
    assert finished(grey, first).tobytes() == finished(grey, again).tobytes()
    assert EMPTY.max() == 0 and (grey == 0.5).all()


def test_an_empty_scene_changes_nothing() -> None:
    scene = sample_scene(np.random.default_rng(1), POSE, "right", NOTHING)
    assert scene == Scene()
    film = np.random.default_rng(0).random((200, 160), dtype=np.float32)
    assert np.array_equal(finished(film, scene), film) and np.array_equal(placed(film, scene, POSE), film)


def test_about_half_of_the_films_show_the_leg_alone() -> None:
    random = np.random.default_rng(0)
    scenes = [sample_scene(random, POSE, "left") for _ in range(1500)]
    plain = [not scene.in_beam and all(isinstance(thing, Rim) for thing in scene.on_film) for scene in scenes]
    assert 0.42 < np.mean(plain) < 0.62


def test_a_marker_lies_where_it_says() -> None:
    marker = Marker("L", (0.25, 0.75), height=30.0, angle=0.0, frame="none", flipped=False, lead=5.0)
    lead = laid(marker)
    rows, columns = np.nonzero(lead > 2)
    assert rows.min() >= 41 and rows.max() <= 58 and columns.min() >= 113 and columns.max() <= 127
    assert rows.max() - rows.min() + 1 == pytest.approx(30 / 1.9, abs=3)
    assert np.isclose(lead.max(), 5.0)


@pytest.mark.parametrize(("frame", "more"), [("box", 3.0), ("disc", 2.0)])
def test_framed_markers_are_larger_and_stay_within_the_lead(frame: Frame, more: float) -> None:
    bare = Marker("R", (0.5, 0.5), 40.0, 0.3, "none", flipped=False, lead=2.0)
    framed = Marker("R", (0.5, 0.5), 40.0, 0.3, frame, flipped=False, lead=2.0)
    area = [np.ptp(np.nonzero(laid(thing) > 1)[0]) * np.ptp(np.nonzero(laid(thing) > 1)[1]) for thing in (bare, framed)]
    assert area[1] > more * area[0]
    assert laid(framed).max() <= 2.0 + 1e-6


def test_a_flipped_marker_is_its_mirror_image() -> None:
    upright, flipped = (Marker("L", (0.5, 0.5), 40.0, 0.0, "none", flipped=turn, lead=2.0) for turn in (False, True))
    left, right = laid(upright), laid(flipped)
    assert not np.allclose(left, right)
    assert np.isclose(left.sum(), right.sum())


@pytest.mark.parametrize(("side", "letter"), [("left", "L"), ("right", "R")])
def test_markers_and_captions_tell_the_true_side_and_lie_on_the_film(side: Side, letter: str) -> None:
    random = np.random.default_rng(2)
    for _ in range(30):
        marker, caption = sample_marker(random, POSE, side), sample_caption(random, POSE, side)
        assert marker.letter == letter and caption.lines[0] == letter
        assert all(0.04 < share < 0.96 for share in (*marker.place, *caption.place))


def test_captions_fit_the_view_and_hold_no_digits() -> None:
    random = np.random.default_rng(3)
    lateral = Pose("lateral", 200, 160, 1.9, 1, 1.57, 0.0, (180.0, 0.0))
    for pose, foreign in ((POSE, "LAT"), (lateral, "AP")):
        words = {line for _ in range(200) for line in sample_caption(random, pose, "left").lines}
        assert len(words) > 5
        assert not any(foreign in word.split() for word in words)
        assert not any(letter.isdigit() for word in words for letter in word)


def test_a_caption_is_written_where_it_says() -> None:
    film = drawn(Caption(("L", "KNEE"), (0.5, 0.25), height=12, grey=0.95, backed=True), grey=0.3)
    rows, columns = np.nonzero(film > 0.9)
    assert abs(rows.mean() - 100) < 8 and abs(columns.mean() - 40) < 8
    assert film.min() == 0 and (film[:, 90:] == np.float32(0.3)).all()


def test_a_badge_is_white_with_something_in_it() -> None:
    film = drawn(Badge((0.5, 0.5), edge=30, seed=4), grey=0.0)
    inside = film[85:115, 65:95]
    assert 0.4 < (inside == 1).mean() < 1
    assert film.sum() == inside.sum()


def test_a_scale_bars_ticks_are_a_centimetre_apart() -> None:
    bar = sample_scale_bar(np.random.default_rng(1), POSE)
    assert bar.apart == pytest.approx(10 / 1.9)
    film = drawn(ScaleBar(column=4, apart=20.0, right=False, ticks=5, grey=0.9), grey=0.1)
    assert list(np.nonzero(film[:, 7] > 0.8)[0]) == [60, 80, 100, 120, 140]
    assert (film[:, 20:] == np.float32(0.1)).all()


def test_outside_a_shutter_all_is_one_grey_and_inside_nothing_changes() -> None:
    shutter = Shutter(half=(0.4, 0.35), aside=(0.02, -0.02), turn=0.05, grey=0.2)
    film = np.random.default_rng(0).random((200, 160), dtype=np.float32)
    hidden = outside(film.shape, shutter)
    shut = finished(film, Scene(on_film=(shutter,)))
    assert 0.3 < hidden.mean() < 0.6
    assert np.unique(shut[hidden]) == pytest.approx([0.2]) and np.array_equal(shut[~hidden], film[~hidden])


def test_blades_shade_their_edge_deeply_and_the_middle_not_at_all() -> None:
    lead = laid(Blades((0.1, -1.0, -1.0, 0.05), turn=0.0, penumbra=2.0, waves=0.0, lead=4.0, seed=1))
    assert np.allclose(lead[:10, :100], 4.0, atol=0.01) and lead[30:, :140].max() < 1e-3
    assert np.allclose(lead[:, -2:], lead[:, -2:].clip(3.5)) and lead[-1, 0] == 0


def test_a_blades_edge_is_as_soft_as_its_penumbra() -> None:
    steps = [
        np.abs(np.diff(laid(Blades((0.1, -1.0, -1.0, -1.0), 0.0, penumbra, 0.0, 4.0, 1))[:, 80])).max()
        for penumbra in (1.5, 12.0)
    ]
    assert steps[0] > 4 * steps[1] > 0


def test_drawn_blades_always_shade_an_edge_but_little_of_the_film() -> None:
    for seed in range(25):
        lead = laid(sample_blades(np.random.default_rng(seed)))
        assert lead.max() > 0.4 and np.mean(lead > 0.3) < 0.5


def test_a_rim_lies_along_the_edges() -> None:
    rim = Rim((3.0, 3.0, 0.0, 0.0), ragged=0.1, dark=3.0, darkness=0.5, corner=6.0, nicks=0, seed=3)
    film = drawn(rim, grey=0.3)
    assert film[0, 20:-20].mean() > 0.6 and film[5, 80] < 0.3 < film[1, 80]
    assert film[0, 0] == 0 and np.allclose(film[80:120, 60:100], 0.3, atol=1e-3)


def test_drawn_rims_leave_the_middle() -> None:
    for seed in range(20):
        film = drawn(sample_rim(np.random.default_rng(seed)))
        assert np.allclose(film[70:130, 60:100], 0.3, atol=0.01) and not np.allclose(film, 0.3, atol=0.01)


def test_the_other_leg_is_seen_at_an_edge_and_holds_no_metal() -> None:
    seen = 0
    for seed in range(12):
        other = laid(sample_other_leg(np.random.default_rng(seed), POSE))
        assert other[:, 70:90].max() == 0 or other[:, :20].max() > 0 or other[:, -20:].max() > 0
        seen += int(other.max() > 0.5)
        assert other.max() < 9
    assert seen >= 10


def test_the_other_leg_lies_beside_this_one() -> None:
    wide = Pose("ap", 200, 300, 1.9, 1, 0.0, 0.0, (180.0, 0.0))
    other = laid(OtherLeg(beside=150.0, higher=0.0, tilt=0.0, size=1.0, seed=2), wide)
    rows = other[80:110]
    middle = (rows * np.arange(300)).sum() / rows.sum()
    assert middle == pytest.approx(150 + 150 / 1.9, abs=12)


def test_a_hand_holds_where_its_palm_is() -> None:
    for seed in range(6):
        holding = sample_holding(np.random.default_rng(seed))
        hand = laid(holding)
        row, column = round(holding.palm[0] * 200), round(holding.palm[1] * 160)
        near = hand[max(row - 12, 0) : row + 12, column - 12 : column + 12]
        assert near.max() > 0.2
        towards = hand[:, :20] if np.cos(holding.heading) > 0 else hand[:, -20:]
        assert towards.max() > 0.5


def test_a_bangle_is_a_ring() -> None:
    canvas = blank((100, 100), pitch=1.0, origin=point(0.0, 200.0), tilt=0.0)
    Bangle(down=200.0, half=(20.0, 30.0), wire=2.0, dense=1.0, angle=0.0).draw(canvas)
    assert canvas.metal[50, 50] == 0 and canvas.metal[50, 79:83].max() > 2 and canvas.metal[69:73, 50].max() > 2


def test_beads_and_folds_keep_to_their_end_of_the_film() -> None:
    random = np.random.default_rng(4)
    for _ in range(10):
        beads, folds = sample_beads(random), sample_folds(random)
        for thing in (beads, folds):
            cloth = laid(thing)
            far = cloth[130:] if thing.at_top else cloth[:70]
            assert cloth.max() > 0.005 and far.max() == 0


def test_beads_are_as_large_as_they_say() -> None:
    beads = laid(Beads(count=1, radius=19.0, hollow=0.3, strength=1.0, reach=1.0, at_top=True, seed=11))
    assert np.sqrt(np.count_nonzero(beads > 0.1) / np.pi) == pytest.approx(10, abs=1.5)


def test_a_support_steps_up_beyond_its_line() -> None:
    step = laid(Support(row=0.75, slope=0.0, strength=0.2, softness=4.0, below=True))
    assert step[:145].max() == 0 and np.allclose(step[155:], 0.2)


def test_a_rulers_ticks_are_a_centimetre_apart() -> None:
    pose = Pose("ap", 200, 160, 1.0, 1, 0.0, 0.0, (180.0, 0.0))
    ruler = laid(Ruler(column=0.1, strength=1.0), pose)
    ticks = np.nonzero(ruler[:, 20] > 0.5)[0]
    assert list(ticks) == list(range(0, 199, 10))
    assert ruler[:, 60:].max() == 0
