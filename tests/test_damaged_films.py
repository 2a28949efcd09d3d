"""Hand damaged and false films to the reader: each is read or refused by name, soon, quietly and in little memory.

A process of its own reads them, for a decoder in native code could end it, hang or fill the memory. This file is also
the program of that process.
"""

import json
import os
import resource
import signal
import struct
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, FileMetaDataset
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
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from radunion.errors import FilmError
from radunion.radiograph import Radiograph, read_radiograph

SHARED = Path(os.environ.get("RADUNION_SHARED", Path(__file__).parents[1].parent / "shared"))
REAL = SHARED / "real"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real films (RADUNION_SHARED/real) are not here")

MOST_SECONDS = 10
"""For one film, far above the second that a sound one takes: other work may share the machine."""
MOST_MIB = 1024
"""Resident memory at its peak; the real films take about 250 MiB when whole."""
LIMIT_GIB = 8
"""Address space, so that a test that fails does not take the machine with it."""


# Whole films ------------------------------------------------------------------------------------------------------


def picture(height: int = 96, width: int = 72, *, bits: int = 12) -> np.ndarray:
    """Return a bright band on a dark ground with noise, as a film of 8 or 16 bit pixels."""
    random = np.random.default_rng(bits)
    band = np.exp(-(((np.arange(width) - width / 2) / 9) ** 2))
    values = (0.2 + 0.7 * band + random.normal(0, 0.01, (height, width))).clip(0, 1) * (2**bits - 1)
    return values.astype(np.uint8 if bits == 8 else np.uint16)


def dicom_of(stored: np.ndarray, **tags: Any) -> Dataset:
    film = Dataset()
    film.SOPClassUID, film.SOPInstanceUID, film.Modality = "1.2.840.10008.5.1.4.1.1.1.1", "1.2.3", "DX"
    film.PatientName, film.ViewPosition, film.ImagerPixelSpacing = "Nobody^At^All", "AP", ["0.15", "0.15"]
    film.Rows, film.Columns = stored.shape[:2]
    film.SamplesPerPixel, film.PhotometricInterpretation = 1, "MONOCHROME2"
    film.BitsAllocated, film.PixelRepresentation = stored.dtype.itemsize * 8, 0
    film.BitsStored = 8 if film.BitsAllocated == 8 else 12
    film.HighBit = film.BitsStored - 1
    film.WindowCenter, film.WindowWidth = 2 ** (film.BitsStored - 1), 2**film.BitsStored
    film.PixelData = stored.tobytes()
    film["PixelData"].VR = "OW"
    for keyword, value in tags.items():
        setattr(film, keyword, value)
    return film


def dicom_bytes(film: Dataset, syntax: UID = ExplicitVRLittleEndian) -> bytes:
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = syntax
    buffer = BytesIO()
    film.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def compressed(syntax: UID) -> bytes:
    film = dicom_of(picture())
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    film.compress(syntax)
    buffer = BytesIO()
    film.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def encapsulated(frame: bytes, syntax: UID, **tags: Any) -> bytes:
    film = dicom_of(picture(bits=8), **tags)
    film.PixelData = encapsulate([frame])
    film["PixelData"].VR = "OB"
    return dicom_bytes(film, syntax)


def big_endian() -> bytes:
    film = dicom_of(picture())
    film.PixelData = picture().astype(">u2").tobytes()
    return dicom_bytes(film, ExplicitVRBigEndian)


