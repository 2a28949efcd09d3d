"""The outlines lie in the stored pixels of the film, and the film is shown as it was read."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom import Dataset
from tests.test_scoring_dicom_out_samples import (
    CORTEX_SIDES,
    PEAKS,
    WIDE,
    cortex_group,
    enlarged,
    evidence_of,
    named,
    opened,
    patch,
    save_dicom,
    save_pair,
    written,
)
from tests.test_scoring_samples import a_film, write

from radunion import NOTICE
from radunion.scale import CORTICES_ON, View
from radunion.scoring import Bundle, score_films
from radunion.scoring.dicom_out import NAMES, DicomFiles, dicom_files
from radunion.scoring.dicom_out.outlines import outlined
from radunion.scoring.dicom_out.presentation import presentation
from radunion.scoring.dicom_out.series import Series
from radunion.scoring.dicom_out.source import read_sources

HALF_WIDTH = WIDE * np.sqrt(2 * np.log(2))
"""Where a Gaussian has half of its height, as a share of the film's height."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("model") / "tiny")


def annotations(one: Dataset) -> dict[str, Dataset]:
    return {str(item.GraphicLayer): item for item in one.GraphicAnnotationSequence}


def points(graphic: Dataset) -> np.ndarray:
    return np.array(graphic.GraphicData).reshape(-1, 2)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return save_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture(scope="module")
def files(pair: list[Path], bundle: Bundle) -> DicomFiles:
    return written(pair, bundle)[1]


def test_no_name_of_a_file_holds_anything_of_the_patient(files: DicomFiles) -> None:
    views = ("ap", "lateral")
    named = {"report.dcm", *(f"{kind}-{view}.dcm" for kind in ("heatmap", "outlines") for view in views)}
    assert set(files.content) == named == set(NAMES)


def test_each_cortex_is_outlined_where_its_evidence_is(files: DicomFiles) -> None:
    views: tuple[View, View] = ("ap", "lateral")
    for view in views:
        cortices = CORTICES_ON[view]
        found = annotations(opened(files.content[f"outlines-{view}.dcm"]))
        assert sorted(found) == sorted(cortex.upper() for cortex in cortices)
        for cortex in cortices:
            peak, line = found[cortex.upper()].GraphicObjectSequence
            centre = np.array(PEAKS[cortex]) * (240, 320)
            assert (peak.GraphicType, line.GraphicType) == ("POINT", "POLYLINE")
            assert np.abs(points(peak) - centre).max() < 3
            assert np.hypot(*(points(line) - centre).T) == pytest.approx(HALF_WIDTH * 320, abs=1.5)
            assert (points(line)[0] == points(line)[-1]).all()
            assert peak.GraphicAnnotationUnits == line.GraphicAnnotationUnits == "PIXEL"


def test_outlines_name_the_film_and_what_the_report_names(pair: list[Path], files: DicomFiles) -> None:
    report, film = opened(files.content["report.dcm"]), opened(pair[1].read_bytes())
    one = opened(files.content["outlines-lateral.dcm"])
    series = one.ReferencedSeriesSequence[0]
    assert series.SeriesInstanceUID == film.SeriesInstanceUID
    assert series.ReferencedImageSequence[0].ReferencedSOPInstanceUID == film.SOPInstanceUID
    assert NOTICE in one.ContentDescription
    assert NOTICE in one.SeriesDescription
    for layer, item in annotations(one).items():
        group = cortex_group(report, layer.lower())  # type: ignore[arg-type]
        assert item.GraphicObjectSequence[0].TrackingUID == named(group, "112040")[0].UID
        assert layer.lower() in CORTEX_SIDES


def test_the_words_at_a_peak_are_its_cortex_and_level(files: DicomFiles) -> None:
    text = annotations(opened(files.content["outlines-lateral.dcm"]))["POSTERIOR"].TextObjectSequence[0]
    assert text.UnformattedTextValue == "posterior: 1, no callus"
    assert np.abs(np.array(text.AnchorPoint) - np.array(PEAKS["posterior"]) * (240, 320)).max() < 3


def test_evidence_at_the_edge_is_outlined_within_the_film(pair: list[Path], bundle: Bundle) -> None:
    scored = score_films(pair[:1], bundle)
    (source,) = read_sources(scored.films)
    made = presentation(scored.document, source, Series(), {"medial": patch(source.film, bundle, 1.0, 1.0)})
    assert made is not None
    line = annotations(made)["MEDIAL"].GraphicObjectSequence[1]
    assert points(line).max(axis=0).tolist() == [240, 320]
    assert points(line).min() > 0
    assert (points(line)[0] == points(line)[-1]).all()


