"""What is measured: a model that reads prepared films, and its maps of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Float32

from radunion.errors import UsageError
from radunion.radiograph import Preprocessing, Radiograph, Window, crop_of, read_radiograph
from radunion.scale import CORTICES, CORTICES_ON, Cortex, View, view_of
from radunion.scoring.evidence import EvidenceMap
from radunion.scoring.positive import as_positives

VIEWS: tuple[View, View] = ("ap", "lateral")
Maps = Mapping[Cortex, EvidenceMap]
"""The map of each cortex over the film that shows it in profile."""


@runtime_checkable
class Reader(Protocol):
    """A model as a function of prepared films; `at_once` is how many examinations it takes well in one call."""

    @property
    def preprocessing(self) -> Preprocessing: ...
    @property
    def at_once(self) -> int: ...
    def expected(
        self,
        ap: Float32[np.ndarray, "n 1 h w"],
        lateral: Float32[np.ndarray, "n 1 h w"],
        present: Bool[np.ndarray, "n 2"],
    ) -> Float[np.ndarray, "n 4"]:
        """Return the expected mRUST level of each cortex."""
        ...


@dataclass(frozen=True)
class PreparedFilm:
    """Hold one film as read and as a model takes it; the window only where the model takes a part along the shaft."""

    radiograph: Radiograph
    pixels: Float32[np.ndarray, "height width"]
    window: Window | None


@dataclass(frozen=True)
class PreparedPair:
    """Hold the AP and the lateral film of an examination, None where there is none."""

    films: tuple[PreparedFilm | None, PreparedFilm | None]
    how: Preprocessing

    @property
    def present(self) -> Bool[np.ndarray, "1 2"]:
        """Which films there are."""
        return np.array([[film is not None for film in self.films]])

    def inputs(self) -> tuple[Float32[np.ndarray, "1 1 h w"], Float32[np.ndarray, "1 1 h w"]]:
        """Return both films as a model takes them, zeros where there is none."""
        nothing = np.zeros((self.how.height, self.how.width), dtype=np.float32)
        ap, lateral = (nothing if film is None else film.pixels for film in self.films)
        return ap[None, None], lateral[None, None]

    def shown(self) -> tuple[tuple[Cortex, int], ...]:
        """Return the cortices that the films show, and which film shows each: 0 the AP, 1 the lateral."""
        return tuple(
            (cortex, side)
            for side, view in enumerate(VIEWS)
            for cortex in CORTICES_ON[view]
            if self.films[side] is not None
        )

    def mapped(self, cortex: Cortex, values: Float[np.ndarray, "rows columns"]) -> EvidenceMap:
        """Return a map of a cortex over the film that shows it, its sum 1 unless it is empty.

        Raises ValueError where that film is not there.
        """
        film = self.films[VIEWS.index(view_of(cortex))]
        if film is None:
            raise ValueError(f"the map of the {cortex} cortex lies on a film that is not there")
        total = float(values.sum(dtype=np.float64))
        shares = values / total if total > 0 else np.zeros_like(values)
        return EvidenceMap(shares.astype(np.float32), film.radiograph, self.how, film.window)


@dataclass(frozen=True)
class Subject:
    """Hold a model by the name that rows carry; `way` is how its maps are made."""

    name: str
    way: str
    reader: Reader
    maps: Callable[[PreparedPair], Maps]


def remembering(subject: Subject) -> Subject:
    """Return a subject that makes the maps of a pair once, known by its films' paths; the films are not kept."""
    kept: dict[tuple[Path | None, ...], dict[Cortex, Float32[np.ndarray, "rows columns"]]] = {}

    def maps(pair: PreparedPair) -> Maps:
        paths = tuple(None if film is None else film.radiograph.path for film in pair.films)
        if paths not in kept:
            kept[paths] = {cortex: one.values for cortex, one in subject.maps(pair).items()}
        return {
            cortex: EvidenceMap(kept[paths][cortex], film.radiograph, pair.how, film.window)
            for cortex, side in pair.shown()
            if cortex in kept[paths] and (film := pair.films[side]) is not None
        }

    return replace(subject, maps=maps)


def prepare_pair(ap: Path | None, lateral: Path | None, how: Preprocessing) -> PreparedPair:
    """Read and prepare the films of an examination.

    Raises UsageError without any, FilmError for one that cannot be used.
    """
    if ap is None and lateral is None:
        raise UsageError("heat-maps need the AP or the lateral film of an examination, found neither; give one")
    ap_film, lateral_film = (None if path is None else read_radiograph(path) for path in (ap, lateral))
    return prepared_pair(ap_film, lateral_film, how)


def prepared_pair(ap: Radiograph | None, lateral: Radiograph | None, how: Preprocessing) -> PreparedPair:
    """Prepare films that were read, as they are scored: turned round where they are negatives."""
    films = (ap, lateral)
    there = iter(as_positives([film for film in films if film is not None]))
    first, second = (None if film is None else _prepared(next(there).radiograph, how) for film in films)
    return PreparedPair((first, second), how)


def level_score(reader: Reader, pair: PreparedPair, cortex: Cortex) -> Callable[[np.ndarray], Float[np.ndarray, " n"]]:
    """Return the expected level of a cortex as a function of the prepared film that shows it, the other as it is."""
    side, whole = VIEWS.index(view_of(cortex)), pair.inputs()

    def score(films: Float32[np.ndarray, "n h w"]) -> Float[np.ndarray, " n"]:
        both = [np.repeat(film, len(films), axis=0) for film in whole]
        both[side] = films[:, None]
        parts = [slice(start, start + reader.at_once) for start in range(0, len(films), reader.at_once)]
        present = np.repeat(pair.present, len(films), axis=0)
        said = [reader.expected(both[0][part], both[1][part], present[part]) for part in parts]
        return np.concatenate(said)[:, CORTICES.index(cortex)]

    return score


def _prepared(radiograph: Radiograph, how: Preprocessing) -> PreparedFilm:
    crop = crop_of(radiograph.pixels, how)
    return PreparedFilm(radiograph, crop.pixels, crop.window)
