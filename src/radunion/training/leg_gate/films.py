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
    """How many films of each kind are made, and the cohorts whose legs are simulated: broken, and never broken."""

    made: Mapping[Kind, int] = field(
        default_factory=lambda: {"leg": 3000, "arm": 3000, "torso": 1200, "picture": 2000}, hash=False
    )
    simulated: tuple[Simulation, ...] = (
        Simulation(700, 417, hospital="everyday"),
        Simulation(200, 418, hospital="everyday", schedule="intact"),
    )
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
    """Return the legs of the simulated cohorts."""
    told = partial(tell, "Simulating patients")
    found = []
    for settings in films.simulated:
        with tempfile.TemporaryDirectory() as folder:
            table = simulate(Path(folder), settings, workers=films.workers, progress=told)
            found += [thumbnail(read_radiograph(path).pixels) for path in sorted(table.parent.glob("films/*"))]
    return np.stack(found)


def _made(kind: Kind, seed: int) -> UInt8[np.ndarray, "128 128"]:
    return thumbnail(made_film(kind, seed, longest=SIDE))