def test_without_evidence_on_the_film_there_is_no_state_and_why(pair: list[Path], bundle: Bundle) -> None:
    scored = score_films(pair[:1], bundle)
    assert scored.films[0] is not None
    files = dicom_files(scored, evidence={"medial": patch(scored.films[0], bundle, 0.5, 0.5, height=0.0)})
    assert files.left_out["outlines-ap.dcm"] == "the evidence lies beside this film"
    assert sorted(files.content) == ["heatmap-ap.dcm", "report.dcm"]


def test_a_film_in_colour_gets_no_state_and_why(tmp_path: Path, bundle: Bundle) -> None:
    path = save_dicom(tmp_path / "film.dcm", enlarged(a_film(lateral=0.0)), ViewPosition="AP")
    film = opened(path.read_bytes())
    film.SamplesPerPixel, film.PhotometricInterpretation, film.PlanarConfiguration = 3, "RGB", 0
    film.BitsAllocated, film.BitsStored, film.HighBit = 8, 8, 7
    film.PixelData = (
        np.round(np.repeat(enlarged(a_film(lateral=0.0))[..., None], 3, axis=-1) * 255).astype("u1").tobytes()
    )
    film.save_as(path)
    scored = score_films([path], bundle)
    files = dicom_files(scored, evidence=evidence_of(scored, bundle))
    assert sorted(files.content) == ["heatmap-ap.dcm", "report.dcm"]
    assert "stored in colour" in files.left_out["outlines-ap.dcm"]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_outlines_are_closed_and_on_the_film(height: int, width: int, seed: int) -> None:
    values = np.random.default_rng(seed).random((height, width)).astype(np.float32)
    found = outlined(values / values.max())
    assert found is not None
    assert found.lines
    for line in found.lines:
        assert (line[0] == line[-1]).all()
        assert len(line) >= 4
        assert (line >= 0).all()
        assert (line <= (width, height)).all()
    column, row = (found.peak - 0.5).astype(int)
    assert values[row, column] == values.max()


def test_an_outline_of_very_many_points_is_thinned() -> None:
    values = np.zeros((700, 700), dtype=np.float32)
    values[10:-10, 10:-10] = 1
    found = outlined(values)
    assert found is not None
    (line,) = found.lines
    assert 500 < len(line) <= 1001
    assert line.min() == pytest.approx(9.75, abs=0.5)


def looks(folder: Path, bundle: Bundle, **tags: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a film as it was read, and as dcmtk renders it under the presentation state, both in [0, 1]."""
    path = save_dicom(folder / "film.dcm", enlarged(a_film(lateral=0.2, levels=(2, 3))), ViewPosition="AP", **tags)
    scored = score_films([path], bundle)
    (source,) = read_sources(scored.films)
    made = presentation(scored.document, source, Series(), evidence_of(scored, bundle))
    assert made is not None
    state = folder / "state.dcm"
    made.save_as(state)
    picture = folder / "shown.pgm"
    command = ["dcmp2pgm", "-p", str(state), str(path), str(picture)]
    subprocess.run(command, capture_output=True, check=True)
    return source.film.pixels, np.asarray(Image.open(picture).convert("L"), dtype=np.float32) / 255


def table(**tags: str) -> Dataset:
    """Return a table that is no straight line."""
    item = Dataset()
    item.LUTDescriptor = [4096, 0, 16]
    item["LUTDescriptor"].VR = "US"
    item.LUTData = np.round(65535 * (np.arange(4096) / 4095) ** 2).astype("<u2").tobytes()
    item["LUTData"].VR = "OW"
    for keyword, value in tags.items():
        setattr(item, keyword, value)
    return item


@pytest.mark.skipif(shutil.which("dcmp2pgm") is None, reason="dcmtk is not installed")
@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"PresentationLUTShape": "INVERSE"},
        {"WindowCenter": 1500, "WindowWidth": 2000},
        {"WindowCenter": [1500, 300], "WindowWidth": [2000, 100]},
        {"PhotometricInterpretation": "MONOCHROME1", "WindowCenter": 1500, "WindowWidth": 2000},
        {"RescaleSlope": 2, "RescaleIntercept": -1000, "WindowCenter": 2000, "WindowWidth": 5000},
        {"VOILUTSequence": [table()]},
        {"VOILUTSequence": [table()], "PhotometricInterpretation": "MONOCHROME1"},
        {"ModalityLUTSequence": [table(ModalityLUTType="US")], "WindowCenter": 30000, "WindowWidth": 50000},
    ],
)
def test_dcmtk_shows_the_film_under_the_state_as_it_was_read(
    tmp_path: Path, bundle: Bundle, tags: dict[str, Any]
) -> None:
    read, shown = looks(tmp_path, bundle, **tags)
    assert shown.shape == read.shape
    assert np.abs(shown - read).mean() < 0.01