def lossless_jpeg() -> bytes:
    """Write process 14 by hand: predictor 1, one code of four bits for each difference, for a flat 8 bit picture."""
    start = b"\xff\xd8\xff\xc3" + struct.pack(">HBHHB3B", 11, 8, 96, 72, 1, 1, 0x11, 0)
    codes = b"\xff\xc4" + struct.pack(">HB16B", 19 + 9, 0, *(0,) * 3, 9, *(0,) * 12) + bytes(range(9))
    scan = b"\xff\xda" + struct.pack(">H6B", 8, 1, 1, 0, 1, 0, 0)
    return start + codes + scan + bytes(96 * 72 // 2) + b"\xff\xd9"


def raster(form: str, bits: int = 8, **how: Any) -> bytes:
    buffer = BytesIO()
    Image.fromarray(picture(bits=bits)).save(buffer, form, **how)
    return buffer.getvalue()


def simulated() -> dict[str, bytes]:
    """Return whole films of every form that is read, by name."""
    return {
        "explicit.dcm": dicom_bytes(dicom_of(picture())),
        "implicit.dcm": dicom_bytes(dicom_of(picture()), ImplicitVRLittleEndian),
        "big.dcm": big_endian(),
        "deflated.dcm": dicom_bytes(dicom_of(picture()), DeflatedExplicitVRLittleEndian),
        "rle.dcm": compressed(RLELossless),
        "jpegls.dcm": compressed(JPEGLSLossless),
        "jpeg2000.dcm": compressed(JPEG2000Lossless),
        "baseline.dcm": encapsulated(raster("JPEG"), JPEGBaseline8Bit),
        "lossless.dcm": encapsulated(lossless_jpeg(), JPEGLosslessSV1),
        "grey.png": raster("PNG"),
        "deep.png": raster("PNG", bits=12),
        "film.jpg": raster("JPEG"),
        "progressive.jpg": raster("JPEG", progressive=True),
        "film.tif": raster("TIFF", compression="tiff_lzw"),
        "deep.tif": raster("TIFF", bits=12),
        "film.bmp": raster("BMP"),
        "film.webp": raster("WEBP"),
    }


def real() -> dict[str, bytes]:
    films = sorted((REAL / "dev" / "images").iterdir(), key=lambda path: (path.stat().st_size, path.name))
    paths = [*sorted((REAL / "dicom").iterdir()), *films[:: len(films) // 4][:4]]
    return {path.name: path.read_bytes() for path in paths}


# Damage -----------------------------------------------------------------------------------------------------------


def cut(content: bytes, random: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Cut short: within the marks, the header, the pixels, and just before the end."""
    places = [1, 5, 131, 133, 140, 200, 400, len(content) // 2, len(content) - 40, len(content) - 3]
    for place in places:
        if 0 < place < len(content):
            yield f"cut at {place}", content[:place]
    yield "without its start", content[int(random.integers(1, 300)) :]


def flip(content: bytes, random: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Flip bits in the header, in all of it, or a great many."""
    for count, end in [(1, 400), (4, 400), (30, 700), (1, None), (20, None), (400, None)]:
        yield f"{count} bits in {end or 'all'}", _flipped(content, random.integers(0, end or len(content), count))


def _flipped(content: bytes, places: np.ndarray) -> bytes:
    changed = bytearray(content)
    for place in places:
        changed[place % len(content)] ^= 1 << int(place) % 8
    return bytes(changed)


def overwrite(content: bytes, random: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Zero, repeat, remove or replace a stretch of bytes, as a bad disk or transfer does."""
    start = int(random.integers(len(content) // 4, len(content) // 2))
    stop = start + max(8, len(content) // 10)
    yield "zeros", content[:start] + bytes(stop - start) + content[stop:]
    yield "noise", content[:start] + random.bytes(stop - start) + content[stop:]
    yield "a hole", content[:start] + content[stop:]
    yield "twice", content[:stop] + content[start:]
    yield "high bytes", content[:150] + b"\xff" * 16 + content[166:]
    yield "as text", content.decode("latin-1").encode("utf-8")


def all_damage(films: dict[str, bytes], seed: int) -> Iterator[tuple[str, bytes]]:
    for number, (name, content) in enumerate(films.items()):
        random = np.random.default_rng([seed, number])
        for damage in (cut, flip, overwrite):
            yield from ((f"{name}, {what}", damaged) for what, damaged in damage(content, random))


# False films ------------------------------------------------------------------------------------------------------


def other_files() -> Iterator[tuple[str, bytes]]:
    """Return files that are no film at all."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("film.dcm"), dicom_bytes(dicom_of(picture())))
    random = np.random.default_rng(5)
    yield "empty", b""
    yield "one byte", b"\0"
    yield "zeros", bytes(5000)
    yield "noise", random.bytes(5000)
    yield "text", b"patient,visit,view\n" * 50
    yield "page", b"<!doctype html><p>404 Not Found"
    yield "zip", archive.getvalue()
    yield "pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"
    yield "program", b"\x7fELF\x02\x01\x01" + bytes(60)
    yield "gif", raster("GIF")
    for mark in (
        b"II*\0",
        b"MM\0*",
        b"BM",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBP",
        b"\x08\0",
        b"\x02\0",
    ):
        yield f"mark {mark.hex()}", mark
        yield f"mark {mark.hex()} and noise", mark + random.bytes(400)
    yield "preamble", bytes(128) + b"DICM"
    yield "preamble and noise", bytes(128) + b"DICM" + random.bytes(3000)


def false_headers() -> Iterator[tuple[str, bytes]]:
    """Return DICOM whose header lies about the pixels, or has none."""
    changes: list[dict[str, Any]] = [
        *({"NumberOfFrames": frames} for frames in (0, 2, 1000, -1)),
        *({"Rows": rows} for rows in (0, 1, 8, 95, 97, 65535)),
        *({"Columns": columns} for columns in (0, 1, 71, 73, 65535)),
        {"Rows": 10000, "Columns": 10000},
        {"Rows": 65535, "Columns": 65535},
        *({"BitsAllocated": bits} for bits in (0, 1, 7, 8, 32, 64, 65535)),
        *({"BitsStored": bits, "HighBit": (bits - 1) % 65536} for bits in (0, 1, 13, 17, 65535)),
        {"HighBit": 15},
        *({"SamplesPerPixel": samples} for samples in (0, 2, 3, 4, 65535)),
        *({"PixelRepresentation": sign} for sign in (1, 2, 65535)),
        *({"PhotometricInterpretation": kind} for kind in ("", "RGB", "YBR_FULL", "PALETTE COLOR", "NONE")),
        *({"WindowCenter": [1] * 50, "WindowWidth": width} for width in (0, -1, 1e300, [1e-300])),
        {"RescaleSlope": 0, "RescaleIntercept": 0},
        {"RescaleSlope": 1e300, "RescaleIntercept": -1e300},
        {"PixelPaddingValue": 0, "PixelPaddingRangeLimit": 65535},
        {"PixelData": b""},
        {"PixelData": bytes(3)},
        {"PixelData": bytes(96 * 72 * 2 - 2)},
        {"VOILUTSequence": Sequence([Dataset()])},
        {"ViewCodeSequence": Sequence([Dataset()])},
        {"ViewCodeSequence": nested(200)},
    ]
    for number, tags in enumerate(changes):
        what = ", ".join(
            f"{keyword} {value}" for keyword, value in tags.items() if isinstance(value, int | float | str)
        )
        yield f"header {number}: {what or [*tags]}", dicom_bytes(dicom_of(picture(), **tags))
    for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "SamplesPerPixel"):
        film = dicom_of(picture())
        delattr(film, keyword)
        yield f"without {keyword}", dicom_bytes(film)


def nested(depth: int) -> Sequence:
    inner = Sequence([Dataset()])
    for _ in range(depth):
        item = Dataset()
        item.ViewCodeSequence = inner
        inner = Sequence([item])
    return inner


def false_lengths() -> Iterator[tuple[str, bytes]]:
    """Return DICOM whose elements and fragments claim absurd lengths, or a syntax that is not theirs."""
    plain, boxed = dicom_bytes(dicom_of(picture())), compressed(JPEG2000Lossless)
    at = plain.index(b"\xe0\x7f\x10\0OW")
    for length in (0, 1, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF):
        yield f"pixels of {length} bytes", plain[: at + 8] + struct.pack("<I", length) + plain[at + 12 :]
    for depth in (500, 20_000):
        opened = b"\x54\0\x20\x02SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff" * depth
        yield f"{depth} sequences in one another", plain[:at] + opened + plain[at:]
    fragment = boxed.index(b"\xe0\x7f\x10\0OB") + 12
    for length in (0, 0x7FFFFFFF, 0xFFFFFFFF):
        yield f"table of {length} bytes", boxed[: fragment + 4] + struct.pack("<I", length) + boxed[fragment + 8 :]
    yield "many empty fragments", boxed[:fragment] + b"\xfe\xff\0\xe0\0\0\0\0" * 50_000
    for syntax in (JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, RLELossless):
        yield f"plain pixels as {syntax.name}", dicom_bytes_as(plain, syntax)
        yield f"noise as {syntax.name}", encapsulated(np.random.default_rng(7).bytes(4000), syntax)
    yield "JPEG 2000 as baseline", dicom_bytes_as(boxed, JPEGBaseline8Bit)
    yield "video", dicom_bytes_as(boxed, UID("1.2.840.10008.1.2.4.100"))
    for height, width in ((0, 72), (65535, 65535), (96, 73)):
        stream = lossless_jpeg()
        claimed = stream[:7] + struct.pack(">HH", height, width) + stream[11:]
        yield f"stream of {height} × {width}", encapsulated(claimed, JPEGLosslessSV1)
        yield (
            f"film and stream of {height} × {width}",
            encapsulated(claimed, JPEGLosslessSV1, Rows=height, Columns=width),
        )


def dicom_bytes_as(content: bytes, syntax: UID) -> bytes:
    """Replace the transfer syntax, whatever the pixels are."""
    at = content.index(b"\x02\0\x10\0UI")
    (length,) = struct.unpack_from("<H", content, at + 6)
    written = content[at + 8 : at + 8 + length]
    name = syntax.encode().ljust(len(syntax) + len(syntax) % 2, b"\0")
    group = struct.unpack_from("<I", content, 140)[0] + len(name) - length
    changed = content.replace(struct.pack("<H", length) + written, struct.pack("<H", len(name)) + name, 1)
    return changed[:140] + struct.pack("<I", group) + changed[144:]


def false_pictures() -> Iterator[tuple[str, bytes]]:
    """Return pictures of absurd size, of several frames, or whose tags lead in circles."""
    png, tiff = raster("PNG"), raster("TIFF")
    for side in (0, 1, 15, 97, 60_000, 0x7FFFFFFF):
        header = struct.pack(">4sII", b"IHDR", side, side) + png[24:29]
        yield f"PNG of {side}", png[:12] + header + struct.pack(">I", zlib_crc(header)) + png[33:]
    bmp = raster("BMP")
    for side in (0, -96, 60_000, 0x7FFFFFFF):
        yield f"BMP of {side}", bmp[:18] + struct.pack("<ii", side, side) + bmp[26:]
    (first,) = struct.unpack_from("<I", tiff, 4)
    end = first + 2 + 12 * struct.unpack_from("<H", tiff, first)[0]
    for following in (first, 8, len(tiff), 0xFFFFFFFF):
        yield f"TIFF followed by {following}", tiff[:end] + struct.pack("<I", following) + tiff[end + 4 :]
    for first in (0, 1, 0xFFFFFFFF):
        yield f"TIFF that starts at {first}", tiff[:4] + struct.pack("<I", first) + tiff[8:]
    several = BytesIO()
    frame = Image.fromarray(picture(bits=8))
    frame.save(several, "TIFF", save_all=True, append_images=[frame, frame])
    yield "TIFF of three", several.getvalue()
    numbers = BytesIO()
    Image.fromarray(np.full((32, 32), np.nan, dtype=np.float32)).save(numbers, "TIFF")
    yield "TIFF of no number", numbers.getvalue()
    for orientation in (0, 9, 65535):
        exif = Image.Exif()
        exif[274] = orientation
        yield f"EXIF orientation {orientation}", raster("JPEG", exif=exif.tobytes())
    yield "broken EXIF", raster("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")


def zlib_crc(content: bytes) -> int:
    import zlib

    return zlib.crc32(content)


# The reading process ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one file: `read`, `refused` or what is wrong, and its cost."""

    file: str
    outcome: str
    seconds: float
    peak_mib: int


READERS: dict[str, Callable[[Path], Radiograph]] = {"read_radiograph": read_radiograph}


def judge(path: Path, reader: Callable[[Path], Radiograph]) -> str:
    """Read one film; return `read` or `refused`, else what is wrong."""
    try:
        film = reader(path)
    except FilmError as error:
        named = str(error).startswith(f"{path}: ") and error.path == path and error.problem and error.remedy
        return "refused" if named and "Nobody" not in str(error) else f"a message without name or way out: {error}"
    except BaseException as error:
        return f"raised {type(error).__name__}"
    pixels = film.pixels
    sound = pixels.dtype == np.float32 and pixels.ndim == 2 and min(pixels.shape) >= 16 and film.path == path
    return "read" if sound and np.isfinite(pixels).all() and 0 <= pixels.min() <= pixels.max() <= 1 else "bad pixels"


def peak_mib() -> int:
    """Return the most memory of this process or a child; its own ru_maxrss would count the parent before the exec."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    own = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return max(*own, 0, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) >> 10


def main(folder: Path, reader: Callable[[Path], Radiograph]) -> None:
    """Read every file of a folder, a line of JSON each; the alarm ends the process if one takes too long."""
    from time import perf_counter

    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_GIB << 30,) * 2)
    for path in sorted(folder.iterdir()):
        signal.alarm(MOST_SECONDS)
        started = perf_counter()
        outcome = judge(path, reader)
        signal.alarm(0)
        verdict = Verdict(path.name, outcome, round(perf_counter() - started, 3), peak_mib())
        sys.stdout.write(json.dumps(asdict(verdict)) + "\n")
        sys.stdout.flush()


def read_apart(files: list[tuple[str, bytes]], folder: Path, reader: str = "read_radiograph") -> list[Verdict]:
    """Write the files under suffixes that need not fit, and read them in a process of their own.

    Fails where the process ended early, printed anything, or a film cost too much; names what was damaged how.
    """
    suffixes = (".dcm", ".png", "", ".jpg", ".tif", ".DCM", ".txt", ".bmp")
    for number, (_, content) in enumerate(files):
        (folder / f"{number:04}{suffixes[number % len(suffixes)]}").write_bytes(content)
    command = [sys.executable, __file__, str(folder), reader]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    verdicts = [Verdict(**json.loads(line)) for line in done.stdout.splitlines()]
    names = [name for name, _ in files]
    if len(verdicts) < len(files):
        pytest.fail(f"the reader ended with {done.returncode} at: {names[len(verdicts)]}\n{done.stderr}")
    assert done.stderr == ""
    wrong = [
        f"{name}: {verdict}"
        for name, verdict in zip(names, verdicts, strict=True)
        if verdict.outcome not in ("read", "refused") or verdict.seconds > MOST_SECONDS or verdict.peak_mib > MOST_MIB
    ]
    if wrong:
        pytest.fail(f"{len(wrong)} of {len(files)}:\n" + "\n".join(wrong[:20]))
    return verdicts


def outcomes(verdicts: list[Verdict]) -> Counter[str]:
    return Counter(verdict.outcome for verdict in verdicts)


# Tests ------------------------------------------------------------------------------------------------------------


def test_every_whole_film_is_read(tmp_path: Path) -> None:
    films = list(simulated().items())
    assert outcomes(read_apart(films, tmp_path)) == {"read": len(films)}


def test_every_damaged_simulated_film_is_read_or_refused(tmp_path: Path) -> None:
    files = list(all_damage(simulated(), seed=1))
    assert len(files) > 300
    counts = outcomes(read_apart(files, tmp_path))
    assert min(counts["read"], counts["refused"]) > len(files) // 10


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    files = list(other_files())
    assert outcomes(read_apart(files, tmp_path)) == {"refused": len(files)}


@pytest.mark.parametrize("lie", [false_headers, false_lengths, false_pictures])
def test_films_that_lie_are_read_or_refused(tmp_path: Path, lie: Callable[[], Iterator[tuple[str, bytes]]]) -> None:
    files = list(lie())
    counts = outcomes(read_apart(files, tmp_path))
    assert counts["refused"] > len(files) // 3


@needs_real
def test_every_damaged_real_film_is_read_or_refused(tmp_path: Path) -> None:
    files = list(all_damage(real(), seed=2))
    assert len(files) > 150
    counts = outcomes(read_apart(files, tmp_path))
    assert min(counts["read"], counts["refused"]) > len(files) // 10


@pytest.mark.slow
def test_more_damage_of_simulated_films_is_read_or_refused(tmp_path: Path) -> None:
    for seed in range(10, 20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        read_apart(list(all_damage(simulated(), seed=seed)), folder)


def test_damage_is_the_same_each_time() -> None:
    films = {name: content for name, content in simulated().items() if name in ("grey.png", "film.jpg")}
    assert list(all_damage(films, 1)) == list(all_damage(films, 1))
    assert list(all_damage(films, 1)) != list(all_damage(films, 2))


# The tests tested -------------------------------------------------------------------------------------------------


def _raises(path: Path) -> Radiograph:
    raise ValueError(str(path))


def _aborts(path: Path) -> Radiograph:
    os.abort()


def _hangs(path: Path) -> Radiograph:
    signal.alarm(1)
    while True:
        signal.pause()


def _fills(path: Path) -> Radiograph:
    np.ones(MOST_MIB << 17)
    return read_radiograph(path)


def _prints(path: Path) -> Radiograph:
    sys.stderr.write("Nobody^At^All\n")
    return read_radiograph(path)


def _unnamed(path: Path) -> Radiograph:
    raise FilmError("", "it is damaged", "export it again")


def _bright(path: Path) -> Radiograph:
    film = read_radiograph(path)
    film.pixels[0] = 2.0
    return film


READERS |= {"aborts": _aborts, "hangs": _hangs, "fills": _fills, "prints": _prints}


@pytest.mark.parametrize(
    ("reader", "outcome"),
    [
        (_raises, "raised ValueError"),
        (_unnamed, "a message without name or way out: : it is damaged; export it again"),
        (_bright, "bad pixels"),
        (read_radiograph, "read"),
    ],
)
def test_the_judge_tells_what_is_wrong(tmp_path: Path, reader: Callable[[Path], Radiograph], outcome: str) -> None:
    (tmp_path / "grey").write_bytes(raster("PNG"))
    assert judge(tmp_path / "grey", reader) == outcome


@pytest.mark.parametrize(
    ("reader", "message"),
    [
        ("aborts", "ended with -6 at: grey"),
        ("hangs", "ended with -14 at: grey"),
        ("fills", "grey: .*outcome='read'"),
    ],
)
def test_a_reader_that_misbehaves_is_caught(tmp_path: Path, reader: str, message: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=message):
        read_apart([("grey", raster("PNG"))], tmp_path, reader)


def test_a_reader_that_prints_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="Nobody"):
        read_apart([("grey", raster("PNG"))], tmp_path, "prints")


if __name__ == "__main__":
    main(Path(sys.argv[1]), READERS[sys.argv[2]])
