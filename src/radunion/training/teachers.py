"""Whom the finders learn from: films with boxes, and simulated ones where the user's have too few."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int64, UInt8
from torch import Tensor

from radunion.cohort import read_cohort
from radunion.phantom import Simulation, simulate
from radunion.training.examples import Examples, examples_of, films_in
from radunion.training.learner import Tell
from radunion.training.strips import Strips, load_strips

FEWEST_BOXES = 60
"""With fewer films that have a box of the fracture, or of their cortices, simulated films teach where they are."""
_TEACHERS = Simulation(patients=80, seed=77_001, format="png")


@dataclass(frozen=True)
class Teachers:
    """Simulated films whose boxes are known; `held` says which of them are held out, every seventh patient's."""

    strips: Strips
    lateral: Bool[np.ndarray, " m"]
    intact: Bool[np.ndarray, " m"]
    held: Bool[np.ndarray, " m"]


@dataclass(frozen=True)
class Taught:
    """The user's films and then the teachers'; `teaching` and `held` are the teachers' rows, to learn from or not."""

    strips: UInt8[Tensor, "m 1 h w"]
    boxes: Float32[np.ndarray, "m 2"]
    cortices: Float32[np.ndarray, "m 2 4"]
    lateral: Float32[np.ndarray, " m"]
    intact: Bool[np.ndarray, " m"]
    teaching: Int64[np.ndarray, " a"]
    held: Int64[np.ndarray, " b"]


def few(known: Bool[np.ndarray, " m"]) -> bool:
    """Say whether too few films have a box."""
    return int(known.sum()) < FEWEST_BOXES


def simulated_teachers(folder: Path, tell: Tell) -> Teachers:
    """Simulate films under a folder, or take those that are there."""
    table = simulate(
        folder, _TEACHERS, progress=lambda done, total: tell("Simulating films with known fractures", done, total, "")
    )
    examples = examples_of(read_cohort(table).examinations)
    patients = sorted(set(examples.patients))[::7]
    rows = films_in(examples, np.flatnonzero(np.isin(examples.patients, patients)))
    strips = load_strips(examples.paths, examples.boxes, examples.cortex_boxes)
    return Teachers(strips, examples.lateral, examples.intact, np.isin(np.arange(len(examples.paths)), rows))


def taught_by(strips: Strips, examples: Examples, teachers: Teachers | None) -> Taught:
    """Put the teachers' films after those of the examples."""
    own = torch.from_numpy(strips.pixels)
    if teachers is None:
        nobody = np.zeros(0, dtype=np.int64)
        lateral = examples.lateral.astype(np.float32)
        return Taught(own, strips.boxes, strips.cortices, lateral, examples.intact, nobody, nobody)
    theirs, first = teachers.strips, len(examples.paths)
    return Taught(
        torch.cat([own, torch.from_numpy(theirs.pixels)]),
        np.concatenate([strips.boxes, theirs.boxes]),
        np.concatenate([strips.cortices, theirs.cortices]),
        np.concatenate([examples.lateral, teachers.lateral]).astype(np.float32),
        np.concatenate([examples.intact, teachers.intact]),
        first + np.flatnonzero(~teachers.held),
        first + np.flatnonzero(teachers.held),
    )
