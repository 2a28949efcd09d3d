"""Engineered features of a film, in named groups, taken where the shaft looks most like a fracture.

Of the kind that Cao et al. 2015 fuse (Fracture detection in x-ray images through stacked random forests feature
fusion, ISBI): texture and the context of intensity in candidate patches. Which features exactly, the straightened
shaft, finding candidates without learning, and pooling them to one vector a film are our choice. Every measure of a
side comes four times: side 0, side 1, the lesser and the greater, for which side is medial is no more than likely.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Float32

from radunion.errors import MissingExtraError
from radunion.radiograph import Preprocessing, prepare, read_radiograph
from radunion.training.classical.cortices import INSIDE, Cortices, trace_cortices
from radunion.training.classical.remembered import Features, Recipe, remembered_features

WIDE_STRIP = Preprocessing(height=640, width=128, shape="shaft")
"""A strip wide enough for the fibula, which tells the sides apart."""
GROUPS = ("line", "callus", "mixed", "context", "filters", "patterns", "shape")

_VERSION = 1
"""Raise it when a film gets other features: what is remembered must not outlive that."""
_PLACES = 2
_HALF = 32  # rows of a patch above and below its middle
_APART = 25  # rows between two places
_NEAR = 14  # rows around a place in which a peak belongs to it
_CLIP = (9.0, 6.0, 5.0)  # how much a line, callus and the edge may each count for, in robust deviations


@dataclass(frozen=True)
class Signals:
    """What is measured at every row of both sides.

    `line` is darkness across the cortex, `callus` brightness beside it, both as shares of the bone's contrast; `bulge`
    is how far the edge stands out, in pixels.
    """

    line: Float[np.ndarray, "2 h"]
    callus: Float[np.ndarray, "2 h"]
    bulge: Float[np.ndarray, "2 h"]


def engineered_features(
    paths: Sequence[Path], *, cache_folder: Path | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[str, Float32[np.ndarray, "m d"]]:
    """Return the groups of features of films, in order, in as many processes as there are cores.

    Raises MissingExtraError without scikit-image, CohortError that names every film that cannot be read.
    """
    _require()
    recipe = Recipe("engineered", _VERSION, WIDE_STRIP, GROUPS, features_of_film)
    return remembered_features(paths, recipe, cache_folder=cache_folder, progress=progress)


def features_of_film(path: Path) -> Features:
    """Return the groups of features of a film.

    Raises MissingExtraError without scikit-image, FilmError for a film that cannot be read.
    """
    _require()
    return features_of_strip(prepare(read_radiograph(path).pixels, WIDE_STRIP))


def features_of_strip(strip: Float32[np.ndarray, "h w"]) -> Features:
    """Return the groups of features of a strip; a mirrored strip has the same ones."""
    from radunion.training.classical import texture

    cortices = trace_cortices(strip)
    signals = _signals(cortices)
    line, callus, mixed = (_places(oddness, cortices.shaft) for oddness in _oddness(signals, cortices.shaft))
    patch = _patch(cortices, line[0])
    groups = {
        "line": np.concatenate([_measured(signals, cortices, line), _along(signals, cortices)]),
        "callus": _measured(signals, cortices, callus),
        "mixed": _measured(signals, cortices, mixed),
        "context": np.concatenate([_both(_context(_patch(cortices, place))) for place in (line[0], mixed[0])]),
        "filters": _both(texture.filtered(patch, texture.schmid_bank() + texture.gabor_bank())),
        "patterns": _both(np.concatenate([texture.binary_patterns(patch), texture.oriented_gradients(patch)], axis=1)),
        "shape": _shape(strip, cortices, [*line, *callus, *mixed]),
    }
    return {name: groups[name].astype(np.float32) for name in GROUPS}


def _require() -> None:
    try:
        import skimage  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("the protocol forest", "train") from error


def _signals(cortices: Cortices) -> Signals:
    from scipy.ndimage import gaussian_filter, gaussian_filter1d, maximum_filter1d, median_filter

    smooth = gaussian_filter(cortices.ribbons, (0, 1.0, 1.0))
    usual = median_filter(smooth, size=(1, 31, 1), mode="nearest")
    dark = np.maximum(usual - smooth, 0)[:, :, 3:INSIDE]
    # An oblique line meets each column at another row.
    line = maximum_filter1d(dark, 9, axis=1).mean(axis=2) / cortices.contrast
    beside = gaussian_filter1d(smooth[:, :, INSIDE + 1 : INSIDE + 9].mean(axis=2), 3, axis=1)
    callus = (beside - median_filter(beside, size=(1, 161), mode="nearest")) / cortices.contrast
    return Signals(line, gaussian_filter1d(callus, 6, axis=1), gaussian_filter1d(cortices.bulge, 6, axis=1))


def _oddness(signals: Signals, shaft: Bool[np.ndarray, " h"]) -> list[Float[np.ndarray, " h"]]:
    """Return how much each row looks like a fracture: by its line, by its callus, by all together."""
    each = [signal.sum(axis=0) for signal in (signals.line, signals.callus, signals.bulge)]
    mixed = sum(np.clip(_standard(signal, shaft), -1, top) for signal, top in zip(each, _CLIP, strict=True))
    return [each[0], each[1], np.asarray(mixed)]


def _places(oddness: Float[np.ndarray, " h"], shaft: Bool[np.ndarray, " h"]) -> list[int]:
    """Return the rows of the shaft that stand out most, the most first, apart from one another."""
    left = np.where(shaft, oddness, -np.inf)
    places = []
    for _ in range(_PLACES):
        place = int(left.argmax())
        places.append(place)
        left[max(place - _APART, 0) : place + _APART] = -np.inf
    return places


def _standard(values: Float[np.ndarray, " h"], shaft: Bool[np.ndarray, " h"]) -> Float[np.ndarray, " h"]:
    """Return robust standard scores within the shaft."""
    middle = np.median(values[shaft])
    return (values - middle) / (1.4826 * np.median(np.abs(values[shaft] - middle)) + 1e-3)


def _measured(signals: Signals, cortices: Cortices, places: Sequence[int]) -> Float[np.ndarray, " d"]:
    """Return the peaks of each side's signals at each place, as they are and against the film's own shaft."""
    standard = [
        np.stack([_standard(side, cortices.shaft) for side in signal]) for signal in (signals.line, signals.callus)
    ]
    found: list[np.ndarray] = []
    for place in places:
        near = slice(max(place - _NEAR, 0), place + _NEAR + 1)
        peaks = [one[:, near].max(axis=1) for one in (signals.line, signals.callus, signals.bulge, *standard)]
        found.append(_both(np.stack([*peaks, signals.callus[:, near].mean(axis=1)], axis=1)))
        found.append(np.array([one.sum(axis=0)[near].max() for one in (signals.line, signals.callus)]))
    return np.concatenate(found)


def _along(signals: Signals, cortices: Cortices) -> Float[np.ndarray, " d"]:
    """Return the greatest, the eighth greatest and the usual value of each side's signals along the shaft."""
    pooled = []
    for signal in (signals.line, signals.callus, signals.bulge):
        ordered = np.sort(signal[:, cortices.shaft], axis=1)
        pooled += [ordered[:, -1], ordered[:, -8], np.median(ordered, axis=1)]
    return _both(np.stack(pooled, axis=1))


