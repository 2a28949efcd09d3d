"""What the maps of one examination do on its marked films, beside what points there without a model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Float32

from radunion.evaluation.heatmaps.curves import cells_of
from radunion.evaluation.heatmaps.energy import area_share, energy_inside
from radunion.evaluation.heatmaps.fixed import beside_the_line, on_the_line
from radunion.evaluation.heatmaps.places import centre, densest_edges, on_shaft
from radunion.evaluation.heatmaps.pointing import NEAR, points_at
from radunion.evaluation.heatmaps.rows import Pointing
from radunion.evaluation.heatmaps.sanity import similarity
from radunion.evaluation.heatmaps.target import Target
from radunion.explain.marked import MarkedExamination, MarkedFilm
from radunion.explain.subject import VIEWS, Maps, PreparedFilm, PreparedPair, Subject, prepare_pair
from radunion.radiograph import find_shaft
from radunion.radiograph.on_film import on_film
from radunion.scale import CORTICES_ON, Cortex

Scope = Literal["film"] | Cortex
"""The fracture on a film, looked for in the sum of its cortices' maps; or one cortex, in its own map."""
LONGEST = 640
"""Pixels of the longer side of a film on which maps are measured: a larger film is not shown in more detail."""


@dataclass(frozen=True)
class Hits:
    """Hold who points at a target: `ways` by protocol, `places` the fixed places on the shaft."""

    ways: Mapping[str, bool]
    places: Bool[np.ndarray, " p"]


@dataclass(frozen=True)
class Seen:
    """Hold what was found on one target of a film.

    `row` is the examination's place, `energy` is by protocol. `similarity` is that of a cortex's map and the one of
    random weights, None where there is none. `remodelled` is what is known of the film's cortices.
    """

    row: int
    side: int
    patient: str
    scope: Scope
    hits: Mapping[Pointing, Hits]
    energy: Mapping[str, float]
    similarity: float | None
    remodelled: bool | None = None


@dataclass(frozen=True)
class Mapped:
    """Hold the films of an examination and their maps: the model's, and those of random weights where there are any."""

    pair: PreparedPair
    own: Maps
    random: Maps | None


@dataclass(frozen=True)
class _Guesses:
    """Hold what points on a film without a map: single places, and the fixed places to try on and beside the line."""

    single: Mapping[str, Float[np.ndarray, "1 2"]]
    line: Float[np.ndarray, "on 2"]
    beside: Float[np.ndarray, "off 2"]


def map_examination(examination: MarkedExamination, subject: Subject, random: Subject | None = None) -> Mapped:
    """Read the films and make their maps. Raises FilmError for a film that cannot be used."""
    ap, lateral = (None if film is None else film.path for film in examination.films)
    pair = prepare_pair(ap, lateral, subject.reader.preprocessing)
    return Mapped(pair, subject.maps(pair), None if random is None else random.maps(pair))


def observe(row: int, examination: MarkedExamination, mapped: Mapped, *, name: str, tolerance: float) -> Iterator[Seen]:
    """Yield what is found on every target of the examination; `name` is the model's."""
    for side, film in enumerate(examination.films):
        prepared = mapped.pair.films[side]
        if film is None or prepared is None or not film.known:
            continue
        guesses = _guesses(prepared)
        for scope, target in _targets(film, film_shape(prepared)).items():
            looked = {name: over_film(mapped.own, scope, side, mapped.pair)}
            if mapped.random is not None:
                looked["random-weights"] = over_film(mapped.random, scope, side, mapped.pair)
            tried = guesses.line if scope == "film" else guesses.beside
            hits = {one: _hits(looked, guesses.single, tried, target, allowed) for one, allowed in _allowed(tolerance)}
            energy = {one: energy_inside(values, target) for one, values in looked.items()}
            yield Seen(
                row, side, examination.patient, scope, hits, energy | {"area": area_share(target)},
                _similarity(mapped, scope), film.remodelled,
            )  # fmt: skip


def _allowed(tolerance: float) -> Iterator[tuple[Pointing, float]]:
    """Yield the tolerances to measure with: a greater one than asked for is told beside it."""
    yield "pointing", tolerance
    if tolerance < NEAR:
        yield "pointing-near", NEAR


def _hits(
    looked: Mapping[str, Float32[np.ndarray, "h w"]],
    single: Mapping[str, Float[np.ndarray, "1 2"]],
    tried: Float[np.ndarray, "p 2"],
    target: Target,
    tolerance: float,
) -> Hits:
    ways = {one: points_at(values, target, tolerance=tolerance) for one, values in looked.items()}
    guessed = {one: bool(target.holds(at, tolerance=tolerance)[0]) for one, at in single.items()}
    return Hits(ways | guessed, target.holds(tried, tolerance=tolerance))


def over_film(
    maps: Maps, scope: Scope, side: int, pair: PreparedPair, *, longest: int = LONGEST
) -> Float32[np.ndarray, "h w"]:
    """Return a cortex's map, or the sum of both cortices', over the film itself at most `longest` pixels long.

    It is 0 everywhere where no map is given.
    """
    film = pair.films[side]
    if film is None:
        raise ValueError("a map lies over a film, and the examination has none of that view")
    shape = film_shape(film)
    size = small_size(shape, longest)
    shown = CORTICES_ON[VIEWS[side]] if scope == "film" else (scope,)
    found = [maps[one].values for one in shown if one in maps]
    if not found:
        return np.zeros(size, dtype=np.float32)
    total = np.asarray(np.sum(found, axis=0, dtype=np.float32))
    return on_film(total, shape, pair.how, window=film.window, size=size)


def film_shape(film: PreparedFilm) -> tuple[int, int]:
    """Return the height and width of a film as read, in pixels."""
    return film.radiograph.pixels.shape[0], film.radiograph.pixels.shape[1]


def small_size(shape: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return the size of a film at most `longest` pixels long, its aspect ratio kept."""
    scale = min(1.0, longest / max(shape))
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _targets(film: MarkedFilm, shape: tuple[int, int]) -> dict[Scope, Target]:
    targets: dict[Scope, Target] = {"film": Target(shape, film.fracture)} if film.fracture else {}
    for cortex, box in film.cortices.items():
        targets[cortex] = Target(shape, (box,))
    return targets


def _guesses(film: PreparedFilm) -> _Guesses:
    pixels, shape = film.radiograph.pixels, film_shape(film)
    shaft = find_shaft(pixels) if film.window is None else film.window.shaft
    line, beside = (
        on_shaft(shaft, shape, along=places.along, aside=places.aside) for places in (on_the_line(), beside_the_line())
    )
    return _Guesses({"centre": centre(), "edges": densest_edges(pixels, shaft)}, line, beside)


def _similarity(mapped: Mapped, scope: Scope) -> float | None:
    if scope == "film" or mapped.random is None or scope not in mapped.own or scope not in mapped.random:
        return None
    prepared = mapped.pair.how.height, mapped.pair.how.width
    own, random = (cells_of(maps[scope].values, prepared) for maps in (mapped.own, mapped.random))
    return similarity(own, random)
