"""Find, then look: where the fracture is, the crop around it, what is used instead, and the way back onto the film."""

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from radunion.phantom import Simulation, simulate
from radunion.radiograph import Preprocessing, Shaft, crop_of, find_shaft, prepare, read_radiograph
from radunion.radiograph import fracture as finding
from radunion.radiograph import preprocessing as preparing
from radunion.radiograph.fracture import HEIGHT, WIDTH, FractureSpot, find_fracture, spot_of
from radunion.radiograph.on_film import on_film
from radunion.radiograph.preprocessing import CROP_SHARE, LEAST_CERTAINTY, spot_on, window_at
from radunion.radiograph.shaft import box_on_strip
from radunion.training.finder import position_of
from radunion.training.strips import STRIP

HOW = Preprocessing(height=100, width=100, shape="fracture", intensity="full")


def leg(height: int = 400, width: int = 320, *, lean: float = 0.15) -> np.ndarray:
    """Return a dark film with one bright, leaning band about as wide as a tibia."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    centre = width / 2 + lean * (rows - height / 2)
    return np.exp(-(((columns - centre) / (height / 30)) ** 2)).astype(np.float32)


def says(monkeypatch: pytest.MonkeyPatch, row: float, certainty: float = 0.9) -> None:
    """Let the finder say so of every strip."""
    monkeypatch.setattr(preparing, "find_fracture", lambda strip: FractureSpot(row, certainty))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[np.ndarray, tuple[float, ...]]]:
    """Return a dozen films with the boxes of their fractures; the finder learned from none of them."""
    table = simulate(tmp_path_factory.mktemp("films"), Simulation(6, 90210, format="png", hospital="everyday"))
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))[:12]
    return [
        (read_radiograph(table.parent / row["image"]).pixels, tuple(map(float, row["fracture_box"].split())))
        for row in rows
    ]


# Finding ----------------------------------------------------------------------------------------------------------


def ends(film: np.ndarray, box: tuple[float, ...], shaft: Shaft) -> tuple[float, float]:
    """Return where a box begins and ends along the strip, as shares."""
    left, top, right, bottom = box
    placed = box_on_strip((left, top, right, bottom), (film.shape[0], film.shape[1]), shaft, height=HEIGHT, width=WIDTH)
    return placed[1] / HEIGHT, placed[3] / HEIGHT


def test_on_most_simulated_films_the_spot_lies_in_the_box(
    simulated: list[tuple[np.ndarray, tuple[float, ...]]],
) -> None:
    hits = []
    for film, box in simulated:
        shaft = find_shaft(film)
        first, last = ends(film, box, shaft)
        hits.append(first <= spot_on(film, shaft).row <= last)
    assert len(hits) == 12
    assert sum(hits) >= 9


def test_a_film_exposed_otherwise_has_its_fracture_at_the_same_place(
    simulated: list[tuple[np.ndarray, tuple[float, ...]]],
) -> None:
    for film, _ in simulated[:3]:
        shaft = find_shaft(film)
        faint = (0.2 + 0.3 * film).astype(np.float32)
        assert spot_on(faint, shaft).row == pytest.approx(spot_on(film, shaft).row, abs=1e-3)


def test_the_place_is_by_the_rule_of_training_and_certainty_is_what_lies_there() -> None:
    logits = torch.randn(50, 40, generator=torch.Generator().manual_seed(0)) * 3
    wanted = (position_of(logits, HEIGHT).numpy() + 0.5) / HEIGHT
    spots = [spot_of(one) for one in logits.softmax(dim=1).numpy()]
    np.testing.assert_allclose([one.row for one in spots], wanted, atol=1e-5)
    sharp, flat = np.eye(40, dtype=np.float32)[20], np.full(40, 1 / 40, dtype=np.float32)
    assert spot_of(sharp).certainty == pytest.approx(1)
    assert spot_of(flat).certainty <= 7 / 40 + 1e-6


def test_the_finder_looks_at_what_it_learned_from() -> None:
    assert Preprocessing(height=HEIGHT, width=WIDTH, shape="shaft") == STRIP


def test_many_threads_share_one_session_and_hear_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    strips = np.random.default_rng(0).random((16, HEIGHT, WIDTH), dtype=np.float32)
    alone = [find_fracture(strip) for strip in strips]
    opened: list[int] = []
    plain = onnxruntime.InferenceSession

    def counted(*given: object, **named: object) -> onnxruntime.InferenceSession:
        opened.append(1)
        return plain(*given, **named)

    monkeypatch.setattr(onnxruntime, "InferenceSession", counted)
    finding._session.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(find_fracture, strips)) == alone
    assert opened == [1]


def test_the_finder_is_small() -> None:
    assert (Path(finding.__file__).parent / "finder.onnx").stat().st_size < 1_500_000


# Looking ----------------------------------------------------------------------------------------------------------


def test_a_crop_no_larger_than_its_output_has_the_films_own_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, 0.5)
    film = np.random.default_rng(0).random((400, 320), dtype=np.float32)
    shaft = Shaft(np.full(160, 0.5, dtype=np.float32), turned=False, found=True)
    crop = crop_of(film, HOW, shaft=shaft)  # 100 of 400 rows to 100
    assert crop.of == "fracture"
    np.testing.assert_allclose(crop.pixels, film[150:250, 110:210], atol=1e-4)


def test_a_thin_line_that_the_strip_loses_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, 0.6)
    film = leg(2880, 1200, lean=0.0) * 0.8
    film[1727:1729] *= 0.5
    crop = crop_of(film, Preprocessing(height=720, width=720, shape="fracture", intensity="full"))
    strip = prepare(film, Preprocessing(height=HEIGHT, width=WIDTH, shape="shaft", intensity="full"))
    depth = {
        name: 1 - float(one[:, one.shape[1] // 2].min() / np.median(one[:, one.shape[1] // 2]))
        for name, one in {"crop": crop.pixels[300:420], "strip": strip[350:420]}.items()
    }
    assert depth["crop"] > 0.48
    assert depth["strip"] < 0.25


def test_a_coarse_crop_of_a_fine_film_is_antialiased(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, 0.5)
    stripes = np.zeros((1600, 1600), dtype=np.float32)
    stripes[::2] = 1.0
    shaft = Shaft(np.full(160, 0.5, dtype=np.float32), turned=False, found=True)
    small = Preprocessing(height=64, width=64, shape="fracture", intensity="full")
    assert crop_of(stripes, small, shaft=shaft).pixels.std() < 0.05


@pytest.mark.parametrize("row", [0.0, 0.02, 0.5, 0.99, 1.0])
def test_a_crop_near_an_end_is_moved_onto_the_film(row: float) -> None:
    shaft = find_shaft(leg())
    window = window_at(row, shaft)
    assert window.tall == CROP_SHARE
    assert 0 <= window.top <= 1 - CROP_SHARE
    assert window.top <= row <= window.top + CROP_SHARE


def test_robust_intensity_spans_the_crop(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, 0.5)
    crop = prepare(leg() * 0.2 + 0.3, Preprocessing(height=100, width=100, shape="fracture"))
    assert (crop.min(), crop.max()) == (0, 1)


# Falling back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("intensity", ["robust", "full"])
@pytest.mark.parametrize("kind", ["blank", "noise"])
def test_where_no_shaft_stands_out_the_whole_film_is_used(kind: str, intensity: str) -> None:
    film = np.full((300, 200), 0.5) if kind == "blank" else np.random.default_rng(0).random((300, 200))
    given = {"height": 64, "width": 48, "intensity": intensity}
    crop = crop_of(film.astype(np.float32), Preprocessing(**given, shape="fracture"))  # type: ignore[arg-type]
    assert (crop.of, crop.window) == ("film", None)
    whole = prepare(film.astype(np.float32), Preprocessing(**given))  # type: ignore[arg-type]
    np.testing.assert_array_equal(crop.pixels, whole)


def test_an_uncertain_finder_leaves_the_whole_film(monkeypatch: pytest.MonkeyPatch) -> None:
    film = leg()
    says(monkeypatch, 0.5, certainty=LEAST_CERTAINTY)
    assert crop_of(film, HOW).of == "fracture"
    says(monkeypatch, 0.5, certainty=LEAST_CERTAINTY - 0.01)
    crop = crop_of(film, HOW)
    assert crop.of == "film"
    np.testing.assert_array_equal(crop.pixels, prepare(film, Preprocessing(height=100, width=100, intensity="full")))


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 2), (8, 8), (100, 3000)])
def test_any_size_gives_a_picture(shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, 0.9)
    film = np.random.default_rng(0).random(shape, dtype=np.float32)
    shaft = Shaft(np.full(160, 0.5, dtype=np.float32), turned=False, found=True)
    crop = crop_of(film, Preprocessing(height=48, width=64, shape="fracture"), shaft=shaft)
    assert crop.pixels.shape == (48, 64)
    assert np.isfinite(crop.pixels).all()
    assert 0 <= crop.pixels.min() <= crop.pixels.max() <= 1


def test_other_shapes_say_what_they_take() -> None:
    film = leg()
    assert crop_of(film, Preprocessing(height=64, width=48)).of == "film"
    assert crop_of(film, Preprocessing(height=64, width=48, shape="squash")).of == "film"
    assert crop_of(film, Preprocessing(height=64, width=12, shape="shaft")).of == "shaft"


# Digests ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "digest"),
    [
        (
            Preprocessing(height=299, width=299),
            "3049e34df6b0a9930c98e74adbc6d68cbbdccdfc5175e03621bfb7b676690f8c",
        ),
        (
            Preprocessing(height=299, width=299, shape="squash"),
            "1b3aa7c41175572285177348f9a031512f4c920a68983290bee617d2a9acc740",
        ),
        (
            Preprocessing(height=640, width=96, shape="shaft"),
            "86204234da9f88a55ff973aa9151488a363d827b9fc47b2933d4b6ac04a6480a",
        ),
    ],
)
def test_digests_that_bundles_hold_stay_what_they_are(how: Preprocessing, digest: str) -> None:
    assert how.digest() == digest


def test_only_a_crop_of_the_fracture_depends_on_the_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = ("pad", "squash", "shaft", "fracture")
    hows = {one: Preprocessing(height=64, width=48, shape=one) for one in shapes}  # type: ignore[arg-type]
    before = {one: how.digest() for one, how in hows.items()}
    monkeypatch.setattr(finding, "_content", lambda: b"another finder")
    finding.finder_digest.cache_clear()
    changed = {one for one, how in hows.items() if how.digest() != before[one]}
    finding.finder_digest.cache_clear()
    assert changed == {"fracture"}


@pytest.mark.parametrize("constant", ["CROP_SHARE", "LEAST_CERTAINTY"])
def test_a_crop_of_another_size_or_limit_has_another_digest(constant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = HOW.digest()
    monkeypatch.setattr(preparing, constant, 0.3)
    assert HOW.digest() != before


# Back onto the film -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("row", "spot"), [(0.5, (210, 150)), (0.04, (30, 140)), (1.0, (380, 200))])
def test_a_dot_in_the_crop_comes_back_to_its_place(
    row: float, spot: tuple[int, int], monkeypatch: pytest.MonkeyPatch, *, turned: bool
) -> None:
    says(monkeypatch, row)
    film, dark = leg(), np.zeros((400, 320), dtype=np.float32)
    dark[spot[0] - 1 : spot[0] + 2, spot[1] - 1 : spot[1] + 2] = 1
    if turned:
        film, dark, spot = np.ascontiguousarray(film.T), np.ascontiguousarray(dark.T), spot[::-1]
    shaft = find_shaft(film)
    assert shaft.turned == turned
    how = Preprocessing(height=160, width=120, shape="fracture", intensity="full")
    crop = crop_of(dark, how, shaft=shaft)
    assert crop.pixels.max() > 0.5
    back = on_film(crop.pixels, (film.shape[0], film.shape[1]), how, window=crop.window)
    peak = np.unravel_index(back.argmax(), back.shape)
    assert np.abs(np.array(peak) - spot).max() <= 4  # 1 % of 400


def test_a_map_of_a_crop_says_nothing_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, 0.5)
    shaft = Shaft(np.full(160, 0.5, dtype=np.float32), turned=False, found=True)
    crop = crop_of(leg(), HOW, shaft=shaft)
    back = on_film(np.ones((10, 10), dtype=np.float32), (400, 320), HOW, window=crop.window)
    np.testing.assert_array_equal(np.flatnonzero(back.any(axis=1)), np.arange(150, 250))
    np.testing.assert_array_equal(np.flatnonzero(back.any(axis=0)), np.arange(110, 210))


def test_a_map_of_a_film_that_fell_back_covers_the_film() -> None:
    how = Preprocessing(height=64, width=64, shape="fracture")
    back = on_film(np.ones((8, 8), dtype=np.float32), (400, 320), how, window=None)
    assert back.min() == 1
