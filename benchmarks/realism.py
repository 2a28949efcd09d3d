"""How real simulated films look: what tells them from real ones, and by how much.

    python -m benchmarks.realism FILMS [--against FOLDER] --out FOLDER [--films N] [--seed S]

FILMS is a cohort that `radunion simulate` wrote (300 patients are plenty), or any folder of films; they are compared
with the real films of FOLDER, by default RADUNION_SHARED/real/dev, and those with each other by halves of patients.
Simulated films are drawn so that none, plaster and metal have the shares that they have among the real ones. Real
pictures go into the contact sheet: `--out` lies outside of this repository. Features need the extra `train`.
"""

import json
import os
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Shaped
from rich.console import Console

from benchmarks.realism_classifier import Cue, Told, cues, forest, logistic, told_apart, told_halves
from benchmarks.realism_crops import MADE_EQUAL, Looked, look
from benchmarks.realism_distances import Apart, apart, earth_mover, kernel_distance, spectral
from benchmarks.realism_features import mixed_7a
from benchmarks.realism_films import films_of, matched, real_films
from benchmarks.realism_measures import Measured, measure
from benchmarks.realism_sheet import contact_sheet
from benchmarks.realism_statistics import statistics
from benchmarks.realism_table import WIDTH, told_tables
from radunion import NOTICE
from radunion.features import FeatureCache

CROPS = 2
"""Crops of a film's shaft."""
Pixels = Float32[np.ndarray, "h w"]
_DISTANCES = {
    **dict.fromkeys(("film", "air", "flesh", "bone", "gradient", "overshoot"), earth_mover),
    "noise": spectral,
}


@dataclass(frozen=True)
class Cut:
    """Hold crops of one kind: which are simulated, and of whom they are."""

    pixels: list[Pixels]
    simulated: Bool[np.ndarray, " n"]
    patients: Shaped[np.ndarray, " n"]


@dataclass(frozen=True)
class Realism:
    """Hold all that was measured: by kind of crop, by classifier (simulated from real, half from half), by distance."""

    films: dict[str, int]
    told: dict[str, dict[str, dict[str, Told]]]
    cues: dict[str, list[Cue]]
    kernel: dict[str, Apart]
    distances: dict[str, Apart]


def main() -> None:
    """Compare, print tables, and write realism.json and contact-sheet.png."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("films", type=Path, metavar="FILMS")
    parser.add_argument("--against", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--films", type=int, default=300, dest="most", metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    shared = Path(os.environ.get("RADUNION_SHARED", "../shared"))
    against = real_films(args.against or shared / "real" / "dev")
    drawn = matched(films_of(args.films), against, most=args.most, seed=args.seed)
    real, simulated = (list(look(films, crops=CROPS)) for films in (against, drawn))
    found = compare(
        real, simulated, features=lambda crops: mixed_7a(crops, shared=shared, cache=FeatureCache()), seed=args.seed
    )
    args.out.mkdir(parents=True, exist_ok=True)
    record = {
        "notice": f"simulated films beside real ones; {NOTICE}",
        "made_equal": MADE_EQUAL,
        "seed": args.seed,
        **asdict(found),
    }
    (args.out / "realism.json").write_text(json.dumps(record, indent=1) + "\n")
    contact_sheet(args.out / "contact-sheet.png", real, simulated, seed=args.seed)
    console = Console(width=max(WIDTH, Console().width))
    for one in told_tables(found):
        console.print(one)
    console.print(f"Made equal: {MADE_EQUAL}.")


def compare(
    real: Sequence[Looked],
    simulated: Sequence[Looked],
    *,
    features: Callable[[Sequence[Pixels]], Float32[np.ndarray, "n c"]],
    seed: int,
) -> Realism:
    """Measure everything; the seed decides every draw."""
    told, telling, kernel = {}, {}, {}
    cuts = {
        "crops of the shaft": _cut(real, simulated, lambda one: one.crops),
        "patches of the shaft": _cut(real, simulated, lambda one: one.patches),
        "whole films": _cut(real, simulated, lambda one: (one.whole,)),
    }
    for name, cut in cuts.items():
        deep = features(cut.pixels)
        named = [statistics(crop) for crop in cut.pixels]
        plain = np.array([list(one.values()) for one in named])
        told[name] = {"Mixed_7a": _told(deep, cut, logistic, seed), "statistics": _told(plain, cut, forest, seed)}
        telling[name] = cues(plain, cut.simulated, list(named[0]))
        kernel[name] = apart(kernel_distance, *_by_patient(deep.astype(np.float64), cut), seed=seed)
    films = {"real": len(real), "simulated": len(simulated)}
    return Realism(films, told, telling, kernel, _distances(real, simulated, seed))


def _told(rows: np.ndarray, cut: Cut, model: Callable[[int], Any], seed: int) -> dict[str, Told]:
    real = ~cut.simulated
    return {
        "simulated": told_apart(rows, cut.simulated, cut.patients, model, seed=seed),
        "real halves": told_halves(rows[real], cut.patients[real], model, seed=seed),
    }


def _distances(real: Sequence[Looked], simulated: Sequence[Looked], seed: int) -> dict[str, Apart]:
    sides = [[(one.film.patient, measure(one, seed=seed)) for one in side if one.crops] for side in (real, simulated)]
    return {
        name: apart(distance, _grouped(sides[0], name), _grouped(sides[1], name), seed=seed)
        for name, distance in _DISTANCES.items()
    }


def _grouped(side: Sequence[tuple[str, Measured]], name: str) -> list[np.ndarray]:
    patients = dict.fromkeys(patient for patient, _ in side)
    return [np.concatenate([getattr(one, name) for whose, one in side if whose == patient]) for patient in patients]


def _by_patient(rows: np.ndarray, cut: Cut) -> tuple[list[np.ndarray], list[np.ndarray]]:
    real, simulated = (
        [rows[side & (cut.patients == patient)] for patient in np.unique(cut.patients[side])]
        for side in (~cut.simulated, cut.simulated)
    )
    return real, simulated


def _cut(real: Sequence[Looked], simulated: Sequence[Looked], take: Callable[[Looked], Sequence[Pixels]]) -> Cut:
    rows = [(crop, made, one) for made, side in enumerate((real, simulated)) for one in side for crop in take(one)]
    patients = np.array([f"{made} {one.film.patient}" for _, made, one in rows])
    return Cut([crop for crop, _, _ in rows], np.array([made == 1 for _, made, _ in rows]), patients)


if __name__ == "__main__":
    main()
