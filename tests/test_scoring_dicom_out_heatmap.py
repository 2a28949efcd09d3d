"""The heat-map as a picture: colours where the evidence is, bone visible below, words beside the film."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from tests.test_scoring_dicom_out_samples import (
    PEAKS,
    enlarged,
    evidence_of,
    opened,
    patch,
    save_dicom,
    save_pair,
    written,
)
from tests.test_scoring_samples import a_film, write

from radunion import NOTICE
from radunion.scale import Cortex
from radunion.scoring import Bundle, score_films
from radunion.scoring.dicom_out.blend import blended, colours_of, shown_film
from radunion.scoring.dicom_out.heatmap import heatmap, heatmap_pixels
from radunion.scoring.dicom_out.series import Series
from radunion.scoring.dicom_out.source import read_sources
from radunion.scoring.evidence import EvidenceMap

GREY = np.array([0.2126, 0.7152, 0.0722])
"""Lightness of red, green and blue (ITU-R BT.709)."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def heatmaps(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> dict[str, Dataset]:
    folder = tmp_path_factory.mktemp("films")
    _, files = written(save_pair(folder, ImageLaterality="R", PatientOrientation=["L", "F"]), bundle)
    return {view: opened(files.content[f"heatmap-{view}.dcm"]) for view in ("ap", "lateral")}


def heatmap_of(path: Path, bundle: Bundle) -> Dataset:
    scored = score_films([path], bundle)
    (source,) = read_sources(scored.films)
    return heatmap(scored.document, source, Series(), evidence_of(scored, bundle))


def lightness(colours: np.ndarray) -> np.ndarray:
    return colours.astype(np.float64) @ GREY


def test_it_says_what_it_is_derived_from(heatmaps: dict[str, Dataset]) -> None:
    one = heatmaps["ap"]
    assert list(one.ImageType) == ["DERIVED", "SECONDARY", "OTHER"]
    source = one.SourceImageSequence[0]
    assert source.ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.1"
    assert source.PurposeOfReferenceCodeSequence[0].CodeValue == "121322"
    assert (one.ConversionType, one.Laterality, list(one.PatientOrientation)) == ("WSD", "R", ["L", "F"])
    assert (one.Modality, one.PhotometricInterpretation, one.SamplesPerPixel) == ("OT", "RGB", 3)
    assert NOTICE in one.ImageComments
    assert NOTICE in one.SeriesDescription
    assert "PixelSpacing" not in one


def test_both_lie_in_one_series_with_numbers_of_their_own(heatmaps: dict[str, Dataset]) -> None:
    ap, lateral = heatmaps.values()
    assert ap.SeriesInstanceUID == lateral.SeriesInstanceUID
    assert (ap.InstanceNumber, lateral.InstanceNumber) == (1, 2)
    assert ap.SourceImageSequence[0].ReferencedSOPInstanceUID != lateral.SourceImageSequence[0].ReferencedSOPInstanceUID


def test_the_greatest_evidence_has_the_lightest_colour(heatmaps: dict[str, Dataset]) -> None:
    pixels = heatmaps["ap"].pixel_array.astype(int)
    height, width = pixels.shape[1] * 320 // 240, pixels.shape[1]
    assert (width, pixels.shape[0] > height) == (640, True)
    for cortex in ("medial", "lateral"):
        right, down = PEAKS[cortex]
        row, column = round(down * height), round(right * width)
        around = pixels[row + 12 : row + 30, column - 10 : column + 10]
        assert (around[..., 0] - around[..., 2]).mean() > 60  # yellow: much red, little blue
    corner = pixels[5:30, 5:30]
    assert np.ptp(corner, axis=-1).max() <= 6  # grey, but for what is left of the evidence


def test_words_stand_below_the_film_only(heatmaps: dict[str, Dataset]) -> None:
    pixels = heatmaps["ap"].pixel_array
    below = pixels[853:]
    white = (below == 255).all(axis=-1)
    assert white.any(axis=1).sum() > 60
    assert 0.01 < white.mean() < 0.3
    assert not white[:, :4].any()
    assert not white[:, -4:].any()


@given(st.floats(0, 1, width=32), st.floats(0, 1, width=32), st.floats(0, 1, width=32))
def test_bone_stays_visible_at_any_evidence(dark: float, light: float, evidence: float) -> None:
    film = np.array([[min(dark, light), max(dark, light)]], dtype=np.float32)
    mixed = blended(film, [np.full((1, 2), evidence, dtype=np.float32)]).astype(int)
    step = mixed[0, 1] - mixed[0, 0]
    assert (np.abs(step - 255 * (1 - 0.6 * evidence) * (film[0, 1] - film[0, 0])) <= 1.01).all()


def test_colours_rise_in_lightness_evenly_also_for_the_colour_blind() -> None:
    colours = colours_of(np.linspace(0, 1, 101, dtype=np.float32))
    steps = np.diff(
        np.cbrt(lightness(np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)))
    )
    assert (steps > 0).all()
    assert steps.max() < 3 * np.median(steps)


def test_no_evidence_is_the_film_itself() -> None:
    film = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    mixed = blended(film, [np.zeros_like(film)])
    assert (mixed == np.round(film * 255).astype(np.uint8)[..., None]).all()


@pytest.mark.parametrize(
    ("shape", "shown"),
    [((3000, 2000), (2048, 1365)), ((320, 240), (853, 640)), ((1000, 900), (1000, 900)), ((2000, 100), (2048, 102))],
)
def test_a_film_is_shown_in_a_size_that_a_screen_holds(shape: tuple[int, int], shown: tuple[int, int]) -> None:
    assert shown_film(np.zeros(shape, dtype=np.float32)).shape == shown


def test_what_is_burned_into_the_film_and_its_losses_are_told_on(tmp_path: Path, bundle: Bundle) -> None:
    tags: dict[str, Any] = {
        "BurnedInAnnotation": "YES",
        "LossyImageCompression": "01",
        "LossyImageCompressionRatio": "20",
    }
    one = heatmap_of(save_pair(tmp_path, **tags)[0], bundle)
    assert {keyword: str(one[keyword].value) for keyword in tags} == tags
    assert "LossyImageCompressionMethod" not in one


def test_a_film_that_says_nothing_of_how_it_lies_gets_no_orientation(tmp_path: Path, bundle: Bundle) -> None:
    one = heatmap_of(save_pair(tmp_path)[0], bundle)
    assert one.PatientOrientation is None or one.PatientOrientation == ""
    assert not one.Laterality


def test_evidence_for_one_cortex_is_shown_alone(tmp_path: Path, bundle: Bundle) -> None:
    scored = score_films(save_pair(tmp_path)[:1], bundle)
    (source,) = read_sources(scored.films)
    nothing = patch(source.film, bundle, 0.5, 0.5, height=0.0)
    alone: dict[Cortex, EvidenceMap] = {"medial": patch(source.film, bundle, *PEAKS["medial"]), "lateral": nothing}
    pixels = heatmap_pixels(scored.document, source, alone).astype(int)
    right, down = PEAKS["lateral"]
    place = pixels[round(down * 853) + 20 : round(down * 853) + 40, round(right * 640) - 8 : round(right * 640) + 8]
    assert np.ptp(place, axis=-1).max() <= 20


def test_a_narrow_film_has_room_for_the_words(tmp_path: Path, bundle: Bundle) -> None:
    path = save_dicom(tmp_path / "film.dcm", enlarged(a_film(lateral=0.0))[:, :40], ViewPosition="AP")
    assert heatmap_of(path, bundle).Columns == 640
