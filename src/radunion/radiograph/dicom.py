"""Read a DICOM film: parse, check the header, decode, display, and collect what the tags say.

Imports pydicom, which takes a second: import this module only when a DICOM file is at hand.
"""

import zlib
from io import BytesIO

import numpy as np
from pydicom import Dataset, FileMetaDataset, dcmread
from pydicom.filereader import read_dataset
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian
from pydicom.uid import ImplicitVRLittleEndian as ImplicitVR

from radunion.radiograph.decoders import decode
from radunion.radiograph.display import display
from radunion.radiograph.limits import NotAFilmError, check_size
from radunion.radiograph.picture import Picture
from radunion.radiograph.raster import grey_of_rgb
from radunion.radiograph.spacing import find_spacing
from radunion.radiograph.view import find_side, find_view
from radunion.radiograph.warning import WarningCode

_MAX_INFLATED = 1 << 29
"""Bytes; a deflated file may claim any size."""
_FIRST_GROUPS = (b"\x02\0", b"\x08\0", b"\0\x08")
"""A file without preamble starts with its meta group, or with group 8 in either byte order."""
_PROJECTION = ("CR", "DX", "DR", "RG", "XR", "RF", "XA", "OT", "SC", "MG", "PX")


def is_dicom(content: bytes) -> bool:
    """Tell whether a file has the DICOM mark, or starts as one that lost its preamble."""
    return content[128:132] == b"DICM" or (len(content) > 8 and content[:2] in _FIRST_GROUPS)


def read_dicom(content: bytes) -> Picture:
    """Decode a DICOM film into pixels in [0, 1], bright = dense, with its view, side and spacing.

    Raises NotAFilmError, or whatever a decoder raises on damaged bytes.
    """
    film = _parsed(content)
    _check_header(film)
    stored, ended = decode(film)
    if film.SamplesPerPixel == 1 and film.PhotometricInterpretation != "PALETTE COLOR":
        pixels, codes = display(stored, film)
    else:
        pixels, codes = _from_colour(stored, film)
    view, view_source, view_codes = find_view(film)
    side, side_source = find_side(film)
    spacing, spacing_source, spacing_codes = find_spacing(film)
    codes = (*codes, *_length_codes(film, ended), *view_codes, *spacing_codes, *_modality_codes(film))
    return Picture(pixels, codes, view, view_source, side, side_source, spacing, spacing_source, greys_told=True)


def _parsed(content: bytes) -> Dataset:
    stream = BytesIO(content)
    stream.seek(132 if content[128:132] == b"DICM" else 0)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, _vr, _length: tag.group != 2)
    if meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        film = read_dataset(BytesIO(_inflated(content[stream.tell() :])), False, True)
        syntax: UID | None = ExplicitVRLittleEndian
    else:
        film = dcmread(BytesIO(content), force=True)
        syntax = meta.get("TransferSyntaxUID")
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = syntax or _guessed_syntax(film)
    return film


def _inflated(deflated: bytes) -> bytes:
    """Inflate without a zlib header (PS3.5 A.5), no further than a film can need."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    content = inflater.decompress(deflated, _MAX_INFLATED)
    if inflater.unconsumed_tail:
        raise NotAFilmError("the file inflates to more than a film can hold", "export the film again, uncompressed")
    return content


def _guessed_syntax(film: Dataset) -> UID:
    implicit, little = film.original_encoding
    if implicit:
        return ImplicitVR
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _check_header(film: Dataset) -> None:
    """Refuse what is not one film of a usable size and depth, before anything is decoded."""
    if "PixelData" not in film:
        raise NotAFilmError("it is DICOM but holds no pixels, or it is cut short", "export the image, whole")
    if _integer(film, "NumberOfFrames", 1) > 1:
        raise NotAFilmError("a film must be one frame and this is a series of frames", "export one frame alone")
    check_size(_integer(film, "Rows", 0), _integer(film, "Columns", 0))
    allocated, stored = _integer(film, "BitsAllocated", 0), _integer(film, "BitsStored", 0)
    if allocated not in (1, 8, 16) or not 1 <= stored <= allocated:
        raise NotAFilmError("a film must have 1 to 16 bits a pixel and this one has not", "export it as 16 bit")
    if _integer(film, "HighBit", stored - 1) != stored - 1:
        raise NotAFilmError(
            "the pixel bits must be the low ones and here they are not (a form retired from the standard)",
            "convert it, for instance to JPEG-LS with dcmtk",
        )
    if _integer(film, "SamplesPerPixel", 1) not in (1, 3):
        raise NotAFilmError("a film must have one grey or three colour samples a pixel", "export it as grey")
    film.SamplesPerPixel = _integer(film, "SamplesPerPixel", 1)
    film.PixelRepresentation = _integer(film, "PixelRepresentation", 0)
    film.PhotometricInterpretation = str(film.get("PhotometricInterpretation") or "MONOCHROME2").strip().upper()


def _integer(film: Dataset, keyword: str, default: int) -> int:
    value = film.get(keyword)
    return default if value is None or value == "" else int(value)


def _from_colour(stored: np.ndarray, film: Dataset) -> tuple[np.ndarray, tuple[WarningCode, ...]]:
    top = 2**film.BitsStored - 1
    if film.PhotometricInterpretation == "PALETTE COLOR":
        stored = apply_color_lut(stored, film)[..., :3]
        top = np.iinfo(stored.dtype).max
    pixels, colour = grey_of_rgb(stored, top=int(top))
    return np.clip(pixels, 0.0, 1.0), ("RF203",) if colour else ()


def _modality_codes(film: Dataset) -> tuple[WarningCode, ...]:
    return () if film.get("Modality") in _PROJECTION else ("RF210",)


def _length_codes(film: Dataset, ended: bool) -> tuple[WarningCode, ...]:
    if not ended:
        return ("RF212",)
    bits = film.Rows * film.Columns * film.SamplesPerPixel * film.BitsAllocated
    surplus = len(film.PixelData) - -(-bits // 8)
    return ("RF214",) if surplus > 1 and not film.file_meta.TransferSyntaxUID.is_encapsulated else ()
