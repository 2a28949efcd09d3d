"""Every transform of a DICOM film against values worked out by hand from the standard."""

import logging
import os
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, FileMetaDataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from radunion.errors import FilmError
from radunion.radiograph import Radiograph, read_radiograph
from radunion.radiograph.decoders import decode

SHARED = Path(os.environ.get("RADUNION_SHARED", Path(__file__).parents[1].parent / "shared"))
REAL = SHARED / "real" / "dicom"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real films (RADUNION_SHARED/real) are not here")

DX = "1.2.840.10008.5.1.4.1.1.1.1"
Reader = Callable[..., Radiograph]


def film_of(stored: np.ndarray, **tags: Any) -> Dataset:
    """Make a plain film of 16 × n stored values; tags override."""
    film = Dataset()
    film.SOPClassUID, film.SOPInstanceUID, film.Modality = DX, "1.2.3", "DX"
    film.Rows, film.Columns = stored.shape[:2]
    film.SamplesPerPixel = 1 if stored.ndim == 2 else 3
    film.PhotometricInterpretation = "MONOCHROME2"
    film.BitsAllocated = stored.dtype.itemsize * 8
    film.BitsStored = film.BitsAllocated
    film.HighBit = film.BitsStored - 1
    film.PixelRepresentation = int(stored.dtype.kind == "i")
    for keyword, value in tags.items():
        if value is None:
            delattr(film, keyword)
        else:
            setattr(film, keyword, value)
    if "BitsStored" in tags and "HighBit" not in tags:
        film.HighBit = film.BitsStored - 1
    film.PixelData = stored.tobytes()
    film["PixelData"].VR = "OW"
    return film


