"""One place on the shaft for all films: the strongest guess that looks at no fracture.

Which place is best is itself learned from boxes. Tuned on the films that it is judged on it is an upper bound; with
each patient left out in turn it is a fair guess.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Shaped

_ALONG = np.arange(0.05, 0.96, 0.025)
_ASIDE = np.arange(-0.06, 0.061, 0.01)


@dataclass(frozen=True)
class Places:
    """Hold places to try, as shares of the film's length: along the shaft, and aside of its centre line."""

    along: Float[np.ndarray, " p"]
    aside: Float[np.ndarray, " p"]


def on_the_line() -> Places:
    """Return places on the shaft's centre line, every 2.5 % of the film's length: for a fracture."""
    return Places(_ALONG, np.zeros_like(_ALONG))


def beside_the_line() -> Places:
    """Return places up to 6 % of the film's length aside of it as well: for a cortex, which is never on the line."""
    along, aside = np.meshgrid(_ALONG, _ASIDE, indexing="ij")
    return Places(along.ravel(), aside.ravel())


def tuned_on(hits: Bool[np.ndarray, "n p"]) -> Bool[np.ndarray, " n"]:
    """Return which targets the best place hits, chosen on all of them: an upper bound."""
    return np.asarray(hits[:, _best(hits)])


def left_out(hits: Bool[np.ndarray, "n p"], patients: Shaped[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
    """Return which targets are hit by the place that is best for all other patients; none where there is no other."""
    found = np.zeros(len(hits), dtype=bool)
    for patient in np.unique(patients):
        own = patients == patient
        if not own.all():
            found[own] = hits[own, _best(hits[~own])]
    return found


def best_place(hits: Bool[np.ndarray, "n p"], places: Places) -> tuple[float, float]:
    """Return the place that is chosen on all targets: along the shaft, and aside of it."""
    best = _best(hits)
    return float(places.along[best]), float(places.aside[best])


def _best(hits: Bool[np.ndarray, "n p"]) -> int:
    """Return the middle one of the places with the most hits."""
    counts = hits.sum(axis=0)
    ties = np.flatnonzero(counts == counts.max())
    return int(ties[len(ties) // 2])
