"""Films with a marked fracture, and a made-up model that reads it, for the tests of heat-maps."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.explain.marked import MarkedExamination, MarkedFilm
from radunion.explain.measure import HeatmapSettings, measure_heatmaps
from radunion.explain.subject import Maps, PreparedPair, Subject
from radunion.radiograph import Preprocessing
from radunion.scale import CORTICES_ON, Cortex, View, view_of

HOW = Preprocessing(height=160, width=120, intensity="full")
SIDE = 24
"""Pixels of a fracture's box, and of each of its two cortices' down; those are half as wide."""
_VIEWS: tuple[View, View] = ("ap", "lateral")


@dataclass(frozen=True)
class ContrastReader:
    """Say a level by the contrast of the film's fracture, wherever the darkest place is."""

    preprocessing: Preprocessing = HOW
    at_once: int = 16

    def expected(self, ap: np.ndarray, lateral: np.ndarray, present: np.ndarray) -> np.ndarray:
        each = [films[:, 0].max(axis=(1, 2)) - films[:, 0].min(axis=(1, 2)) for films in (ap, lateral)]
        seen = np.where(present, np.stack(each, axis=1), 0.0)
        return 1.0 + 3.0 * np.repeat(seen, 2, axis=1).astype(np.float64)


def examinations(folder: Path, count: int, *, seed: int = 0) -> list[MarkedExamination]:
    """Write films of a bright shaft with a dark fracture of fine stripes; every second one is of the same patient."""
    random = np.random.default_rng(seed)
    return [
        MarkedExamination(f"secret-{row // 2}", (_film(folder, row, 0, random), _film(folder, row, 1, random)))
        for row in range(count)
    ]


def truthful(examination_of: Callable[[PreparedPair], MarkedExamination]) -> Callable[[PreparedPair], Maps]:
    """Return maps that are a hill on every cortex's box."""

    def maps(pair: PreparedPair) -> Maps:
        films = examination_of(pair).films
        found: dict[Cortex, np.ndarray] = {}
        for cortex, side in pair.shown():
            film = films[side]
            assert film is not None
            found[cortex] = hill(film.cortices[cortex])
        return {cortex: pair.mapped(cortex, values) for cortex, values in found.items()}

    return maps


def noisy(seed: int) -> Callable[[PreparedPair], Maps]:
    """Return maps of chance, others for every film."""
    random = np.random.default_rng(seed)
    return lambda pair: {cortex: pair.mapped(cortex, random.random((40, 30))) for cortex, _ in pair.shown()}


def even(pair: PreparedPair) -> Maps:
    """Return maps that are the same everywhere."""
    return {cortex: pair.mapped(cortex, np.ones((40, 30))) for cortex, _ in pair.shown()}


def hill(box: tuple[float, float, float, float]) -> np.ndarray:
    """Return a map of the whole film with its peak in the middle of a box."""
    x0, y0, x1, y1 = box
    down, right = (np.arange(side) + 0.5 for side in (HOW.height, HOW.width))
    away = ((down[:, None] - (y0 + y1) / 2) / 6) ** 2 + ((right[None] - (x0 + x1) / 2) / 4) ** 2
    return np.exp(-away / 2)


def known(marked: list[MarkedExamination]) -> Callable[[PreparedPair], MarkedExamination]:
    """Return how an examination is found again by its first film."""
    by_path = {film.path: one for one in marked for film in one.films if film is not None}

    def found(pair: PreparedPair) -> MarkedExamination:
        return by_path[next(film.radiograph.path for film in pair.films if film is not None)]

    return found


def a_quality(folder: Path, *, count: int = 6, random: bool = True) -> HeatmapQuality:
    """Measure maps that are right on made-up films, beside maps of chance."""
    marked = examinations(folder, count)
    subject = Subject("teller", "evidence", ContrastReader(), truthful(known(marked)))
    return measure_heatmaps(
        subject,
        marked,
        settings=HeatmapSettings(removals=2, each=2, replicates=100),
        simulated=True,
        random=Subject("chance", "evidence", ContrastReader(), noisy(1)) if random else None,
    )


def _film(folder: Path, row: int, side: int, random: np.random.Generator) -> MarkedFilm:
    pixels = np.full((HOW.height, HOW.width), 0.25, dtype=np.float32)
    middle = int(random.integers(45, 75))
    pixels[:, middle - SIDE // 2 : middle + SIDE // 2] = 0.65
    top = int(random.integers(10, HOW.height - SIDE - 10))
    pixels[top : top + SIDE : 3, middle - SIDE // 2 : middle + SIDE // 2] = 0.05
    path = folder / f"{row}-{side}.png"
    Image.fromarray(np.round(pixels * 255).astype(np.uint8)).save(path)
    left, right = float(middle - SIDE // 2), float(middle + SIDE // 2)
    rows = float(top), float(top + SIDE)
    first, second = CORTICES_ON[_VIEWS[side]]
    halves = {first: (left, rows[0], float(middle), rows[1]), second: (float(middle), rows[0], right, rows[1])}
    assert all(view_of(cortex) == _VIEWS[side] for cortex in halves)
    return MarkedFilm(path, ((left, rows[0], right, rows[1]),), halves)
