"""The shaft of drawn legs, where its course is known, and of what is no leg."""

import os
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from radunion.radiograph import Preprocessing, Shaft, find_shaft, prepare, read_radiograph
from radunion.radiograph.shaft import straighten

SHARED = Path(os.environ.get("RADUNION_SHARED", Path(__file__).parents[1].parent / "shared"))
REAL = SHARED / "real" / "dev" / "images"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real films (RADUNION_SHARED/real) are not here")

HEIGHT, WIDTH = 640, 512
ROWS = (np.arange(HEIGHT) + 0.5) / HEIGHT
COURSES = {
    "middle": np.full(HEIGHT, 0.5),
    "left": np.full(HEIGHT, 0.22),
    "at the border": np.full(HEIGHT, 0.05),
    "tilted": 0.3 + 0.4 * ROWS,
    "bowed": 0.4 + 0.2 * np.sin(np.pi * ROWS),
}
"""Centre of the bone at each row, as a share of the width."""


def leg(course: np.ndarray, *, contrast: float = 0.5, ground: float = 0.2, width: int = WIDTH) -> np.ndarray:
    """Draw a bright band about as wide as a tibia along a course, with noise a tenth of its contrast."""
    columns = np.arange(width) + 0.5
    band = np.exp(-(((columns - course[:, None] * width) / 22) ** 2))
    noise = np.random.default_rng(0).normal(0, 0.1 * contrast, band.shape)
    return (ground + contrast * band + noise).clip(0, 1).astype(np.float32)


def distance(shaft: Shaft, course: np.ndarray, *, width: int = WIDTH) -> np.ndarray:
    """Return how far the shaft lies from the course, in pixels, at each row that the search looked at."""
    rows = (np.arange(len(shaft.centre)) + 0.5) / len(shaft.centre)
    return np.abs(shaft.centre - np.interp(rows, ROWS, course)) * width


# Finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
@pytest.mark.parametrize(("contrast", "ground"), [(0.5, 0.2), (0.5, 0.0), (0.05, 0.2), (0.05, 0.8)])
def test_a_leg_is_followed_at_any_exposure(course: np.ndarray, contrast: float, ground: float) -> None:
    shaft = find_shaft(leg(course, contrast=contrast, ground=ground))
    assert shaft.found
    assert not shaft.turned
    assert distance(shaft, course).mean() < 3
    assert distance(shaft, course).max() < 10  # smoothing cuts the ends of a slope by 2 rows of 160


def test_the_border_of_a_bright_film_is_no_shaft() -> None:
    faint = leg(COURSES["left"], contrast=0.04, ground=0.9)
    assert distance(find_shaft(faint), COURSES["left"]).max() < 10


@pytest.mark.parametrize("bar", [slice(0, 12), slice(-12, None)])
def test_a_white_bar_at_the_border_is_no_shaft(bar: slice) -> None:
    film = leg(COURSES["bowed"], contrast=0.3)
    film[:, bar] = 1.0
    assert distance(find_shaft(film), COURSES["bowed"]).max() < 10


def test_a_white_line_inside_the_border_of_a_film_is_no_shaft_of_a_lying_leg() -> None:
    film = np.ascontiguousarray(leg(COURSES["bowed"], contrast=0.25).T)
    film[:, 14:30] = 1.0
    shaft = find_shaft(film)
    assert shaft.turned
    assert distance(shaft, COURSES["bowed"]).mean() < 5


def test_a_lying_leg_is_turned() -> None:
    upright = leg(COURSES["bowed"])
    lying = find_shaft(np.ascontiguousarray(upright.T))
    assert lying.turned
    assert lying.found
    np.testing.assert_array_equal(lying.centre, find_shaft(upright).centre)


def test_a_wide_film_of_an_upright_leg_is_not_turned() -> None:
    shaft = find_shaft(leg(COURSES["left"], width=800))
    assert (shaft.found, shaft.turned) == (True, False)
    assert distance(shaft, COURSES["left"], width=800).max() < 10


@pytest.mark.parametrize("shape", [(640, 512), (512, 640), (640, 200)])
@pytest.mark.parametrize("kind", ["black", "grey", "white", "nearly blank", "noise", "faint noise"])
def test_without_a_leg_the_middle_is_taken(shape: tuple[int, int], kind: str) -> None:
    random = np.random.default_rng(1)
    films = {
        "black": np.zeros(shape),
        "grey": np.full(shape, 0.5),
        "white": np.ones(shape),
        "nearly blank": 0.5 + random.integers(0, 2, shape) / 1000,
        "noise": random.random(shape),
        "faint noise": random.normal(0.5, 0.03, shape).clip(0, 1),
    }
    shaft = find_shaft(films[kind].astype(np.float32))
    assert (shaft.found, shaft.turned) == (False, False)
    assert (shaft.centre == 0.5).all()


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_the_shaft_of_a_mirrored_film_is_mirrored(course: np.ndarray) -> None:
    film = leg(course)
    mirrored = find_shaft(np.ascontiguousarray(film[:, ::-1]))
    np.testing.assert_allclose(1 - mirrored.centre, find_shaft(film).centre, atol=1 / WIDTH)


