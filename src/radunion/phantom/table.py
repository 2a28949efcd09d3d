"""The label table of a simulated cohort: its columns, its readers, and what stands in the rows of a film."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from radunion.phantom.patients import ExamPlan, PatientPlan
from radunion.phantom.pose import FilmView
from radunion.phantom.readers import cut_points, read, sample_reader
from radunion.scale import CORTICES, CORTICES_ON, Cortex, score_of

COLUMNS = (
    "patient", "visit", "view", "image", *CORTICES, "scale", "site", "side",
    "days_since_injury", "fixation", "reader", "reading", "fracture_box", *(f"{cortex}_box" for cortex in CORTICES),
)  # fmt: skip
INTACT = "intact"
"""In place of the box of a fracture, on a leg that never broke."""
READER = "simulated"
"""The reader of the truth; those who doubt are `simulated-1` and so on."""


def readings_of(patient: PatientPlan, visit: int, *, seed: int, readers: int) -> dict[str, Mapping[Cortex, str]]:
    """Return the cells of one visit by reader: a score on the arm's scale, `U` behind metal, or nothing.

    Without `readers` the only one reads the truth. Reader n is drawn from `[seed, 0, n]`, the same person at every
    visit, and what that person writes from `[seed, patient, visit, n]`: patients and readers count from 1, so neither
    is a stream of a patient's leg or course, `[seed, patient]` and `[seed, patient, 1]`, which numpy fills with zeros.

    Blanks are the examination's, for all readers the same: in the seed's table they come together over both films and
    follow healing, so what is missing there is the record and not a person's judgement, which `U` tells. A table then
    differs from that of the truth by reading alone, and all readers score the same cases.
    """
    exam = patient.exams[visit]
    said = {READER: _truth(exam)} if readers == 0 else {}
    for number in range(1, readers + 1):
        said[f"{READER}-{number}"] = read(
            sample_reader(np.random.default_rng([seed, 0, number])),
            exam.places,
            exam.covered,
            cuts=cut_points(exam.arm),
            fixation=exam.fixation.kind,
            scale=exam.arm.scale,
            random=np.random.default_rng([seed, patient.number, visit, number]),
        )
    return {
        reader: {cortex: "" if cortex in exam.blank else cell for cortex, cell in cells.items()}
        for reader, cells in said.items()
    }


def film_rows(
    patient: PatientPlan, visit: int, view: FilmView, name: str, said: Mapping[str, Mapping[Cortex, str]]
) -> list[dict[str, Any]]:
    """Return what the table says of one film, a row a reader, less its boxes, which only the projection knows."""
    exam = patient.exams[visit]
    film = {"patient": f"S{patient.number:05d}", "visit": exam.arm.visit, "view": view, "image": name}
    about = {
        "scale": exam.arm.scale,
        "site": exam.arm.site,
        "side": patient.leg.side,
        "days_since_injury": exam.days if patient.fracture.broken else "",
        "fixation": exam.fixation.kind,
    }
    rows = []
    for reader, cells in said.items():
        scores: dict[str, str] = {cortex: cells[cortex] if cortex in CORTICES_ON[view] else "" for cortex in CORTICES}
        rows.append({**film, **scores, **about, "reader": reader, "reading": 1})
    return rows


def _truth(exam: ExamPlan) -> dict[Cortex, str]:
    levels = exam.levels.items()
    return {cortex: "U" if cortex in exam.hidden else str(score_of(level, exam.arm.scale)) for cortex, level in levels}