def save(film: Dataset, path: Path, syntax: UID = ExplicitVRLittleEndian) -> Path:
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = syntax
    film.save_as(
        path, enforce_file_format=True, little_endian=syntax != ExplicitVRBigEndian, implicit_vr=False
    ) if syntax != ImplicitVRLittleEndian else film.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Save a film of stored values with the given tags, and read it."""

    def reader(stored: np.ndarray, **tags: Any) -> Radiograph:
        return read_radiograph(save(film_of(stored, **tags), tmp_path / "film.dcm"))

    return reader


def rows(*values: int, dtype: str = "uint16") -> np.ndarray:
    """Return 16 rows, each the given values, repeated to at least 16 columns."""
    return np.tile(np.repeat(np.array(values, dtype=dtype), -(-16 // len(values))), (16, 1))


def shown(film: Radiograph, count: int) -> list[float]:
    """Return the value of each of the `count` stripes that `rows` made."""
    return [float(value) for value in film.pixels[0, :: film.pixels.shape[1] // count]]


def codes(film: Radiograph) -> list[str]:
    return [warning.code for warning in film.warnings]


VALUES = (0, 1000, 2000, 4000)
PLAIN = [0.0, 0.25, 0.5, 1.0]


def test_without_a_window_the_full_range_is_taken(read: Reader) -> None:
    film = read(rows(*VALUES))
    assert shown(film, 4) == pytest.approx(PLAIN)
    assert codes(film) == []
    assert film.pixels.dtype == np.float32


@pytest.mark.parametrize(
    ("tags", "inverted"),
    [
        ({}, False),
        ({"PhotometricInterpretation": "MONOCHROME1"}, True),
        ({"PresentationLUTShape": "INVERSE"}, True),
        ({"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}, True),
        ({"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "IDENTITY"}, True),
        ({"PresentationLUTShape": "IDENTITY"}, False),
    ],
)
def test_a_film_is_inverted_once_whichever_tag_says_so(read: Reader, tags: dict[str, str], inverted: bool) -> None:
    expected = [1 - value for value in PLAIN] if inverted else PLAIN
    film = read(rows(*VALUES), **tags)
    assert shown(film, 4) == pytest.approx(expected)
    assert film.greys_told


@pytest.mark.parametrize("bits", [10, 12, 15, 16])
def test_unused_high_bits_are_no_part_of_a_value(read: Reader, bits: int) -> None:
    top = 2**bits - 1
    stored = rows(0, top // 4, top)
    stored[:, -1:] |= np.uint16(0xFFFF << bits & 0xFFFF)
    assert shown(read(stored, BitsStored=bits), 3) == pytest.approx([0, (top // 4) / top, 1])


def test_signed_values_keep_their_order(read: Reader) -> None:
    assert shown(read(rows(-2000, -1000, 0, 2000, dtype="int16")), 4) == pytest.approx(PLAIN)
    twelve = rows(-2000, -1000, 0, 2000, dtype="int16") & 0x0FFF
    assert shown(read(twelve.astype("int16"), BitsStored=12), 4) == pytest.approx(PLAIN)
    assert shown(read(rows(-128, 0, 127, dtype="int8")), 3) == pytest.approx([0, 128 / 255, 1])


def test_eight_bit_films_read(read: Reader) -> None:
    assert shown(read(rows(0, 51, 255, dtype="uint8")), 3) == pytest.approx([0, 0.2, 1])


# The window works on the modality value: 2 × stored − 100, so 0…4095 becomes −100…8090.
RESCALE = {"BitsStored": 12, "RescaleSlope": 2, "RescaleIntercept": -100}


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # PS3.3 C.11.2.1.2.1: ((x - (c - 0.5)) / (w - 1) + 0.5)
        ("LINEAR", [0.0, (900 - 999.5) / 1599 + 0.5, (1500 - 999.5) / 1599 + 0.5, 1.0]),
        (None, [0.0, (900 - 999.5) / 1599 + 0.5, (1500 - 999.5) / 1599 + 0.5, 1.0]),
        # C.11.2.1.3.2: (x - c) / w + 0.5
        ("LINEAR_EXACT", [0.0, (900 - 1000) / 1600 + 0.5, (1500 - 1000) / 1600 + 0.5, 1.0]),
        # C.11.2.1.3.1: 1 / (1 + exp(-4 (x - c) / w))
        ("SIGMOID", [1 / (1 + np.exp(-4 * (x - 1000) / 1600)) for x in (-100, 900, 1500, 7900)]),
    ],
)
@pytest.mark.parametrize("inverted", [False, True])
def test_window_functions(read: Reader, function: str | None, expected: list[float], inverted: bool) -> None:
    tags: dict[str, Any] = {**RESCALE, "WindowCenter": 1000, "WindowWidth": 1600}
    tags |= {"VOILUTFunction": function} if function else {}
    tags |= {"PhotometricInterpretation": "MONOCHROME1"} if inverted else {}
    film = read(rows(0, 500, 800, 4000), **tags)
    assert shown(film, 4) == pytest.approx([1 - x for x in expected] if inverted else expected, abs=1e-6)
    assert codes(film) == []


def test_a_signed_film_is_windowed_around_its_own_zero(read: Reader) -> None:
    film = read(
        rows(-1000, -100, 0, 100, dtype="int16"), WindowCenter=0, WindowWidth=400, VOILUTFunction="LINEAR_EXACT"
    )
    assert shown(film, 4) == pytest.approx([0, 0.25, 0.5, 0.75])


def test_of_several_windows_the_first_is_used(read: Reader) -> None:
    film = read(rows(*VALUES), WindowCenter=[1000, 9], WindowWidth=[2000, 9], VOILUTFunction="LINEAR_EXACT")
    assert shown(film, 4) == pytest.approx([0, 0.5, 1, 1])


@pytest.mark.parametrize(
    "tags",
    [
        {"WindowCenter": 1000, "WindowWidth": 0},
        {"WindowCenter": 1000, "WindowWidth": -5},
        {"WindowCenter": 60000, "WindowWidth": 10},
        {"WindowCenter": 1000, "WindowWidth": 100, "VOILUTFunction": "CUBIC"},
    ],
)
def test_a_window_that_shows_nothing_gives_way_aloud(read: Reader, tags: dict[str, Any]) -> None:
    film = read(rows(*VALUES), **tags)
    assert shown(film, 4) == pytest.approx(PLAIN)
    assert codes(film) == ["RF205"]


def test_an_empty_window_is_no_window(read: Reader) -> None:
    assert codes(read(rows(*VALUES), WindowCenter="", WindowWidth="")) == []


def lut(first: int, bits: int, data: list[int]) -> Sequence:
    item = Dataset()
    item.add_new(0x00283002, "US", [len(data), first, bits])
    item.add_new(0x00283006, "US", data)
    item.ModalityLUTType = "US"
    return Sequence([item])


def test_a_voi_lut_is_looked_up_and_goes_before_a_window(read: Reader) -> None:
    table = lut(10, 12, [0, 1000, 4095, 500])
    film = read(rows(0, 11, 12, 400), VOILUTSequence=table, WindowCenter=5, WindowWidth=5)
    assert shown(film, 4) == pytest.approx([0, 1000 / 4095, 1, 500 / 4095])


def test_an_eight_bit_voi_lut_of_many_entries_does_not_wrap_around(read: Reader) -> None:
    table = lut(0, 8, [entry // 16 for entry in range(4096)])
    assert shown(read(rows(*VALUES), VOILUTSequence=table), 4) == pytest.approx([0, 62 / 255, 125 / 255, 250 / 255])


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_lut_of_bytes_reads_in_either_order_and_with_two_entries_to_a_word(
    tmp_path: Path, packed: bool, order: str
) -> None:
    table, entries = lut(0, 8, [0, 51, 255, 102]), np.array([0, 51, 255, 102], dtype=np.uint8)
    words = entries.view("<u2") if packed else entries.astype("<u2")
    table[0].add_new(0x00283006, "OW", words.astype(f"{order}u2").tobytes())
    film = film_of(rows(0, 1, 2, 3), ModalityLUTSequence=table)
    film.PixelData = rows(0, 1, 2, 3).astype(f"{order}u2").tobytes()
    save(film, tmp_path / "film", ExplicitVRLittleEndian if order == "<" else ExplicitVRBigEndian)
    assert shown(read_radiograph(tmp_path / "film"), 4) == pytest.approx([0, 0.2, 1, 0.4])


def test_a_modality_lut_of_signed_values_starts_below_zero(read: Reader) -> None:
    table = lut(65534, 12, [0, 1000, 4000, 2000])
    assert shown(read(rows(-2, -1, 0, 9, dtype="int16"), ModalityLUTSequence=table), 4) == pytest.approx(
        [0, 0.25, 1, 0.5]
    )


def test_a_modality_lut_is_looked_up_before_the_window(read: Reader) -> None:
    table = lut(0, 12, [0, 4000, 2000, 1000])
    film = read(rows(0, 1, 2, 3), ModalityLUTSequence=table)
    assert shown(film, 4) == pytest.approx([0, 1, 0.5, 0.25])
    tags = {"WindowCenter": 2000, "WindowWidth": 4000, "VOILUTFunction": "LINEAR_EXACT"}
    assert shown(read(rows(0, 1, 2, 3), ModalityLUTSequence=table, **tags), 4) == pytest.approx([0, 1, 0.5, 0.25])


def test_a_broken_lut_gives_way_aloud(read: Reader) -> None:
    assert codes(read(rows(*VALUES), VOILUTSequence=Sequence([Dataset()]))) == ["RF205"]
    short = lut(0, 12, [0, 1000])
    short[0].LUTDescriptor = [3, 0, 12]
    assert codes(read(rows(*VALUES), VOILUTSequence=short)) == ["RF205"]
    film = read(rows(*VALUES), ModalityLUTSequence=Sequence([Dataset()]))
    assert shown(film, 4) == pytest.approx(PLAIN)
    assert codes(film) == ["RF205"]


# Padding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_dark_and_no_part_of_the_range(read: Reader, photometric: str) -> None:
    film = read(rows(65535, 1000, 2000, 3000), PixelPaddingValue=65535, PhotometricInterpretation=photometric)
    expected = [0, 0, 0.5, 1] if photometric == "MONOCHROME2" else [0, 1, 0.5, 0]
    assert shown(film, 4) == pytest.approx(expected)


def test_a_padding_range_is_excluded_from_both_its_ends(read: Reader) -> None:
    tags = {"PixelPaddingValue": 5000, "PixelPaddingRangeLimit": 4000, "PhotometricInterpretation": "MONOCHROME1"}
    assert shown(read(rows(1000, 2000, 3000, 4000, 4500, 5000), **tags), 6) == pytest.approx([1, 0.5, 0, 0, 0, 0])


def test_padding_of_a_signed_film_is_read_in_its_sign(tmp_path: Path) -> None:
    film = film_of(rows(-2000, 0, 500, 1000, dtype="int16"), PhotometricInterpretation="MONOCHROME1")
    film.add_new(0x00280120, "US", 65536 - 2000)
    assert shown(read_radiograph(save(film, tmp_path / "film.dcm")), 4) == pytest.approx([0, 1, 0.5, 0])


def test_a_film_that_is_all_padding_is_blank(read: Reader) -> None:
    assert codes(read(rows(7, 7), PixelPaddingValue=7)) == ["RF201"]


# FOR PROCESSING ---------------------------------------------------------------------------------------------------

BEAM = (10, 100, 1000, 10000)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        # Sign 1: low value, little beam, dense. LIN is proportional to the beam, so density is its logarithm.
        ({"PixelIntensityRelationship": "LIN", "PixelIntensityRelationshipSign": 1}, [1, 2 / 3, 1 / 3, 0]),
        ({"PixelIntensityRelationship": "LOG", "PixelIntensityRelationshipSign": 1}, [1, 9900 / 9990, 9000 / 9990, 0]),
        ({"PixelIntensityRelationship": "LOG", "PixelIntensityRelationshipSign": -1}, [0, 90 / 9990, 990 / 9990, 1]),
        # The sign, not the photometric interpretation, says which end is dense.
        (
            {
                "PixelIntensityRelationship": "LOG",
                "PixelIntensityRelationshipSign": -1,
                "PhotometricInterpretation": "MONOCHROME1",
            },
            [0, 90 / 9990, 990 / 9990, 1],
        ),
        ({"PhotometricInterpretation": "MONOCHROME1"}, [1, 9900 / 9990, 9000 / 9990, 0]),
        ({}, [0, 90 / 9990, 990 / 9990, 1]),
    ],
)
def test_raw_detector_values_become_density(read: Reader, tags: dict[str, Any], expected: list[float]) -> None:
    film = read(rows(*BEAM), PresentationIntentType="FOR PROCESSING", WindowCenter=3, WindowWidth=2, **tags)
    assert shown(film, 4) == pytest.approx(expected, abs=1e-6)
    assert codes(film) == ["RF204"]


def test_raw_values_that_fall_with_the_beam_are_turned_before_their_logarithm(read: Reader) -> None:
    tags = {"PixelIntensityRelationship": "LIN", "PixelIntensityRelationshipSign": -1}
    film = read(
        rows(10001 - 10000, 10001 - 1000, 10001 - 100, 10001 - 10, 10001),
        PresentationIntentType="FOR PROCESSING",
        **tags,
    )
    assert shown(film, 5) == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=1e-6)


def test_the_storage_class_alone_marks_raw_values(read: Reader) -> None:
    assert codes(read(rows(*BEAM), SOPClassUID=DX + ".1")) == ["RF204"]
    assert codes(read(rows(*BEAM), PresentationIntentType="FOR PRESENTATION")) == []


# Storage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
@pytest.mark.parametrize("preamble", [True, False])
def test_plain_and_deflated_films_read_with_and_without_preamble(tmp_path: Path, syntax: UID, preamble: bool) -> None:
    path = save(film_of(rows(*VALUES)), tmp_path / "film", syntax)
    if not preamble:
        path.write_bytes(path.read_bytes()[132:])
    assert shown(read_radiograph(path), 4) == pytest.approx(PLAIN)


def test_a_bare_dataset_and_big_endian_read(tmp_path: Path) -> None:
    film = film_of(rows(*VALUES))
    film.save_as(tmp_path / "bare", implicit_vr=True, little_endian=True)
    assert shown(read_radiograph(tmp_path / "bare"), 4) == pytest.approx(PLAIN)
    film.save_as(tmp_path / "explicit", implicit_vr=False, little_endian=True)
    assert shown(read_radiograph(tmp_path / "explicit"), 4) == pytest.approx(PLAIN)
    big = film_of(rows(*VALUES))
    big.PixelData = rows(*VALUES).astype(">u2").tobytes()
    assert shown(read_radiograph(save(big, tmp_path / "big", ExplicitVRBigEndian)), 4) == pytest.approx(PLAIN)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_lossless_compression_changes_nothing(tmp_path: Path, syntax: UID) -> None:
    stored = np.random.default_rng(0).integers(0, 4096, (40, 30), dtype=np.uint16)
    film = film_of(stored, BitsStored=12)
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    film.compress(syntax)
    film.save_as(tmp_path / "film.dcm", enforce_file_format=True)
    low, high = int(stored.min()), int(stored.max())
    np.testing.assert_allclose(read_radiograph(tmp_path / "film.dcm").pixels, (stored - low) / (high - low), atol=1e-6)


def jpeg(stored: np.ndarray, quality: int = 95) -> bytes:
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(stored).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def jpeg_film(frame: bytes, **tags: Any) -> Dataset:
    film = film_of(rows(0, 51, 102, 255, dtype="uint8"), **tags)
    film.PixelData = encapsulate([frame])
    film["PixelData"].VR = "OB"
    return film


def test_baseline_jpeg_reads(tmp_path: Path) -> None:
    film = jpeg_film(jpeg(rows(0, 51, 102, 255, dtype="uint8")))
    assert shown(read_radiograph(save(film, tmp_path / "a", JPEGBaseline8Bit)), 4) == pytest.approx(
        [0, 0.2, 0.4, 1], abs=0.02
    )


@pytest.mark.skipif(shutil.which("dcmcjpeg") is None, reason="dcmtk is not installed")
@pytest.mark.parametrize("mode", ["+e1", "+el"])
def test_lossless_jpeg_equals_what_dcmtk_compressed(tmp_path: Path, mode: str) -> None:
    plain, compressed = tmp_path / "plain.dcm", tmp_path / "compressed.dcm"
    stored = np.random.default_rng(0).integers(0, 1024, (300, 200), dtype=np.uint16)
    save(film_of(stored, BitsStored=10, PatientName="", StudyInstanceUID="1.2", SeriesInstanceUID="1.3"), plain)
    subprocess.run(["dcmcjpeg", mode, "--true-lossless", plain, compressed], check=True, capture_output=True)
    assert dcmread(compressed).file_meta.TransferSyntaxUID.is_compressed
    np.testing.assert_array_equal(read_radiograph(compressed).pixels, read_radiograph(plain).pixels)


REAL_DICOM = ("RG1_J2KI", "RG2_JLSL", "RG2_JPLY_fixed", "RG3_J2KI", "RG3_J2KR")
OF_DCMTK = {"RG2_JLSL": "dcmdjpls", "RG2_JPLY_fixed": "dcmdjpeg"}
"""The dcmtk tool of each real film that dcmtk can decode; it has none for JPEG 2000."""


def by_gdcm(path: Path) -> np.ndarray:
    import gdcm

    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    image = reader.GetImage()
    values = np.frombuffer(image.GetBuffer().encode("utf-8", "surrogateescape"), dtype="<u2")
    return values.reshape(image.GetDimension(1), image.GetDimension(0))


@needs_real
def test_every_real_dicom_film_is_compared() -> None:
    assert {path.stem for path in REAL.glob("*.dcm")} == set(REAL_DICOM)


@needs_real
@pytest.mark.parametrize("name", REAL_DICOM)
def test_real_compressed_films_decode_as_gdcm_does(name: str) -> None:
    path = REAL / f"{name}.dcm"
    stored, ended = decode(dcmread(path))
    assert ended
    np.testing.assert_array_equal(stored, by_gdcm(path))


@needs_real
@pytest.mark.parametrize("name", sorted(OF_DCMTK))
def test_real_compressed_films_decode_as_dcmtk_does(tmp_path: Path, name: str) -> None:
    tool, plain = OF_DCMTK[name], tmp_path / "plain.dcm"
    if shutil.which(tool) is None:
        pytest.skip("dcmtk is not installed")
    subprocess.run([tool, REAL / f"{name}.dcm", plain], check=True, capture_output=True)
    assert not dcmread(plain).file_meta.TransferSyntaxUID.is_compressed
    np.testing.assert_array_equal(decode(dcmread(REAL / f"{name}.dcm"))[0], dcmread(plain).pixel_array)


@needs_real
def test_a_real_film_has_its_window_and_inversion_applied() -> None:
    path = REAL / "RG3_J2KR.dcm"
    centre, width = 550, 1024
    expected = 1 - np.clip((by_gdcm(path) - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)
    film = read_radiograph(path)
    np.testing.assert_allclose(film.pixels, expected, atol=1e-6)
    assert (film.view, film.view_source, film.side, film.side_source) == ("ap", "ViewPosition", "right", "Laterality")


def test_colour_films_read_as_grey_with_a_warning(read: Reader) -> None:
    stored = np.zeros((16, 16, 3), dtype=np.uint8)
    stored[..., 0], stored[:, 8:] = 255, 255
    film = read(stored, PhotometricInterpretation="RGB", PlanarConfiguration=0)
    assert shown(film, 2) == pytest.approx([0.299, 1])
    assert codes(film) == ["RF203"]
    grey = np.repeat(rows(0, 255, dtype="uint8")[..., None], 3, axis=2)
    assert codes(read(grey, PhotometricInterpretation="RGB", PlanarConfiguration=0)) == []


def test_a_palette_film_reads_through_its_palette(read: Reader) -> None:
    tags: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        tags[f"{colour}PaletteColorLookupTableDescriptor"] = [4, 0, 16]
        tags[f"{colour}PaletteColorLookupTableData"] = np.array([65535, 0, 13107, 26214], dtype="<u2").tobytes()
    film = read(rows(0, 1, 2, 3, dtype="uint8"), **tags)
    assert shown(film, 4) == pytest.approx([1, 0, 0.2, 0.4], abs=1e-5)
    assert codes(film) == []


# Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"NumberOfFrames": 2}, "must be one frame and this is a series"),
        ({"Rows": 60000, "Columns": 60000}, "at most 100 megapixels"),
        ({"Rows": 8}, "at least 16 × 16 pixels"),
        ({"Rows": None}, "at least 16 × 16 pixels"),
        ({"BitsAllocated": 32, "BitsStored": 32}, "1 to 16 bits"),
        ({"BitsStored": 17}, "1 to 16 bits"),
        ({"BitsStored": 12, "HighBit": 15}, "must be the low ones"),
        ({"SamplesPerPixel": 4}, "one grey or three colour samples"),
        ({"Rows": 40}, "content cannot be decoded"),
    ],
)
def test_what_is_not_one_film_is_refused(read: Reader, tags: dict[str, Any], message: str) -> None:
    with pytest.raises(FilmError, match=message):
        read(rows(*VALUES), **tags)


@pytest.mark.parametrize(("side", "surplus", "expected"), [(16, 0, []), (17, 1, []), (16, 2, ["RF214"])])
def test_more_pixels_than_the_header_says_are_said_aloud(
    tmp_path: Path, side: int, surplus: int, expected: list[str]
) -> None:
    film = film_of(np.arange(side * side, dtype=np.uint32).astype(np.uint8).reshape(side, side))
    film.PixelData += bytes(surplus)
    assert codes(read_radiograph(save(film, tmp_path / "film.dcm"))) == expected


def test_a_report_without_pixels_is_refused(tmp_path: Path) -> None:
    film = film_of(rows(*VALUES))
    del film.PixelData
    with pytest.raises(FilmError, match="holds no pixels, or it is cut short; export the image"):
        read_radiograph(save(film, tmp_path / "report.dcm"))


def test_a_deflated_file_may_not_inflate_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(film_of(rows(*VALUES)), tmp_path / "film.dcm", DeflatedExplicitVRLittleEndian)
    monkeypatch.setattr("radunion.radiograph.dicom._MAX_INFLATED", 600)
    with pytest.raises(FilmError, match="inflates to more than a film can hold"):
        read_radiograph(path)
    monkeypatch.setattr("radunion.radiograph.dicom._MAX_INFLATED", 100_000)
    assert read_radiograph(path).pixels.shape == (16, 16)
    assert zlib.MAX_WBITS == 15


def test_a_compressed_picture_of_another_size_is_refused_before_decoding(tmp_path: Path) -> None:
    film = jpeg_film(jpeg(np.zeros((64, 64), dtype=np.uint8)))
    with pytest.raises(FilmError, match="another size than the header says"):
        read_radiograph(save(film, tmp_path / "film.dcm", JPEGBaseline8Bit))


def test_a_compressed_picture_of_another_kind_is_refused(tmp_path: Path) -> None:
    film = jpeg_film(jpeg(rows(0, 255, dtype="uint8")))
    for syntax in (JPEGLSLossless, JPEG2000Lossless):
        with pytest.raises(FilmError, match="another kind than the header says"):
            read_radiograph(save(film, tmp_path / "film.dcm", syntax))


def test_a_stream_without_its_end_is_said_to_be_cut(tmp_path: Path) -> None:
    frame = jpeg(np.random.default_rng(0).integers(0, 255, (16, 16), dtype=np.uint8))
    whole = read_radiograph(save(jpeg_film(frame), tmp_path / "whole.dcm", JPEGBaseline8Bit))
    assert codes(whole) == []
    start = save(jpeg_film(b"\0" * 40), tmp_path / "start.dcm", JPEGBaseline8Bit)
    with pytest.raises(FilmError, match="damaged at their start"):
        read_radiograph(start)


def test_other_transfer_syntaxes_are_refused(tmp_path: Path) -> None:
    film = jpeg_film(jpeg(np.zeros((16, 16), dtype=np.uint8)))
    with pytest.raises(FilmError, match="transfer syntax is not one of still pictures"):
        read_radiograph(save(film, tmp_path / "film.dcm", UID("1.2.840.10008.1.2.4.100")))


def test_a_missing_decoder_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(jpeg_film(jpeg(rows(0, 255, dtype="uint8"))), tmp_path / "film.dcm", JPEGBaseline8Bit)
    monkeypatch.setattr("radunion.radiograph.decoders._PLUGINS", {JPEGBaseline8Bit: "absent"})
    with pytest.raises(FilmError, match=r'no decoder .* is installed; install the extra "dicom": .*radunion\[dicom\]'):
        read_radiograph(path)


@needs_real
def test_a_missing_gdcm_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("raise SystemExit(3)")
    monkeypatch.setattr("radunion.radiograph.decoders._CHILD", child)
    with pytest.raises(FilmError, match=r"radunion\[dicom\]"):
        read_radiograph(REAL / "RG2_JPLY_fixed.dcm")
    child.write_text("import os; os.abort()")
    with pytest.raises(FilmError, match="the compressed pixels are damaged"):
        read_radiograph(REAL / "RG2_JPLY_fixed.dcm")


# Silence ----------------------------------------------------------------------------------------------------------


def test_nothing_of_a_patient_reaches_messages_logs_or_output(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    film = film_of(rows(*VALUES), PatientName="Quixote^Alonso", Rows=40)
    film.add_new(0x00280030, "DS", ["0.1", "0.1"])
    path = save(film, tmp_path / "film.dcm")
    path.write_bytes(path.read_bytes().replace(b"0.1\\0.1 ", b"Quixote^"))
    caplog.set_level(logging.DEBUG)
    with pytest.raises(FilmError) as caught:
        read_radiograph(path)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "Quixote" not in str(caught.value) + caplog.text + "".join(capfd.readouterr())
    assert not logging.getLogger("pydicom").disabled


def test_a_film_that_is_no_projection_is_said_to_be_odd(read: Reader) -> None:
    assert codes(read(rows(*VALUES), Modality="MR")) == ["RF210"]
    assert codes(read(rows(*VALUES), Modality="CR")) == []
