"""Look values up in a DICOM table (PS3.3 C.11.1.1 and C.11.2.1.1).

pydicom's own functions take only 8 and 16 bit modality tables, and wrap around in 8 bit VOI tables.
"""

import numpy as np
from jaxtyping import Float, Real
from pydicom import Dataset


def looked_up(values: Real[np.ndarray, " n"], item: Dataset, film: Dataset) -> Float[np.ndarray, " n"]:
    """Return the entry of each value; below the table stands its first entry, above it its last.

    Raises when the table is absent or shorter than it says.
    """
    count, first = int(item.LUTDescriptor[0]) or 1 << 16, int(item.LUTDescriptor[1])
    if film.PixelRepresentation == 1 and first >= 1 << 15:  # a signed value written in an unsigned element
        first -= 1 << 16
    table = _entries(item.LUTData, count, film)
    return table[np.clip(values - first, 0, count - 1).astype(np.int64)].astype(np.float64)


def _entries(data: object, count: int, film: Dataset) -> np.ndarray:
    if isinstance(data, bytes):
        order = "<" if film.file_meta.TransferSyntaxUID.is_little_endian else ">"
        words = np.frombuffer(data, dtype=f"{order}u2").astype("<u2")
        entries = words if len(words) >= count else words.view(np.uint8)  # 8 bit entries may lie two to a word
    else:
        entries = np.atleast_1d(np.asarray(data, dtype=np.int64))
    if len(entries) < count:
        raise ValueError("the table is shorter than it says")
    return entries[:count]
