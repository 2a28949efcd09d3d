"""The simulated cohorts that the model in the box learns from, and those that calibrate it."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from radunion.cohort import Cohort, read_cohort
from radunion.phantom import Simulation, simulate
from radunion.phantom.table import COLUMNS
from radunion.training.learner import Tell

LEARNING: Mapping[str, Simulation] = {
    "studies": Simulation(1500, 3118, format="png", hospital="everyday"),
    "follow-up": Simulation(750, 3119, format="png", hospital="everyday", schedule="follow-up"),
    "intact": Simulation(1500, 3120, format="png", hospital="everyday", schedule="intact"),
    "injury": Simulation(400, 3121, format="png", hospital="everyday", schedule="injury"),
}
"""Visits of studies, most of them late; whole courses; legs that never broke; fractures on the day of the injury."""
CALIBRATING: Mapping[str, Simulation] = {
    "everyday": Simulation(2500, 3122, format="png", hospital="everyday"),
    "textbook": Simulation(1000, 3123, format="png", hospital="textbook"),
}
"""Other patients, to whose levels the probabilities are fitted; what has learned is not asked about itself. Some are of
a hospital that it never learned from, as its users' will be."""


def simulated_cohorts(folder: Path, parts: Mapping[str, Simulation], tell: Tell) -> Cohort:
    """Simulate each part under its name in a folder, or take what is there of it; put their tables together as one."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for name, part in parts.items() for row in _rows(folder, name, part, tell)]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "cohort.csv").write_text(text.getvalue(), encoding="utf-8")
    return read_cohort(folder / "cohort.csv")


def _rows(folder: Path, name: str, part: Simulation, tell: Tell) -> list[dict[str, str]]:
    """Return a part's rows; patients and films go by its name, since every simulation counts from 1."""
    table = _simulated(folder / name, part, tell)
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [{**row, "patient": f"{name}-{row['patient']}", "image": f"{name}/{row['image']}"} for row in rows]


def _simulated(folder: Path, settings: Simulation, tell: Tell) -> Path:
    stage = f"Simulating {folder.name}"
    return simulate(folder, settings, progress=lambda done, total: tell(stage, done, total, ""))
