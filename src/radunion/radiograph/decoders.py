"""Decode stored pixels, choosing the decoder of each transfer syntax; see docs/decisions/0002-dicom-decoders.md."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pydicom import Dataset, uid
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array

from radunion.radiograph.codestream import CodestreamHeader, codestream_header
from radunion.radiograph.limits import NotAFilmError

_PLUGINS: dict[str, tuple[str, ...]] = {
    uid.JPEGBaseline8Bit: ("pillow", "gdcm"),
    uid.JPEGExtended12Bit: ("pillow", "gdcm"),
    uid.JPEGLossless: ("gdcm",),
    uid.JPEGLosslessSV1: ("gdcm",),
    uid.JPEGLSLossless: ("pyjpegls", "gdcm"),
    uid.JPEGLSNearLossless: ("pyjpegls", "gdcm"),
    uid.JPEG2000Lossless: ("pylibjpeg", "gdcm"),
    uid.JPEG2000: ("pylibjpeg", "gdcm"),
    uid.HTJ2KLossless: ("pylibjpeg",),
    uid.HTJ2KLosslessRPCL: ("pylibjpeg",),
    uid.HTJ2K: ("pylibjpeg",),
    uid.RLELossless: ("pylibjpeg", "pydicom"),
}
"""The decoders of a transfer syntax, the preferred first; the first that is installed is used."""
_PLAIN = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian)


def decode(film: Dataset) -> tuple[np.ndarray, bool]:
    """Return the stored pixels (h, w) or (h, w, 3), and whether a compressed stream had its end marker.

    Raises NotAFilmError, or whatever the decoder raises on damaged bytes.
    """
    syntax = film.file_meta.TransferSyntaxUID
    if syntax in _PLAIN:
        return pixel_array(film), True
    if syntax not in _PLUGINS:
        raise NotAFilmError("its transfer syntax is not one of still pictures", "export it uncompressed")
    header = None if syntax == uid.RLELossless else _checked_codestream(film)
    ended = header is None or header.ended
    if syntax == uid.JPEGExtended12Bit and header is not None and header.precision > 8:
        _require(_has_gdcm())
        _decode_jpeg12(film, header)
        return pixel_array(film), ended
    plugin = next((name for name in _PLUGINS[syntax] if name in get_decoder(syntax).available_plugins), None)
    _require(plugin is not None)
    with _native_silence():
        return pixel_array(film, decoding_plugin=plugin or ""), ended


def _checked_codestream(film: Dataset) -> CodestreamHeader:
    header = codestream_header(get_frame(film.PixelData, 0, number_of_frames=1))
    if (header.height, header.width, header.samples) != (film.Rows, film.Columns, film.SamplesPerPixel):
        raise NotAFilmError("the compressed pixels are of another size than the header says", "export the film again")
    return header


def _require(available: bool) -> None:
    if not available:
        raise NotAFilmError(
            "no decoder for its compressed pixels is installed",
            'install the extra "dicom": pip install "radunion[dicom]", or export the film uncompressed',
        )


def _has_gdcm() -> bool:
    try:
        import gdcm  # noqa: F401
    except ImportError:
        return False
    return True


def _decode_jpeg12(film: Dataset, header: CodestreamHeader) -> None:
    """Replace 12-bit JPEG by plain pixels: GDCM decodes it, but pydicom's way to GDCM refuses to ask."""
    import gdcm

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(get_frame(film.PixelData, 0, number_of_frames=1))
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((header.width, header.height, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str(uid.JPEGExtended12Bit))))
    image.SetPixelFormat(gdcm.PixelFormat(header.samples, 16, header.precision, header.precision - 1, 0))
    with _native_silence():
        buffer = image.GetBuffer()
    if buffer is None:
        raise NotAFilmError("the compressed pixels are damaged", "export the film again")
    film.PixelData = buffer.encode("utf-8", "surrogateescape")  # GDCM's binding returns bytes as text
    film.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian


@contextmanager
def _native_silence() -> Iterator[None]:
    """Send what native decoders print about damaged data nowhere; Python's own stderr is not lost, only flushed."""
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
