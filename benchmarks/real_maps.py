"""Where on a real film a model found each cortex and the fracture."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from radunion.cohort import Box
from radunion.evaluation.heatmaps.pointing import peaks
from radunion.explain.observe import film_shape, over_film, small_size
from radunion.explain.subject import VIEWS, Maps, PreparedFilm, PreparedPair
from radunion.scale import CORTICES
from radunion.scoring import Inferred
from radunion.scoring.evidence import EvidenceMap

_SMALL = 320
"""Pixels of the longer side of a film on which the middle of a map is measured."""
NOWHERE = float("nan")


def maps_of(inferred: Inferred, row: int, pair: PreparedPair) -> Maps:
    """Return the model's maps of one row over the films that show them; none where it has none."""
    if inferred.evidence is None:
        return {}
    shown = [(cortex, pair.films[side]) for cortex, side in pair.shown()]
    return {
        cortex: EvidenceMap(inferred.evidence[row, CORTICES.index(cortex)], film.radiograph, pair.how, film.window)
        for cortex, film in shown
        if film is not None
    }


def apart(pair: PreparedPair, maps: Maps) -> float:
    """Return how far right of the medial map the lateral one lies on the AP film, a share of its width.

    It is NaN without maps and for a leg that lies across its film, which has no left and right.
    """
    film = pair.films[0]
    if film is None or not {"medial", "lateral"} <= set(maps) or _across(film):
        return NOWHERE
    return _middle(maps["lateral"], film) - _middle(maps["medial"], film)


def place(pair: PreparedPair, maps: Maps) -> float:
    """Return how far down the shaft the sum of a film's maps has its peak, a share of its length; mean of the films."""
    found = [
        float(at[:, int(_across(film))].mean())
        for side, film in enumerate(pair.films)
        if film is not None and len(at := peaks(over_film(maps, "film", side, pair)))
    ]
    return float(np.mean(found)) if found else NOWHERE


def away(pair: PreparedPair, maps: Maps, side: int, boxes: Sequence[Box]) -> float:
    """Return how far from the nearest box the peak of a film's maps lies, a share of the film's height.

    It is 0 in a box, NaN where the map is empty; of several greatest values the farthest counts.
    """
    film = pair.films[side]
    at = peaks(over_film(maps, "film", side, pair)) if film is not None else np.zeros((0, 2))
    if film is None or not len(at):
        return NOWHERE
    height, width = film_shape(film)
    return float(np.min([_distance(at * (height, width), box) for box in boxes], axis=0).max() / height)


def view_of_side(side: int) -> str:
    """Return what the film of a side is called: 0 the AP, 1 the lateral."""
    return {"ap": "AP", "lateral": "Lateral"}[VIEWS[side]]


def _distance(at: Float[np.ndarray, "points 2"], box: Box) -> Float[np.ndarray, " points"]:
    x0, y0, x1, y1 = box
    aside = np.maximum(np.maximum(x0 - at[:, 1], at[:, 1] - x1), 0)
    above = np.maximum(np.maximum(y0 - at[:, 0], at[:, 0] - y1), 0)
    return np.asarray(np.hypot(aside, above))


def _across(film: PreparedFilm) -> bool:
    return film.window is not None and film.window.shaft.turned


def _middle(one: EvidenceMap, film: PreparedFilm) -> float:
    """Return the middle of a map from left to right, a share of the film's width; NaN where the map is empty."""
    over = one.on_film(small_size(film_shape(film), _SMALL)).sum(axis=0, dtype=np.float64)
    return float(over @ (np.arange(len(over)) + 0.5) / len(over) / over.sum()) if over.any() else NOWHERE
