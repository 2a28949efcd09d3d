"""Attenuation becomes a film: physics, display and archive each do what they say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radunion.phantom.draws import rough
from radunion.phantom.exposure import FLAT_PANELS, Exposure, ExposureRanges, expose, sample_exposure
from radunion.phantom.exposure.bands import Sharpening, SharpRanges, sharpened
from radunion.phantom.exposure.beam import Beam, BeamRanges, Grid, light_through
from radunion.phantom.exposure.look import Look, LookRanges, grey_curve, sample_look, shown
from radunion.phantom.exposure.plate import Plate, PlateRanges, read_out
from radunion.phantom.exposure.scaled import broad
from radunion.phantom.exposure.stored import Stored, StoredRanges, kept

BARE = Beam(hardening=0.0, scatter=0.0, heel=0.0, heading=0.0, grid=None)
QUIET = Plate(blur=0.01, dose=1e12, streaks=0.0, lying=False, specks=0, seed=1)
STRAIGHT = Look(air=0.1, middle=0.4, gamma=1.0, straight=1.0, knee=0.95, cut=0.0, top=1.0)
UNTOUCHED = Stored(factor=1.0, bits=16, quality=None)
PLAIN = Exposure(BARE, QUIET, None, STRAIGHT, UNTOUCHED)


def leg(height: int = 128, width: int = 96) -> np.ndarray:
    """Return a round limb with a bone and a nail in it, and air on both sides."""
    across = np.linspace(-1, 1, width, dtype=np.float32)[None]
    flesh = 2 * np.sqrt(np.clip(1 - (across / 0.7) ** 2, 0, None))
    bone = 1.2 * (np.abs(across) < 0.2)
    nail = 4.0 * (np.abs(across) < 0.05)
    return np.repeat(flesh + bone + nail, height, axis=0).astype(np.float32)


def wedge() -> np.ndarray:
    """Return attenuation that rises from 0 to 6 across the film."""
    return np.repeat(np.linspace(0, 6, 200, dtype=np.float32)[None], 80, axis=0)


@given(st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_every_exposure_gives_a_film_between_0_and_1(seed: int) -> None:
    film = expose(leg(), sample_exposure(np.random.default_rng(seed)))
    assert film.dtype == np.float32 and film.shape == (128, 96)
    assert film.min() >= 0 and film.max() <= 1
    assert film.std() > 0.02


def test_the_same_exposure_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again = (sample_exposure(np.random.default_rng(7)) for _ in range(2))
    assert first == again
    assert expose(leg(), first).tobytes() == expose(leg(), again).tobytes()
    other = replace(first, plate=replace(first.plate, seed=first.plate.seed + 1))
    assert expose(leg(), first).tobytes() != expose(leg(), other).tobytes()


def test_exposing_leaves_the_attenuation_as_it_was() -> None:
    attenuation = leg()
    expose(attenuation, sample_exposure(np.random.default_rng(3)))
    assert np.array_equal(attenuation, leg())


@pytest.mark.parametrize("size", [(30, 24), (101, 67), (24, 200)])
def test_films_of_any_size_are_exposed(size: tuple[int, int]) -> None:
    exposure = sample_exposure(np.random.default_rng(2))
    assert expose(leg(*size), exposure).shape == size


@given(st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_without_sharpening_and_noise_a_denser_place_is_never_darker(seed: int) -> None:
    random = np.random.default_rng(seed)
    exposure = replace(PLAIN, look=sample_look(random, LookRanges()), beam=replace(BARE, hardening=0.05))
    assert np.diff(expose(wedge(), exposure), axis=1).min() >= -1e-4


@given(st.integers(0, 2**31))
@settings(max_examples=50, deadline=None)
def test_a_look_up_curve_never_falls_and_stays_between_0_and_1(seed: int) -> None:
    curve = grey_curve(sample_look(np.random.default_rng(seed), LookRanges()))
    assert np.diff(curve).min() >= 0 and curve.min() >= 0 and curve.max() <= 1


def test_air_and_the_limbs_middle_are_shown_in_the_grey_that_the_look_says() -> None:
    attenuation = leg(640, 512)
    film = expose(attenuation, PLAIN)
    limb = (attenuation > 0.3) & (attenuation < 5)
    assert film[:, :20].mean() == pytest.approx(0.1, abs=0.005)
    assert np.median(film[limb]) == pytest.approx(0.4, abs=0.01)


def test_lead_and_metal_do_not_change_how_the_limb_is_shown() -> None:
    covered = leg(640, 512)
    covered[:200] += 8
    assert np.allclose(expose(covered, PLAIN)[300:], expose(leg(640, 512), PLAIN)[300:], atol=0.01)


def test_where_the_look_cuts_thin_flesh_is_as_black_as_air() -> None:
    attenuation = wedge()
    film = shown(attenuation, attenuation, replace(STRAIGHT, cut=0.4))
    middle = float(np.median(attenuation[(attenuation > 0.3) & (attenuation < 5)]))
    assert np.allclose(film[attenuation < 0.38 * middle], 0.1, atol=1e-3)
    assert film[attenuation > 0.5 * middle].min() > 0.1


def test_hardening_makes_thick_parts_attenuate_less_than_in_proportion() -> None:
    light = light_through(wedge(), replace(BARE, hardening=0.05))
    signal = -np.log(light[0])
    assert signal[-1] / signal[100] < 0.95 * wedge()[0, -1] / wedge()[0, 100]


def test_scatter_lightens_what_lies_behind_metal() -> None:
    attenuation = leg()
    clean, hazy = light_through(attenuation, BARE), light_through(attenuation, replace(BARE, scatter=0.3))
    middle = slice(47, 49)
    assert hazy[64, middle].mean() > 5 * clean[64, middle].mean()
    assert hazy.min() > 0


def test_the_heel_effect_slopes_along_its_heading() -> None:
    light = np.log(light_through(np.zeros((100, 80), np.float32), replace(BARE, heel=0.2, heading=np.pi / 2)))
    assert light[-1, 40] - light[0, 40] == pytest.approx(0.2, abs=1e-3)
    assert light[50, -1] - light[50, 0] == pytest.approx(0.0, abs=1e-3)


def test_grid_lines_stand_at_their_rate() -> None:
    grid = Grid(depth=0.02, rate=0.25, upright=True, phase=0.0)
    light = light_through(np.zeros((64, 128), np.float32), replace(BARE, grid=grid))
    spectrum = np.abs(np.fft.rfft(light[10] - light[10].mean()))
    assert np.argmax(spectrum) == 32


def test_noise_grows_as_the_dose_falls_and_is_worst_behind_dense_parts() -> None:
    light = light_through(leg(), BARE)
    clean = read_out(light, QUIET)
    low, high = (read_out(light, replace(QUIET, dose=dose)) - clean for dose in (1e4, 1e6))
    assert low.std() > 5 * high.std()
    assert low[:, 40:56].std() > 2 * low[:, :10].std()


def test_streaks_run_along_the_columns_or_across() -> None:
    light = np.ones((400, 420), np.float32)
    along = read_out(light, replace(QUIET, streaks=0.02))
    assert along.mean(axis=0).std() > 1.4 * along.mean(axis=1).std() > 0
    across = read_out(light, replace(QUIET, streaks=0.02, lying=True))
    assert across.mean(axis=1).std() > 1.4 * across.mean(axis=0).std()


def test_dust_hides_light_in_few_places() -> None:
    light = np.ones((90, 120), np.float32)
    hidden = read_out(light, replace(QUIET, specks=30)) > 0.05
    assert 20 <= hidden.sum() <= 30 * 13


def test_sharpening_sets_dark_rims_beside_metal() -> None:
    signal = np.zeros((128, 128), np.float32)
    signal[:, 60:68] = 4
    rimmed = sharpened(signal, Sharpening(fine=1.0, broad=0.5, softness=1.0, flatness=0.0))
    held = sharpened(signal, Sharpening(fine=1.0, broad=0.5, softness=0.3, flatness=0.0))
    assert rimmed[64, 57] < held[64, 57] < -0.05
    assert rimmed[64, 64] > 4


def test_sharpening_by_nothing_changes_nothing() -> None:
    signal = read_out(light_through(leg(), BARE), replace(QUIET, dose=1e4))
    same = sharpened(signal, Sharpening(fine=0.0, broad=0.0, softness=0.5, flatness=0.0))
    assert np.allclose(same, signal, atol=1e-4)


def test_flattening_takes_away_coarse_contrast_only() -> None:
    coarse = np.repeat(np.linspace(0, 4, 256, dtype=np.float32)[None], 256, axis=0)
    fine = 0.1 * np.sin(np.arange(256, dtype=np.float32) * 2.5)
    flat = sharpened(coarse + fine, Sharpening(fine=0.0, broad=0.0, softness=1.0, flatness=0.4))
    assert np.ptp(flat[128]) < 0.8 * np.ptp(coarse[128] + fine)
    assert np.diff(flat[128]).std() == pytest.approx(np.diff(coarse[128] + fine).std(), rel=0.05)


def test_eight_bits_leave_at_most_256_greys() -> None:
    film = np.random.default_rng(0).random((60, 50), dtype=np.float32)
    grey = kept(film, replace(UNTOUCHED, bits=8))
    assert len(np.unique(grey)) <= 256
    assert np.abs(grey - film).max() <= 0.5 / 255 + 1e-6


def test_jpeg_alters_films_a_little_and_more_at_lower_quality() -> None:
    film = expose(leg(640, 512), replace(PLAIN, plate=replace(QUIET, dose=2e3)))
    error = [np.abs(kept(film, Stored(1.0, 8, quality)) - film).mean() for quality in (95, 60)]
    assert 0 < error[0] < error[1] < 0.03


def test_a_film_kept_small_comes_back_at_its_size_without_its_finest_detail() -> None:
    film = np.random.default_rng(0).random((61, 50), dtype=np.float32)
    small = kept(film, replace(UNTOUCHED, factor=0.6))
    assert small.shape == film.shape and small.min() >= 0 and small.max() <= 1
    assert np.diff(small, axis=1).std() < 0.6 * np.diff(film, axis=1).std()


def test_another_hospitals_ranges_are_kept_to() -> None:
    ranges = ExposureRanges(
        beam=BeamRanges(scatter=(0.3, 0.31), gridded=1.0),
        plate=PlateRanges(streaked=0.0, dusty=0.0),
        sharp=SharpRanges(plain=1.0),
        look=LookRanges(air=(0.0, 0.01), misjudged=0.0, cut=0.0),
        stored=StoredRanges(bits=(12,), shrunk=0.0),
    )
    for seed in range(20):
        drawn = sample_exposure(np.random.default_rng(seed), ranges)
        assert 0.3 <= drawn.beam.scatter <= 0.31 and drawn.beam.grid is not None
        assert drawn.plate.streaks == 0 and drawn.plate.specks == 0 and drawn.sharpening is None
        assert drawn.look.air <= 0.01 and drawn.look.cut == 0
        assert drawn.stored == Stored(1.0, 12, None)


def test_flat_panels_show_no_streaks_and_more_than_256_greys() -> None:
    drawn = [sample_exposure(np.random.default_rng(seed), FLAT_PANELS) for seed in range(30)]
    assert all(exposure.plate.streaks == 0 and exposure.sharpening is not None for exposure in drawn)
    assert len(np.unique(expose(leg(), drawn[0]))) > 256


def test_a_wide_blur_keeps_the_mean_and_spreads_by_its_sigma() -> None:
    point = np.zeros((240, 240), np.float32)
    point[120, 120] = 1000
    spread = broad(point, 18.0)
    rows = np.arange(240) - 119.5
    assert spread.sum() == pytest.approx(1000, rel=0.05)
    assert np.sqrt((spread.sum(axis=1) * rows**2).sum() / spread.sum()) == pytest.approx(18, rel=0.15)


@given(st.integers(1, 900), st.floats(1.0, 200.0))
@settings(max_examples=40, deadline=None)
def test_rough_lines_have_the_wanted_length_and_are_finite(count: int, scale: float) -> None:
    line = rough(np.random.default_rng(count), count, scale)
    assert line.shape == (count,) and np.isfinite(line).all()
