"""How many films the simulator writes in a second, on all cores, from nothing to files on disk."""

import tempfile
import time
from pathlib import Path
from typing import Any

from radunion.phantom import Simulation, simulate
from radunion.phantom.films import Format

PATIENTS = 40
FORMATS: tuple[Format, ...] = ("dicom", "png")


def run() -> list[dict[str, Any]]:
    """Return films a second for each format."""
    return [_row(kind) for kind in FORMATS]


def _row(kind: Format) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        start = time.perf_counter()
        simulate(Path(name), Simulation(PATIENTS, 1, format=kind))
        seconds = time.perf_counter() - start
        films = len(list((Path(name) / "films").iterdir()))
    return {
        "benchmark": f"simulator, 640×512, 16 bit, {kind}",
        "value": round(films / seconds, 1),
        "unit": "films/s",
        "aim": ">= 10",
        "beside": f"{films} films in {seconds:.1f} s, workers' start included",
    }
