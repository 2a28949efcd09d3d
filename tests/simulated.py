"""Small simulated cohorts, made once for all tests of a run that only read them."""

import atexit
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from radunion.phantom import Simulation, simulate


@cache
def simulated(patients: int = 14, seed: int = 5) -> Path:
    """Return the table of a cohort of small films: for tests of what is done with films, not of how well."""
    folder = TemporaryDirectory(prefix="simulated-")
    atexit.register(folder.cleanup)
    return simulate(Path(folder.name) / "cohort", Simulation(patients, seed, format="png", size=(320, 256)), workers=2)
