"""Decode stored pixels, choosing the decoder of each transfer syntax; see docs/decisions/0002-dicom-decoders.md."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from pydicom import Dataset, uid
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array

from radunion.radiograph.codestream import CodestreamHeader, Family, codestream_header
from radunion.radiograph.limits import NotAFilmError

_PLUGINS: dict[str, str] = {
    uid.JPEGBaseline8Bit: "pillow",
    uid.JPEGExtended12Bit: "pillow",  # 8 bits only
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
    uid.RLELossless: "pydicom",  # pylibjpeg-rle panics on damaged data, past every `except Exception`
}
_GDCM = (uid.JPEGLossless, uid.JPEGLosslessSV1)
_PLAIN = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian)

_CHILD = Path(__file__).with_name("gdcm_child.py")
_CHILD_SECONDS = 60
_CHILD_WITHOUT_GDCM = 3


def decode(film: Dataset) -> tuple[np.ndarray, bool]:
    """Return the stored pixels (h, w) or (h, w, 3), and whether a compressed stream had its end marker.

    Raises NotAFilmError, or whatever the decoder raises on damaged bytes.
    """
    syntax = film.file_meta.TransferSyntaxUID
    if syntax in _PLAIN:
        return pixel_array(film), True
    if syntax == uid.RLELossless:
        return pixel_array(film, decoding_plugin=_PLUGINS[syntax]), True
    if syntax not in _PLUGINS and syntax not in _GDCM:
        raise NotAFilmError("its transfer syntax is not one of still pictures", "export it uncompressed")
    frame = get_frame(film.PixelData, 0, number_of_frames=1)
    header = codestream_header(frame)
    if (header.height, header.width, header.samples) != (film.Rows, film.Columns, film.SamplesPerPixel):
        raise NotAFilmError("the compressed pixels are of another size than the header says", "export the film again")
    if header.family != _family(syntax):
        raise NotAFilmError("the compressed pixels are of another kind than the header says", "export the film again")
    if syntax in _GDCM or (syntax == uid.JPEGExtended12Bit and header.precision > 8):
        _decode_by_gdcm(film, frame, header)
        return pixel_array(film), header.ended
    _require(_PLUGINS[syntax] in get_decoder(syntax).available_plugins)
    return pixel_array(film, decoding_plugin=_PLUGINS[syntax]), header.ended


def _family(syntax: uid.UID) -> Family:
    if syntax in uid.JPEGLSTransferSyntaxes:
        return "JPEG-LS"
    return "JPEG" if syntax in uid.JPEGTransferSyntaxes else "JPEG 2000"


def _require(available: bool) -> None:
    if not available:
        raise NotAFilmError(
            "no decoder for its compressed pixels is installed",
            'install the extra "dicom": pip install "radunion[dicom]", or export the film uncompressed',
        )


def _decode_by_gdcm(film: Dataset, frame: bytes, header: CodestreamHeader) -> None:
    """Replace lossless or 12-bit JPEG by plain pixels, decoded in a process of its own."""
    if header.samples != 1 or header.precision > film.BitsAllocated:
        raise NotAFilmError("its JPEG pixels are not those of one grey film", "export the film uncompressed")
    settings = [str(value) for value in (film.file_meta.TransferSyntaxUID, header.height, header.width)]
    command = [sys.executable, "-P", str(_CHILD), *settings, str(header.precision)]
    child = subprocess.run(command, input=frame, capture_output=True, timeout=_CHILD_SECONDS, check=False)  # noqa: S603
    _require(child.returncode != _CHILD_WITHOUT_GDCM)
    if child.returncode != 0:
        raise NotAFilmError("the compressed pixels are damaged", "export the film again")
    pixels = np.frombuffer(child.stdout, dtype="<u1" if header.precision <= 8 else "<u2")
    film.PixelData = pixels.astype("<u1" if film.BitsAllocated == 8 else "<u2").tobytes()
    film.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
