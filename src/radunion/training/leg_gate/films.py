"""The thumbnails that the gate learns from."""

import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from radunion.phantom import Simulation, simulate
from radunion.phantom.made import Kind, made_film
from radunion.radiograph import read_radiograph
from radunion.scoring.leg_gate.thumbnail import SIDE, thumbnail

Thumbnails = UInt8[np.ndarray, "n 128 128"]
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class GateFilms:
    """How many films of each kind are made, and of how many patients legs are simulated."""

    made: Mapping[Kind, int] = field(
        default_factory=lambda: {"leg": 3000, "arm": 3000, "torso": 1200, "picture": 2000}, hash=False
    )
    patients: int = 240
    seed: int = 417
    workers: int = 2


def made_thumbnails(films: GateFilms, *, tell: Told) -> dict[Kind, Thumbnails]:
    """Return the made-up films of each kind; the same settings give the same films."""
    found: dict[Kind, Thumbnails] = {}
    with ProcessPoolExecutor(films.workers) as pool:
        for kind, count in films.made.items():
            drawn = []
            for done, one in enumerate(pool.map(partial(_made, kind), range(count), chunksize=16), start=1):
                drawn.append(one)
                tell(f"Making films of kind {kind}", done, count)
            found[kind] = np.stack(drawn)
    return found


def simulated_thumbnails(films: GateFilms, *, tell: Told) -> Thumbnails:
    """Return the legs of a simulated cohort."""
    with tempfile.TemporaryDirectory() as folder:
        told = partial(tell, "Simulating patients")
        table = simulate(Path(folder), Simulation(films.patients, films.seed), workers=films.workers, progress=told)
        return np.stack([thumbnail(read_radiograph(path).pixels) for path in sorted(table.parent.glob("films/*"))])


def _made(kind: Kind, seed: int) -> UInt8[np.ndarray, "128 128"]:
    return thumbnail(made_film(kind, seed, longest=SIDE))
