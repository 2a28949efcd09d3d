"""How many films the simulator writes in a second, on all cores, from nothing to files on disk."""

import tempfile
import time
from pathlib import Path
from typing import Any

from radunion.phantom import Simulation, simulate
from radunion.phantom.films import Format
from radunion.phantom.hospital import HospitalName

PATIENTS = 40
WAYS: tuple[tuple[HospitalName, Format], ...] = (("textbook", "dicom"), ("everyday", "png"))


def run() -> list[dict[str, Any]]:
    """Return films a second of two hospitals."""
    return [_row(hospital, kind) for hospital, kind in WAYS]


def _row(hospital: HospitalName, kind: Format) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        start = time.perf_counter()
        simulate(Path(name), Simulation(PATIENTS, 1, format=kind, hospital=hospital))
        seconds = time.perf_counter() - start
        films = len(list((Path(name) / "films").iterdir()))
    return {
        "benchmark": f"simulator, {hospital}, 640×512, 16 bit, {kind}",
        "value": round(films / seconds, 1),
        "unit": "films/s",
        "aim": ">= 5",
        "beside": f"{films} films in {seconds:.1f} s, workers' start included",
    }
