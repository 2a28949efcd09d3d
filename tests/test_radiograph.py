import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from radunion.errors import FilmError
from radunion.radiograph import FILM_WARNINGS, FilmWarning, Preprocessing, place, prepare, read_radiograph

SHARED = Path(os.environ.get("RADUNION_SHARED", Path(__file__).parents[1].parent / "shared"))
REAL = SHARED / "real"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real films (RADUNION_SHARED/real) are not here")


def ramp(height: int = 40, width: int = 30) -> np.ndarray:
    return np.linspace(0, 255, height * width).reshape(height, width).astype(np.uint8)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "there is no such file; check the path"),
        (lambda path: path.mkdir(), "this is a folder; name one file"),
        (lambda path: path.write_bytes(b""), "the file is empty; copy or export it again"),
        (lambda path: os.mkfifo(path), "a device or a pipe"),
        (lambda path: path.write_text("patient,visit\n" * 40), "this is none of them"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50)), "header is damaged"),
    ],
)
def test_what_is_not_a_film_is_refused_with_its_name_and_the_way_out(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "film.png"
    make(path)
    with pytest.raises(FilmError, match=message) as caught:
        read_radiograph(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert caught.value.path == path


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.dcm"
    with path.open("wb") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(FilmError, match="under 1 GiB"):
        read_radiograph(path)


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.png"
    Image.fromarray(ramp()).save(path)

    def denied(self: Path) -> bytes:
        raise PermissionError("no")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(FilmError, match="cannot be read; check its permissions"):
        read_radiograph(path)


def test_reading_records_the_path_and_the_hash_of_the_bytes(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "film.png"
    Image.fromarray(ramp()).save(path)
    film = read_radiograph(str(path))
    assert (film.path, film.sha256) == (path, hashlib.sha256(path.read_bytes()).hexdigest())
    assert (film.view, film.side, film.spacing_mm, film.warnings) == (None, None, None, ())


@pytest.mark.parametrize(("top", "codes"), [(0, ["RF201"]), (20, ["RF202"]), (30, [])])
def test_a_blank_or_faint_film_is_returned_with_a_warning(tmp_path: Path, top: int, codes: list[str]) -> None:
    path = tmp_path / "film.png"
    Image.fromarray((ramp() / 255 * top + 100).astype(np.uint8)).save(path)
    assert [warning.code for warning in read_radiograph(path).warnings] == codes


def test_every_warning_has_its_sentence() -> None:
    assert FilmWarning.of("RF201").message == "the film is blank: every pixel has the same value"
    assert all(FilmWarning.of(code).message == sentence for code, sentence in FILM_WARNINGS.items())


def test_the_room_imports_without_pydicom() -> None:
    code = "import sys, radunion.radiograph as r; sys.exit('pydicom' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@needs_real
def test_every_real_film_reads_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    paths = [*(REAL / "dev" / "images").iterdir(), *(REAL / "other").iterdir(), *(REAL / "dicom").iterdir()]
    for path in paths:
        film = read_radiograph(path)
        assert film.pixels.dtype == np.float32
        assert 0.0 <= film.pixels.min() < 0.3 < film.pixels.max() <= 1.0, path
        assert not {"RF201", "RF202", "RF203", "RF212"} & {warning.code for warning in film.warnings}, path
    assert len(paths) > 250
    assert capfd.readouterr() == ("", "")


# Preprocessing ----------------------------------------------------------------------------------------------------


def test_padding_keeps_the_aspect_ratio_and_centres_the_film() -> None:
    pixels = np.ones((100, 50), dtype=np.float32)
    prepared = prepare(pixels, Preprocessing(height=40, width=40, intensity="full"))
    assert prepared.shape == (40, 40)
    assert (prepared[:, 10:30] == 1).all()
    assert prepared[:, :10].sum() == prepared[:, 30:].sum() == 0
    assert place((100, 50), Preprocessing(height=40, width=40)).left == 10


def test_squash_fills_the_picture() -> None:
    how = Preprocessing(height=40, width=30, shape="squash", intensity="full")
    assert (prepare(np.ones((100, 50), dtype=np.float32), how) == 1).all()


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (16, 16), (3000, 20)])
def test_any_shape_fits(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).random(shape, dtype=np.float32)
    prepared = prepare(pixels, Preprocessing(height=64, width=48))
    assert prepared.shape == (64, 48)
    assert 0 <= prepared.min() <= prepared.max() <= 1


def test_shrinking_is_antialiased() -> None:
    stripes = np.tile(np.array([0, 1], dtype=np.float32), (64, 64))
    prepared = prepare(stripes, Preprocessing(height=16, width=32, intensity="full"))
    assert np.abs(prepared[2:-2, 2:-2] - 0.5).max() < 0.05


def test_robust_intensity_ignores_few_extreme_pixels_and_the_exposure() -> None:
    pixels = np.random.default_rng(0).uniform(0.4, 0.5, (64, 64)).astype(np.float32)
    marked = pixels.copy()
    marked[:3, :3] = 1.0
    how = Preprocessing(height=64, width=64)
    assert np.abs(prepare(marked, how) - prepare(pixels, how))[4:].max() < 0.02
    np.testing.assert_allclose(prepare(pixels * 0.5 + 0.1, how), prepare(pixels, how), atol=1e-4)
    assert np.ptp(prepare(pixels, how)) == 1.0


def test_robust_intensity_is_taken_from_the_film_and_not_from_its_padding() -> None:
    pixels = np.random.default_rng(0).uniform(0.4, 0.5, (64, 32)).astype(np.float32)
    alone = prepare(pixels, Preprocessing(height=64, width=32))
    padded = prepare(pixels, Preprocessing(height=64, width=640))
    np.testing.assert_array_equal(padded[:, 304:336], alone)


def test_a_blank_film_stays_blank() -> None:
    prepared = prepare(np.full((20, 20), 0.25, dtype=np.float32), Preprocessing(height=20, width=20))
    assert (prepared == 0.25).all()


def test_the_digest_tells_settings_apart_and_the_settings_survive_json() -> None:
    from dataclasses import asdict

    how = Preprocessing(height=64, width=48)
    assert Preprocessing(**json.loads(json.dumps(asdict(how)))).digest() == how.digest()
    others = [
        Preprocessing(height=48, width=64),
        Preprocessing(height=64, width=48, shape="squash"),
        Preprocessing(height=64, width=48, intensity="full"),
    ]
    assert len({how.digest(), *(other.digest() for other in others)}) == 4
