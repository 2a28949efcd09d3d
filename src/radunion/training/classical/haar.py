"""Haar wavelet features and SIFT descriptors of a film, for the small network.

After Dimililer 2017 (IBFDS: Intelligent bone fracture detection system, Procedia Computer Science 120), who prepares
films with a Haar wavelet transform and SIFT for a neural network. The straightened shaft, the levels of the transform,
the pooling and the bag of descriptors are our choice. A film may be mirrored, so coefficients come as their even and
their odd part in the columns, the odd one without its sign.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32

from radunion.errors import MissingExtraError
from radunion.radiograph import Preprocessing, prepare, read_radiograph
from radunion.training.classical.remembered import Features, Recipe, remembered_features

STRIP = Preprocessing(height=640, width=96, shape="shaft")
GROUPS = ("coefficients", "detail", "keypoints", "descriptors")
DESCRIPTOR = 128
"""Length of a SIFT descriptor (Lowe 2004)."""

_VERSION = 2
"""Raise it when a film gets other features: what is remembered must not outlive that."""
_LEVELS = 5
_END = 0.11  # of the strip at either end, where joints lie
_PARTS = 8  # of the strip's length, in which keypoints are counted
_KEPT = 64  # descriptors a film


def haar_features(
    paths: Sequence[Path], *, cache_folder: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[str, Float32[np.ndarray, "m d"]]:
    """Return the groups of features of films, in order, in as many processes as there are cores.

    Raises MissingExtraError without PyWavelets and scikit-image, CohortError that names every film that cannot be read.
    """
    _require()
    recipe = Recipe("haar", _VERSION, STRIP, GROUPS, features_of_film)
    return remembered_features(paths, recipe, cache_folder=cache_folder, progress=progress)


def features_of_film(path: Path) -> Features:
    """Return the groups of features of a film.

    `descriptors` holds up to 64 SIFT descriptors in a row, the coarsest first, NaN where there are fewer. Raises
    MissingExtraError without PyWavelets and scikit-image, FilmError for a film that cannot be read.
    """
    _require()
    return features_of_strip(prepare(read_radiograph(path).pixels, STRIP))


def features_of_strip(strip: Float32[np.ndarray, "h w"]) -> Features:
    """Return the groups of features of a strip."""
    import pywt

    coarse, *details = pywt.wavedec2(strip, "haar", level=_LEVELS)
    keypoints, descriptors = _sift(strip)
    groups = {
        "coefficients": _even_and_odd(coarse),
        "detail": np.concatenate([_detail(band) for level in details for band in level]),
        "keypoints": keypoints,
        "descriptors": descriptors,
    }
    return {name: groups[name].astype(np.float32) for name in GROUPS}


def _require() -> None:
    try:
        import pywt  # noqa: F401
        import skimage  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("the protocol haar", "train") from error


def _even_and_odd(values: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, " d"]:
    mirrored, columns = values[:, ::-1], values.shape[1]
    even = ((values + mirrored) / 2)[:, : (columns + 1) // 2]
    odd = np.abs(values - mirrored)[:, : columns // 2]
    return np.concatenate([even.ravel(), odd.ravel()])


def _detail(band: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, " d"]:
    """Pool the strength of detail, in log10 of its mean square, over the rows of the shaft, wherever on it they lie.

    The lesser and the greater of the left and the right half of the shaft's columns, which share the middle one where
    there is one, then all of them.
    """
    rows, columns = band.shape
    shaft = np.square(band[round(_END * rows) : round((1 - _END) * rows), columns // 4 : columns - columns // 4])
    half = (shaft.shape[1] + 1) // 2
    halves = [_ranked(side) for side in (shaft[:, :half], shaft[:, -half:])]
    return np.concatenate([np.minimum(*halves), np.maximum(*halves), _ranked(shaft)])


def _ranked(squares: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, " d"]:
    """Return the greatest row, the mean of the next few, the usual, a low one, and how far the greatest stands out."""
    ordered = np.sort(np.log10(squares.mean(axis=1) + 1e-7))[::-1]
    few = max(1, len(ordered) // 16)
    usual = np.median(ordered)
    return np.array([ordered[0], ordered[few : 2 * few].mean(), usual, ordered[-len(ordered) // 4], ordered[0] - usual])


def _sift(strip: Float32[np.ndarray, "h w"]) -> tuple[Float[np.ndarray, " d"], Float[np.ndarray, " e"]]:
    """Return statistics of the keypoints, and the descriptors of the coarsest ones."""
    from skimage.feature import SIFT

    sift = SIFT(upsampling=1, c_dog=0.01)
    kept = np.full((_KEPT, DESCRIPTOR), np.nan)
    try:
        sift.detect_and_extract(strip)
    except RuntimeError:  # scikit-image's answer to a picture without keypoints
        return np.zeros(_PARTS + 3), kept.ravel()
    (rows, columns), sigmas = np.asarray(sift.keypoints).T, np.asarray(sift.sigmas)
    order = np.lexsort((columns, rows, -sigmas))[:_KEPT]
    kept[: len(order)] = np.asarray(sift.descriptors)[order]
    where, _ = np.histogram(rows, bins=_PARTS, range=(0, len(strip)))
    aside = np.abs(columns - (strip.shape[1] - 1) / 2)
    statistics = [np.log1p(len(rows)), np.log(sigmas).mean(), aside.mean() / strip.shape[1]]
    return np.concatenate([where / len(rows), statistics]), kept.ravel()
