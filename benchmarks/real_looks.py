"""What a model says of each real examination, as filed and after every harmless change, beside the controls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from benchmarks.real_controls import bright_share
from benchmarks.real_maps import apart, away, maps_of, place
from benchmarks.real_tables import RealExamination
from benchmarks.real_transforms import AS_FILED, HARMLESS, Act, Transform, as_filed
from radunion.cohort import Box
from radunion.explain.marked import MarkedFilm
from radunion.explain.subject import PreparedFilm, PreparedPair, prepared_pair
from radunion.joint import TOTAL_SCORES
from radunion.radiograph import Preprocessing, Radiograph, Side, find_shaft, read_radiograph
from radunion.scale import LEVELS
from radunion.scoring import Bundle, Inferred, infer_prepared
from radunion.scoring.positive import as_positives
from radunion.scoring.totals import used_cortices

_MAPPED: tuple[Transform, ...] = (AS_FILED, "mirrored")
"""The versions of a film whose maps are looked at."""
_GATED: tuple[Transform, ...] = (AS_FILED, "negative")
"""The versions of a film that the leg gate is asked about."""


@dataclass(frozen=True)
class Said:
    """Hold what a model says of one version of an examination.

    `total` is the expected mRUST total over its joint distribution, all four cortices counted; `levels` are the
    expected levels, `used` the cortices that are seen and scorable. `apart` is how far right of the medial cortex the
    lateral one lies on the AP film, a share of its width; `place` how far down the shaft the maps have their peak, a
    share of its length, mean of the films. Both are NaN where the model has no maps or was not asked.
    """

    total: float
    levels: Float[np.ndarray, "4"]
    used: Bool[np.ndarray, "4"]
    apart: float = float("nan")
    place: float = float("nan")

    @property
    def level(self) -> float:
        """The mean expected level of the cortices that are seen and scorable; NaN where none is."""
        return float(self.levels[self.used].mean()) if self.used.any() else float("nan")


@dataclass(frozen=True)
class Looked:
    """Hold all that was found on one examination.

    `said` is by version; `lateral` is P(lateral view) of the AP and of the lateral film, each given alone, None where
    there is no such film. `away` is how far each film's heat-map has its peak from the radiologist's boxes, a share of
    the film's height, None without a box. `turned` says by version how many films were taken for negatives. `area` is
    the control.
    """

    examination: RealExamination
    said: Mapping[Transform, Said]
    lateral: tuple[float | None, float | None]
    away: tuple[float | None, float | None]
    turned: Mapping[Transform, int]
    area: float
    side: Side | None

    @property
    def group(self) -> str:
        """The group of patients, as the tables guess it."""
        return self.examination.marked.patient

    @property
    def filed(self) -> Said:
        """What the model says of the films as they are."""
        return self.said[AS_FILED]


def look(bundle: Bundle, examination: RealExamination, *, changes: Mapping[Transform, Act] = HARMLESS) -> Looked:
    """Read the films once and ask a model of every version of them; `changes` are left out where a film is cut.

    Raises FilmError for a film that cannot be used.
    """
    films = read_films(examination)
    acts: dict[Transform, Act] = {AS_FILED: as_filed, **(changes if examination.whole else {})}
    pairs: dict[Transform, PreparedPair] = {}
    inputs, turned = [], {}
    for name, act in acts.items():
        pair = prepared(films, bundle.preprocessing, act=act)
        inputs.append(pair.inputs())
        if name in _MAPPED:
            pairs[name] = pair
        if name in _GATED:
            shown = [_changed(film, act) for film in films if film is not None]
            turned[name] = sum(film.turned for film in as_positives(shown))
    inferred = _infer(bundle, inputs, pairs[AS_FILED].present[0])
    said = {name: _said(bundle, inferred, row, pairs.get(name)) for row, name in enumerate(acts)}
    ap = films[0]
    return Looked(
        examination,
        said,
        _alone(bundle, pairs[AS_FILED]),
        _away(examination, pairs[AS_FILED], inferred),
        turned,
        area=_mean([_area(film) for film in pairs[AS_FILED].films if film is not None]),
        side=examination.side or (None if ap is None else ap.side),
    )


def read_films(examination: RealExamination) -> tuple[Radiograph | None, Radiograph | None]:
    """Read the AP and the lateral film, cut to their panel where a file holds two views."""
    ap, lateral = (
        None if film is None else _cut(film, cut)
        for film, cut in zip(examination.marked.films, examination.cuts, strict=True)
    )
    return ap, lateral


def prepared(films: Sequence[Radiograph | None], how: Preprocessing, *, act: Act = as_filed) -> PreparedPair:
    """Return two films as a model takes them, after a change of their pixels."""
    ap, lateral = (None if film is None else _changed(film, act) for film in films)
    return prepared_pair(ap, lateral, how)


def _cut(film: MarkedFilm, cut: Box | None) -> Radiograph:
    radiograph = read_radiograph(film.path)
    if cut is None:
        return radiograph
    x0, y0, x1, y1 = map(round, cut)
    return replace(radiograph, pixels=np.ascontiguousarray(radiograph.pixels[y0:y1, x0:x1]))


def _changed(film: Radiograph, act: Act) -> Radiograph:
    return replace(film, pixels=act(film.pixels))


def _infer(bundle: Bundle, inputs: Sequence[tuple[np.ndarray, np.ndarray]], present: Bool[np.ndarray, "2"]) -> Inferred:
    ap, lateral = (np.concatenate([pair[side] for pair in inputs]) for side in (0, 1))
    return infer_prepared(bundle, ap, lateral, np.repeat(present[None], len(inputs), axis=0), evidence=True)


def _alone(bundle: Bundle, pair: PreparedPair) -> tuple[float | None, float | None]:
    """Return P(lateral) of each film given alone and first, so that nothing but the film tells its view."""
    films = pair.inputs()
    sides = [side for side in (0, 1) if pair.films[side] is not None]
    first = np.concatenate([films[side] for side in sides])
    present = np.repeat([[True, False]], len(sides), axis=0)
    found = infer_prepared(bundle, first, np.zeros_like(first), present).lateral[:, 0]
    ap, lateral = (float(found[sides.index(side)]) if side in sides else None for side in (0, 1))
    return ap, lateral


def _said(bundle: Bundle, inferred: Inferred, row: int, pair: PreparedPair | None) -> Said:
    joint = bundle.card.calibrated(inferred.joint[[row]])
    total = joint.totals("mrust", bundle.card.convention)[0].astype(np.float64) @ np.array(TOTAL_SCORES["mrust"])
    levels = joint.margins()[0].astype(np.float64) @ np.array(LEVELS, dtype=np.float64)
    used = used_cortices(joint, inferred.present[row])
    if pair is None:
        return Said(float(total), levels, used)
    maps = maps_of(inferred, row, pair)
    return Said(float(total), levels, used, apart=apart(pair, maps), place=place(pair, maps))


def _away(examination: RealExamination, pair: PreparedPair, inferred: Inferred) -> tuple[float | None, float | None]:
    maps = maps_of(inferred, 0, pair)
    ap, lateral = (
        away(pair, maps, side, film.fracture) if maps and film is not None and film.fracture else None
        for side, film in enumerate(examination.marked.films)
    )
    return ap, lateral


def _area(film: PreparedFilm) -> float:
    pixels = film.radiograph.pixels
    return bright_share(pixels, find_shaft(pixels) if film.window is None else film.window.shaft)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
