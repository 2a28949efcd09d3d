"""Tell whether two files hold the same film: equal bytes, or equal pictures, also mirrored or compressed again."""

import numpy as np
from jaxtyping import Float32
from PIL import Image

from radunion.radiograph import Preprocessing, Radiograph, prepare

_SMALL = Preprocessing(height=64, width=48, shape="squash")
_CLOSE = 0.02
"""Mean difference of pixels in [0, 1]. In 105 real pairs the AP and the lateral film differ by 0.065 at least; a film
and its JPEG of quality 60, also mirrored or of another size, by 0.012 at most."""

_SAMPLES = 4
"""Pixels of the film, along each side, that one pixel of the comparison is made of, where the film has so many."""


def same_film(first: Radiograph, second: Radiograph) -> bool:
    """Compare two films."""
    if first.sha256 == second.sha256:
        return True
    ours, theirs = _small(first.pixels), _small(second.pixels)
    return any(float(np.abs(ours - turned).mean()) < _CLOSE for turned in (theirs, theirs[:, ::-1]))


def _small(film: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "height width"]:
    """Shrink a film, of which every so many-th pixel is enough; by whole steps first, which is quicker."""
    step = max(1, min(film.shape[0] // _SMALL.height, film.shape[1] // _SMALL.width) // _SAMPLES)
    some = Image.fromarray(np.ascontiguousarray(film[::step, ::step]))
    small = some.resize((_SMALL.width, _SMALL.height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return prepare(np.asarray(small), _SMALL)
