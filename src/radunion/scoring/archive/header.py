"""Read what a DICOM file says before its pixels: bounded in memory, whatever the file claims."""

import zlib
from io import BytesIO
from typing import BinaryIO

from pydicom import Dataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

_DIRECTORY, _LAST = 0x0004, 0x0028
"""Groups: the records of a DICOM directory are not read, and the size of the picture is the last that is."""
_MOST_ELEMENTS = 20_000
_LONG = 4096
"""Bytes; longer values are passed over, for none of those that are asked for is so long."""
_META = 4096
_INFLATED = 1 << 20
"""Bytes of a deflated file that are looked at: its header stands first."""


def read_header(stream: BinaryIO) -> Dataset:
    """Return the data set up to the description of its pixels.

    Raises whatever pydicom raises on damaged bytes, also when a value is asked for that was passed over.
    """
    deflated = DeflatedExplicitVRLittleEndian.encode() in stream.read(_META)
    stream.seek(0)
    if deflated:
        return _read_deflated(stream)
    header = read_partial(stream, stop_when=_End(), defer_size=_LONG, force=True)
    header.filename = None
    return header


class _End:
    """Stop behind the groups that matter, or where there are more elements than any film has."""

    def __init__(self) -> None:
        self.elements = 0

    def __call__(self, tag: BaseTag, vr: str | None, length: int) -> bool:
        self.elements += 1
        return tag.group > _LAST or tag.group == _DIRECTORY or self.elements > _MOST_ELEMENTS


def _read_deflated(stream: BinaryIO) -> Dataset:
    """Inflate the start only, without a zlib header (PS3.5 A.5); a file may claim any size."""
    stream.seek(132)
    read_dataset(stream, False, True, stop_when=lambda tag, _vr, _length: tag.group != 2)
    inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(stream.read(_INFLATED), _INFLATED)
    return read_dataset(BytesIO(inflated), False, True, stop_when=_End(), defer_size=_LONG)
