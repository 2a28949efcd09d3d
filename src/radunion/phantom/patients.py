"""Decide everything about a simulated patient; `films` renders it. Deciding draws numbers, rendering draws none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from radunion.phantom import priors
from radunion.phantom.anatomy import Leg, sample_leg
from radunion.phantom.exposure import Exposure, sample_exposure
from radunion.phantom.fixation import Fixation, FixationKind, sample_bar, sample_fixation
from radunion.phantom.healing import CortexState, Fracture, cortex_states, sample_fracture
from radunion.phantom.projection import Pose
from radunion.scale import CORTICES, Cortex, Scale, score_of

FilmView = Literal["ap", "lateral"]
FIXATION_SHARES: dict[FixationKind, float] = {"nail": 0.45, "cast": 0.15, "none": 0.40}


@dataclass(frozen=True)
class FilmPlan:
    """One film: where the leg lies on it and how it was exposed."""

    pose: Pose
    exposure: Exposure
    monochrome1: bool


@dataclass(frozen=True)
class ExamPlan:
    """One visit: the truth, what the table says of it, and its films."""

    site: str
    visit: str
    scale: Scale
    days: int
    levels: Mapping[Cortex, int]
    cells: Mapping[Cortex, str]  # what stands in the label table: a score, U or nothing
    states: Mapping[Cortex, CortexState]
    fixation: Fixation
    films: Mapping[FilmView, FilmPlan]


@dataclass(frozen=True)
class PatientPlan:
    """One patient: a leg, a fracture and its visits."""

    number: int
    leg: Leg
    fracture: Fracture
    exams: tuple[ExamPlan, ...]


def plan_patient(seed: int, number: int, *, size: tuple[int, int] = (640, 512)) -> PatientPlan:
    """Draw one patient; the same seed and number always give the same one. `size` is (height, width) in pixels."""
    random = np.random.default_rng([seed, number])
    leg = sample_leg(random)
    kinds = list(FIXATION_SHARES)
    kind = kinds[int(random.choice(len(kinds), p=list(FIXATION_SHARES.values())))]
    fracture = sample_fracture(leg, random, nailed=kind == "nail")
    fixation = sample_fixation(leg, kind, random)
    schedule = priors.sample_schedule(random)
    levels = priors.sample_levels(schedule, random)
    exams = tuple(
        _plan_exam(arm, row, leg, fracture, fixation, random, size) for arm, row in zip(schedule, levels, strict=True)
    )
    return PatientPlan(number, leg, fracture, exams)


def _plan_exam(
    arm: priors.Arm,
    row: np.ndarray,
    leg: Leg,
    fracture: Fracture,
    fixation: Fixation,
    random: np.random.Generator,
    size: tuple[int, int],
) -> ExamPlan:
    levels = {cortex: int(level) for cortex, level in zip(CORTICES, row, strict=True)}
    if random.random() < priors.UNSCORABLE:
        fixation = replace(fixation, bar=sample_bar(leg, fracture.height, random))
    views: list[FilmView] = ["ap", "lateral"]
    if random.random() < 2 * priors.MISSING_FILM:
        views.remove("ap" if random.random() < 0.5 else "lateral")
    return ExamPlan(
        site=arm.site,
        visit=arm.visit,
        scale=arm.scale,
        days=max(1, arm.days + int(random.normal(0, 10))),
        levels=levels,
        cells=_cells(levels, arm.scale, fixation, views, random),
        states=cortex_states(levels, fracture, random),
        fixation=fixation,
        films={view: _plan_film(view, leg, fracture, random, size) for view in views},
    )


def _cells(
    levels: Mapping[Cortex, int],
    scale: Scale,
    fixation: Fixation,
    views: list[FilmView],
    random: np.random.Generator,
) -> dict[Cortex, str]:
    """Write the table's cells: scores on the arm's scale, U behind a rail, blanks as often as in the seed's table."""
    cells = {cortex: str(score_of(levels[cortex], scale)) for cortex in CORTICES}
    if fixation.bar is not None:
        cells[fixation.bar.hides] = "U"
    blank = priors.sample_unscored(levels, views, random)
    return {cortex: "" if cortex in blank else cell for cortex, cell in cells.items()}


def _plan_film(
    view: FilmView, leg: Leg, fracture: Fracture, random: np.random.Generator, size: tuple[int, int]
) -> FilmPlan:
    facing = 1 if random.random() < 0.5 else -1
    mirror = (1 if leg.side == "right" else -1) if view == "ap" else facing
    pitch = float(random.uniform(0.55, 0.70)) * 640 / size[0]
    reach = size[0] * pitch / 2 - 45
    middle = leg.length * 0.5 + float(random.normal(0, 28))
    pose = Pose(
        view=view,
        height=size[0],
        width=size[1],
        pitch=pitch,
        mirror=mirror,
        turn=(0.0 if view == "ap" else np.pi / 2) + float(random.normal(0, 0.09)),
        tilt=float(random.normal(0, 0.06)),
        centre=(float(np.clip(middle, fracture.height - reach, fracture.height + reach)), float(random.normal(0, 10))),
    )
    return FilmPlan(pose, sample_exposure(random), bool(random.random() < 0.5))
