"""Tell whether two files hold the same film: equal bytes, or equal pictures, also mirrored or compressed again."""

import numpy as np
from jaxtyping import Float32
from PIL import Image

from radunion.radiograph import Preprocessing, prepare
from radunion.scoring.positive import Positive

_SMALL = Preprocessing(height=64, width=48, shape="squash")
_CLOSE = 0.02
"""Mean difference of pixels in [0, 1]. In 105 real pairs the AP and the lateral film differ by 0.065 at least; a film
and its JPEG of quality 60, also mirrored or of another size, by 0.012 at most."""

_SAMPLES = 4
"""Pixels of the film, along each side, that one pixel of the comparison is made of, where the film has so many."""


_BLOCK = 4
"""Pixels of a thumbnail, along each side, that are compared as one."""
_FAR = 0.04
"""Mean difference of thumbnails, at or above which films are not looked at closely. Those real pairs differ by 0.047 at
least, the copies by 0.023 at most."""


def same_film(first: Positive, second: Positive) -> bool:
    """Compare two films: at a glance, and closely where they look alike."""
    if first.radiograph.sha256 == second.radiograph.sha256:
        return True
    if _difference(_blocks(first), _blocks(second)) >= _FAR:
        return False
    return _difference(_small(first.radiograph.pixels), _small(second.radiograph.pixels)) < _CLOSE


def _difference(ours: Float32[np.ndarray, "h w"], theirs: Float32[np.ndarray, "h w"]) -> float:
    """Return the mean difference of two pictures, or of one and the other's mirror image if that is less."""
    return min(float(np.abs(ours - turned).mean()) for turned in (theirs, theirs[:, ::-1]))


def _blocks(film: Positive) -> Float32[np.ndarray, "32 32"]:
    return np.asarray(Image.fromarray(film.small).reduce(_BLOCK), dtype=np.float32) / 255


def _small(film: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "height width"]:
    """Shrink a film, of which every so many-th pixel is enough; by whole steps first, which is quicker."""
    step = max(1, min(film.shape[0] // _SMALL.height, film.shape[1] // _SMALL.width) // _SAMPLES)
    some = Image.fromarray(np.ascontiguousarray(film[::step, ::step]))
    small = some.resize((_SMALL.width, _SMALL.height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return prepare(np.asarray(small), _SMALL)