# Straightening ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
@pytest.mark.parametrize(("height", "width"), [(320, 64), (640, 128), (900, 150)])
def test_the_bone_runs_down_the_middle_of_the_strip(course: np.ndarray, height: int, width: int) -> None:
    film = leg(course)
    strip = straighten(film, find_shaft(film), height=height, width=width)
    assert strip.shape == (height, width)
    assert strip.dtype == np.float32
    assert strip.min() >= 0
    assert strip.max() <= 1
    bone = np.clip(strip - 0.2 - 0.25, 0, None)[1:-1]  # its outermost rows lie partly off the film
    centre = (bone * (np.arange(width) + 0.5)).sum(axis=1) / bone.sum(axis=1)
    assert np.abs(centre - width / 2).mean() * HEIGHT / height < 4


@pytest.mark.parametrize("height", [160, 320, 640])
def test_the_aspect_is_kept(height: int) -> None:
    """A band of 2 × 22 × sqrt(ln 2) film pixels at half its height is as many in the strip, at the strip's scale."""
    film = leg(COURSES["middle"])
    strip = straighten(film, find_shaft(film), height=height, width=height // 4)
    wide = (strip.mean(axis=0) > 0.2 + 0.25).sum() * HEIGHT / height
    assert wide == pytest.approx(2 * 22 * np.sqrt(np.log(2)), abs=HEIGHT / height + 1)


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_a_mirrored_film_gives_a_mirrored_strip(course: np.ndarray) -> None:
    film, how = leg(course), Preprocessing(height=320, width=64, shape="shaft")
    mirrored = prepare(np.ascontiguousarray(film[:, ::-1]), how)
    np.testing.assert_allclose(mirrored[:, ::-1], prepare(film, how), atol=1e-3)


def test_a_lying_leg_gives_the_strip_of_the_upright_one() -> None:
    film, how = leg(COURSES["tilted"]), Preprocessing(height=320, width=64, shape="shaft")
    np.testing.assert_array_equal(prepare(np.ascontiguousarray(film.T), how), prepare(film, how))


def test_without_a_leg_the_strip_is_the_middle_of_the_film() -> None:
    film = np.random.default_rng(0).random((640, 480), dtype=np.float32)
    how = Preprocessing(height=640, width=160, shape="shaft", intensity="full")
    assert not find_shaft(film).found
    np.testing.assert_allclose(prepare(film, how), film[:, 160:320], atol=1e-3)


def test_a_shaft_found_before_gives_the_same_strip() -> None:
    film, how = leg(COURSES["bowed"]), Preprocessing(height=320, width=64, shape="shaft")
    np.testing.assert_array_equal(prepare(film, how, shaft=find_shaft(film)), prepare(film, how))
    elsewhere = Shaft(np.full(160, 0.1, dtype=np.float32), turned=False, found=False)
    assert np.abs(prepare(film, how, shaft=elsewhere) - prepare(film, how)).max() > 0.5


@pytest.mark.parametrize("intensity", ["robust", "full"])
@pytest.mark.parametrize(
    "shape", [(8, 8), (1, 1), (1, 50), (50, 1), (3, 2), (100, 3000), (3000, 100), (1, 5000), (5000, 1), (2880, 2304)]
)
def test_any_size_gives_a_strip_soon(shape: tuple[int, int], intensity: str) -> None:
    film = np.random.default_rng(0).random(shape, dtype=np.float32)
    how = Preprocessing(height=320, width=64, shape="shaft", intensity="robust" if intensity == "robust" else "full")
    started = perf_counter()
    strip = prepare(film, how)
    assert perf_counter() - started < 1
    assert strip.shape == (320, 64)
    assert strip.dtype == np.float32
    assert np.isfinite(strip).all()
    assert strip.min() >= 0
    assert strip.max() <= 1


def test_a_usual_film_takes_milliseconds() -> None:
    film, how = leg(COURSES["bowed"]), Preprocessing(height=512, width=128, shape="shaft")
    times = []
    for _ in range(7):
        started = perf_counter()
        prepare(film, how)
        times.append(perf_counter() - started)
    assert min(times) < 0.1  # 0.015 on a quiet machine


@needs_real
def test_no_real_leg_is_lost_at_the_border_of_its_film() -> None:
    films = [read_radiograph(path).pixels for path in sorted(REAL.iterdir())]
    shafts = [find_shaft(film) for film in films]
    assert sum(shaft.found for shaft in shafts) == len(films)
    at_border = [np.mean((shaft.centre < 0.02) | (shaft.centre > 0.98)) > 0.5 for shaft in shafts]
    assert sum(at_border) <= len(films) // 100
