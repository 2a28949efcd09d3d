"""How far the readers of simulated cohorts agree, with each other and with the truth, without drawing any film.

python -m benchmarks.readers_cohort
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.table import Table

from radunion import NOTICE
from radunion.evaluation.readers import READERS, compare_readers
from radunion.evaluation.reference import reference_of
from radunion.joint import JointLevels
from radunion.phantom import Simulation
from radunion.phantom.hospital import HospitalName
from radunion.phantom.labels import simulate_labels
from radunion.phantom.priors import Schedule
from radunion.scale import CORTICES

SEEDS = range(1, 11)
PATIENTS: dict[Schedule, int] = {"studies": 400, "follow-up": 100}
HOSPITALS: tuple[HospitalName, ...] = ("everyday", "textbook")
RATERS = 3


def main() -> None:
    """Print a line a hospital, schedule and scale: mean, lowest and highest of the cohorts."""
    heads = ("hospital", "visits", "patients", "scale", "readers with each other", "truth with the readers")
    caption = f"mean (lowest to highest) of {len(SEEDS)} simulated cohorts; {NOTICE}"
    shown = Table(*heads, title=f"ICC(2,1) of the total of {RATERS} simulated readers", caption=caption)
    for hospital in HOSPITALS:
        for schedule, patients in PATIENTS.items():
            cohorts = [Simulation(patients, seed, hospital=hospital, schedule=schedule) for seed in SEEDS]
            found = [dict(agreements(cohort)) for cohort in cohorts]
            for scale in sorted({scale for scale, _ in found[0]}):
                told = [_told([one[scale, who] for one in found]) for who in (READERS, f"truth | {READERS}")]
                shown.add_row(hospital, schedule, str(patients), scale, *told)
    Console().print(shown)


def agreements(settings: Simulation) -> Iterator[tuple[tuple[str, str], float]]:
    """Yield the ICC(2,1) of the total by scale and by who is compared: the readers, and the truth with them."""
    cohort = simulate_labels(replace(settings, readers=RATERS))
    patients = (settings.patient(number) for number in range(1, settings.patients + 1))
    exams = [exam for patient in patients for exam in patient.exams]
    levels = np.array([[exam.levels[cortex] for cortex in CORTICES] for exam in exams])
    truth = JointLevels(np.ones((len(levels), 1)), np.eye(4)[levels - 1][:, None], np.ones((len(levels), 4)))
    reference = reference_of(cohort.examinations, cohort.convention)
    for row in compare_readers(reference, {"truth": truth}, seed=0, replicates=2):
        if (row.metric, row.scope) == ("icc-2-1", "total") and row.estimate is not None:
            yield (row.scale, row.protocol), row.estimate


def _told(values: list[float]) -> str:
    return f"{np.mean(values):.2f} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
