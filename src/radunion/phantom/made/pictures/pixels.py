"""The rows and columns of a picture as numbers to reckon with."""

import numpy as np
from jaxtyping import Float32


def rows_columns(shape: tuple[int, int]) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    """Return each pixel's row and column."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return rows, columns