def _both(sides: Float[np.ndarray, "2 d"]) -> Float[np.ndarray, " four_d"]:
    return np.concatenate([sides[0], sides[1], sides.min(axis=0), sides.max(axis=0)])


def _patch(cortices: Cortices, place: int) -> Float[np.ndarray, "2 rows across"]:
    """Cut a patch around a row out of both ribbons; 0 is what lies beside the bone, 1 the usual bone."""
    rows = np.clip(np.arange(place - _HALF, place + _HALF), 0, cortices.ribbons.shape[1] - 1)
    beside = np.median(cortices.ribbons[:, cortices.shaft, INSIDE + 8 :], axis=(1, 2))
    return (cortices.ribbons[:, rows] - beside[:, None, None]) / cortices.contrast


def _context(patch: Float[np.ndarray, "2 rows across"]) -> Float[np.ndarray, "2 d"]:
    """Return mean brightness in cells of 8 rows by 4 columns, less its median along the patch, and that median."""
    sides, rows, across = patch.shape
    cells = patch.reshape(sides, rows // 8, 8, across // 4, 4).mean(axis=(2, 4))
    usual = np.median(cells, axis=1, keepdims=True)
    return np.concatenate([(cells - usual).reshape(sides, -1), usual[:, 0]], axis=1)


def _shape(strip: Float32[np.ndarray, "h w"], cortices: Cortices, places: Sequence[int]) -> Float[np.ndarray, " d"]:
    """Return the shaft's width, brightness across it, metal, and where the places are: these tell the view."""
    upright = strip[:, ::-1] if cortices.mirrored else strip
    across = np.stack([np.median(part, axis=0) for part in np.array_split(upright, 3)])
    cells = across.reshape(3, -1, 4).mean(axis=2)
    widths = np.array([part.mean() for part in np.array_split(cortices.width, 8)])
    middle = upright[:, strip.shape[1] // 4 : -strip.shape[1] // 4]
    rest = [(strip > 0.97).mean(), (middle > 0.97).mean(), cortices.contrast, cortices.shaft.mean()]
    return np.concatenate([cells.ravel(), widths, np.array(places) / len(strip), rest])
