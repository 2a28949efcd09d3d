"""Read the size that a compressed picture claims for itself, before a decoder allocates for it."""

from dataclasses import dataclass
from struct import unpack_from
from typing import Literal

from radunion.radiograph.limits import MAX_TILES, NotAFilmError

Family = Literal["JPEG", "JPEG-LS", "JPEG 2000"]

_J2K_START = b"\xff\x4f\xff\x51"
_JP2_START = b"\0\0\0\x0cjP"
_JPEG_START = b"\xff\xd8"
_END = b"\xff\xd9"
_JPEG_LS = 0xF7
_FRAME_MARKERS = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), _JPEG_LS)
"""JPEG SOF0 to SOF15 (ISO 10918-1 table B.1) and JPEG-LS SOF55 (ISO 14495-1)."""


@dataclass(frozen=True, slots=True)
class CodestreamHeader:
    """Family, size, samples and bits a sample of a codestream; whether its end marker is there."""

    family: Family
    height: int
    width: int
    samples: int
    precision: int
    ended: bool


def codestream_header(frame: bytes) -> CodestreamHeader:
    """Read the header of a codestream.

    Raises NotAFilmError when there is none, struct.error when it is cut short.
    """
    ended = _END in frame[-8:]  # a byte or so of filling may follow
    if frame.startswith(_JPEG_START):
        return _jpeg(frame, ended)
    start = frame.find(_J2K_START) if frame.startswith(_JP2_START) else 0
    if start >= 0 and frame.startswith(_J2K_START, start):
        return _jpeg2000(frame, start, ended)
    raise NotAFilmError("the compressed pixels are damaged at their start", "export the film again")


def _jpeg(frame: bytes, ended: bool) -> CodestreamHeader:
    position = 2
    while position + 4 <= len(frame):
        mark, kind, length = unpack_from(">BBH", frame, position)
        if mark != 0xFF:
            break
        if kind == 0xFF:  # a fill byte
            position += 1
        elif kind in _FRAME_MARKERS:
            precision, height, width, samples = unpack_from(">BHHB", frame, position + 4)
            family: Family = "JPEG-LS" if kind == _JPEG_LS else "JPEG"
            return CodestreamHeader(family, height, width, samples, precision, ended)
        else:
            position += 2 + length
    raise NotAFilmError("the compressed pixels have no frame header", "export the film again")


def _jpeg2000(frame: bytes, start: int, ended: bool) -> CodestreamHeader:
    """Read the SIZ segment (ISO 15444-1 A.5.1)."""
    right, bottom, left, top, tile_width, tile_height, _, _, samples, precision = unpack_from(">8IHB", frame, start + 8)
    if not (tile_width and tile_height) or -(-right // tile_width) * -(-bottom // tile_height) > MAX_TILES:
        raise NotAFilmError("the compressed pixels claim more tiles than a film has", "export the film again")
    return CodestreamHeader("JPEG 2000", bottom - top, right - left, samples, (precision & 0x7F) + 1, ended)
