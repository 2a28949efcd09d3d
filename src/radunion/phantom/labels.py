"""The label table of a simulated cohort without its films: whole cohorts in seconds, for whatever needs no pixels."""

from pathlib import Path

import polars as pl

from radunion.cohort import Cohort, examinations_from_rows
from radunion.phantom.cohort import Simulation
from radunion.phantom.films import film_name
from radunion.phantom.table import COLUMNS, film_rows, readings_of
from radunion.scale import DEFAULT_CONVENTION, Convention

SOURCE = Path("simulated-labels") / "cohort.csv"
"""Where the table says that it is; no file is there, and none of the films that it names."""


def simulate_labels(settings: Simulation, *, convention: Convention = DEFAULT_CONVENTION) -> Cohort:
    """Return the cohort that `simulate` would write by the same settings, less the films and the fracture boxes."""
    frame = label_table(settings)
    examinations = examinations_from_rows(frame, base=SOURCE.parent, convention=convention)
    return Cohort(SOURCE, frame, convention, examinations, tuple(range(2, frame.height + 2)))


def label_table(settings: Simulation) -> pl.DataFrame:
    """Return the rows of the simulated table as text, one a film and reader; the column of fracture boxes is empty."""
    columns: dict[str, list[str]] = {column: [] for column in COLUMNS}
    for number in range(1, settings.patients + 1):
        patient = settings.patient(number)
        for visit, exam in enumerate(patient.exams):
            said = readings_of(patient, visit, seed=settings.seed, readers=settings.readers)
            for view in exam.films:
                name = film_name(patient, visit, view, settings.format)
                for row in film_rows(patient, visit, view, name, said):
                    for column, values in columns.items():
                        values.append(str(row.get(column, "")))
    return pl.DataFrame(columns, schema=dict.fromkeys(COLUMNS, pl.String))
