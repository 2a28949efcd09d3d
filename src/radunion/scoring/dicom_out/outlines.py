"""Where the evidence for a cortex lies on its film: its peak, and the outline of what has half of it or more."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

HALF = 0.5
_MOST_POINTS = 1000


@dataclass(frozen=True)
class Outlined:
    """Points (column, row) in pixels of a map: 0, 0 is the outer corner of its first pixel (PS3.3 C.10.5.1)."""

    peak: Float[np.ndarray, "2"]
    lines: tuple[Float[np.ndarray, "_ 2"], ...]

    def scaled(self, columns: float, rows: float) -> "Outlined":
        """Return the same on a film whose pixels are that much smaller."""
        by = np.array([columns, rows])
        return Outlined(self.peak * by, tuple(line * by for line in self.lines))


def outlined(values: Float32[np.ndarray, "h w"]) -> Outlined | None:
    """Return the peak and the closed outlines of a map whose peak is 1; None where it is 0 all over."""
    if not values.max() > 0:
        return None
    from contourpy import contour_generator

    row, column = np.unravel_index(int(values.argmax()), values.shape)
    around = np.pad(values, 1)  # nothing lies beside the film, so that every outline closes
    lines = [np.asarray(line) for line in contour_generator(z=around).lines(HALF)]
    return Outlined(
        np.array([column + 0.5, row + 0.5]),
        tuple(_thinned(np.clip(line - 0.5, 0, (values.shape[1], values.shape[0]))) for line in lines),
    )


def _thinned(line: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "m 2"]:
    """Keep evenly chosen points, the last equal to the first: a DICOM value has room for 8,000, and fewer will do."""
    step = -(-len(line) // _MOST_POINTS)
    return np.concatenate([line[:-1:step], line[:1]])
