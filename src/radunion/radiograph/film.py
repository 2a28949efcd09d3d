"""Read one film from any file that a hospital or a phone may hand over."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from radunion.errors import FilmError
from radunion.radiograph.limits import MAX_FILE_BYTES, NotAFilmError
from radunion.radiograph.picture import Picture, Side, SideSource, SpacingSource, ViewSource
from radunion.radiograph.raster import raster_format, read_raster
from radunion.radiograph.silence import quiet
from radunion.radiograph.warning import FilmWarning, WarningCode
from radunion.scale import View

_FAINT = 0.1
"""A film whose pixels span less than this part of the range is faint."""


@dataclass(frozen=True)
class Radiograph:
    """One film: pixels in [0, 1] with bright = dense, and what its file says of it.

    `spacing_mm` is (row, column) in millimetres; `greys_told` is whether the file says which way its greys go; `sha256`
    is of its bytes.
    """

    pixels: Float32[np.ndarray, "h w"]
    path: Path
    sha256: str
    view: View | None
    view_source: ViewSource | None
    side: Side | None
    side_source: SideSource | None
    spacing_mm: tuple[float, float] | None
    spacing_source: SpacingSource | None
    greys_told: bool
    warnings: tuple[FilmWarning, ...]


def read_radiograph(path: Path | str) -> Radiograph:
    """Read a DICOM, PNG, JPEG, TIFF, BMP or WebP film; what the file is decides, not its name.

    Raises FilmError, and nothing else, for whatever is not a film.
    """
    path = Path(path)
    try:
        content = _content(path)
        with quiet():
            picture = _decode(content)
    except NotAFilmError as error:
        raise FilmError(path, error.problem, error.remedy) from None
    except ImportError:  # the installation is broken, not the film
        raise
    except Exception:  # a damaged file may break a decoder in any way
        # No cause is attached: a decoder's own message may hold a patient's data.
        raise FilmError(path, "it is damaged: its content cannot be decoded", "export the film again") from None
    return Radiograph(
        pixels=picture.pixels,
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        view=picture.view,
        view_source=picture.view_source,
        side=picture.side,
        side_source=picture.side_source,
        spacing_mm=picture.spacing_mm,
        spacing_source=picture.spacing_source,
        greys_told=picture.greys_told,
        warnings=tuple(FilmWarning.of(code) for code in (*picture.codes, *_contrast_codes(picture.pixels))),
    )


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise NotAFilmError("a film must be a file and this is a folder", "name one file in it")
    if not path.exists():
        raise NotAFilmError("there is no such file", "check the path")
    if not path.is_file():
        raise NotAFilmError("a film must be a regular file and this is a device or a pipe", "save it to a file first")
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise NotAFilmError("a film must be a file under 1 GiB and this one is larger", "export one film alone")
        content = path.read_bytes()
    except OSError:
        raise NotAFilmError("the file cannot be read", "check its permissions and its disk") from None
    if not content:
        raise NotAFilmError("the file is empty", "copy or export it again")
    return content


def _decode(content: bytes) -> Picture:
    if content[128:132] != b"DICM" and raster_format(content):
        return read_raster(content)
    from radunion.radiograph.dicom import is_dicom, read_dicom  # pydicom takes a second to import

    if is_dicom(content):
        return read_dicom(content)
    raise NotAFilmError(
        "a film must be DICOM, PNG, JPEG, TIFF, BMP or WebP and this is none of them", "export it as one of these"
    )


def _contrast_codes(pixels: Float32[np.ndarray, "h w"]) -> tuple[WarningCode, ...]:
    span = float(np.ptp(pixels))
    if span == 0.0:
        return ("RF201",)
    return ("RF202",) if span < _FAINT else ()
