"""Simulate a whole cohort: films, `cohort.csv` and `truth.jsonl`, in parallel, resumable, the same bytes by seed."""

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from radunion import NOTICE, __version__
from radunion.errors import UsageError
from radunion.phantom.films import Format, film_name, render, truth_of, write_film
from radunion.phantom.hospital import HOSPITALS, Hospital, HospitalName
from radunion.phantom.patients import PatientPlan, plan_patient
from radunion.phantom.priors import Schedule
from radunion.phantom.table import COLUMNS, INTACT, film_rows, readings_of
from radunion.processes import one_thread_each


@dataclass(frozen=True)
class Simulation:
    """The settings that a simulated cohort follows from; without `readers` its one reader reads the truth."""

    patients: int
    seed: int
    format: Format = "dicom"
    size: tuple[int, int] = (640, 512)
    hospital: HospitalName = "textbook"
    schedule: Schedule = "studies"
    readers: int = 0

    def patient(self, number: int) -> PatientPlan:
        """Return one of the patients, from 1."""
        return plan_patient(
            self.seed, number, size=self.size, hospital=HOSPITALS[self.hospital], schedule=self.schedule
        )


def simulate(
    out: Path, settings: Simulation, *, workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Write the cohort under `out` and return its table; films that are there already are kept.

    Raises UsageError when `out` holds a cohort of other settings, or settings are out of range.
    """
    _claim(out, settings)
    (out / "films").mkdir(exist_ok=True)
    rows: list[dict[str, Any]] = []
    truths: list[dict[str, Any]] = []
    for done, (patient_rows, patient_truths) in enumerate(_patients(out, settings, workers or os.cpu_count() or 1)):
        rows += patient_rows
        truths += patient_truths
        if progress is not None:
            progress(done + 1, settings.patients)
    _write(out / "truth.jsonl", "".join(json.dumps(truth) + "\n" for truth in truths))
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return _write(out / "cohort.csv", table.getvalue())


def _digest(hospital: Hospital) -> str:
    """Name what a hospital's films follow from: they are not gone on with after its settings have changed."""
    return hashlib.sha256(json.dumps(asdict(hospital), sort_keys=True).encode()).hexdigest()


def _claim(out: Path, settings: Simulation) -> None:
    if settings.patients < 1 or min(settings.seed, settings.readers) < 0 or min(settings.size) < 128:
        raise UsageError(
            "a simulation needs at least 1 patient, a seed and readers of 0 or more and films of 128 pixels or more"
        )
    record = {
        "notice": f"simulated films and labels; {NOTICE}",
        "radunion": __version__,
        "patients": settings.patients,
        "seed": settings.seed,
        "format": settings.format,
        "size": list(settings.size),
        "hospital": settings.hospital,
        "schedule": settings.schedule,
        **({} if settings.hospital == "textbook" else {"hospital_sha256": _digest(HOSPITALS[settings.hospital])}),
        **({"readers": settings.readers} if settings.readers else {}),  # a folder from before readers goes on as it is
    }
    path = out / "simulation.json"
    if path.exists() and json.loads(path.read_text()) != record:
        raise UsageError(f"{out} holds a simulation with other settings; choose another folder or remove it")
    out.mkdir(parents=True, exist_ok=True)
    _write(path, json.dumps(record, indent=2) + "\n")


def _patients(
    out: Path, settings: Simulation, workers: int
) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    jobs = [(out, settings, number) for number in range(1, settings.patients + 1)]
    if workers == 1:
        yield from map(_patient, jobs)
        return
    with one_thread_each(), ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_patient, jobs, chunksize=4)


def _patient(job: tuple[Path, Simulation, int]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    out, settings, number = job
    patient = settings.patient(number)
    rows, truths = [], []
    for visit, exam in enumerate(patient.exams):
        said = readings_of(patient, visit, seed=settings.seed, readers=settings.readers)
        for view in exam.films:
            name = film_name(patient, visit, view, settings.format)
            if not (out / name).exists():
                write_film(out / name, render(patient, exam, view), patient, visit, view, seed=settings.seed)
            truth = {"image": name, **truth_of(patient, exam, view)}
            boxes = {"fracture": truth["fracture_box"], **truth["cortex_boxes"]}
            cells = {} if patient.fracture.broken else {"fracture_box": INTACT}
            cells |= {f"{what}_box": " ".join(map(str, box)) for what, box in boxes.items() if box is not None}
            rows += [{**row, **cells} for row in film_rows(patient, visit, view, name, said)]
            truths.append(truth)
    return rows, truths


def _write(path: Path, text: str) -> Path:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    return temporary.replace(path)
