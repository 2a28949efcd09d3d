"""Decide everything about a simulated patient; `films` renders it. Deciding draws numbers, rendering draws none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from radunion.phantom import priors
from radunion.phantom.exposure import Exposure, sample_exposure
from radunion.phantom.fixation import Fixation, FixationKind, covered_shares, hidden_cortices, sample_fixation
from radunion.phantom.fracture import Fracture, sample_fracture, unbroken
from radunion.phantom.healing import CortexState, cortex_states
from radunion.phantom.hospital import TEXTBOOK, Framing, Hospital
from radunion.phantom.leg import Leg, sample_leg
from radunion.phantom.pose import FilmView, Pose
from radunion.phantom.scene import Scene, sample_scene
from radunion.scale import CORTICES, Cortex

Option = TypeVar("Option")

VIEWS: tuple[FilmView, ...] = ("ap", "lateral")
_INSIDE = 35.0  # mm of the film beyond the fracture, at least
_SWOLLEN, _UNUSED = 25.0, 60.0  # days after which swelling has fallen, and wasting risen, by a factor e
_IN_LINE = ("none", "cast", "splint")  # what does not hold the fragments
_UNHELD: tuple[tuple[FixationKind, float], ...] = (("none", 0.9), ("cast", 0.05), ("splint", 0.05))


@dataclass(frozen=True)
class FilmPlan:
    """One film: where the leg lies on it, what lies beside it, how it was exposed and how it is stored."""

    pose: Pose
    scene: Scene
    exposure: Exposure
    monochrome1: bool


@dataclass(frozen=True)
class ExamPlan:
    """One visit: the truth, what of it is left blank, and its films."""

    arm: priors.Arm
    days: int  # since the injury; of a leg that never broke they are nobody's
    leg: Leg  # as it is on that day, swollen or wasted
    levels: Mapping[Cortex, int]
    places: Mapping[Cortex, float]  # on the healing course, in standard deviations of the arm's
    covered: Mapping[Cortex, float]  # share behind metal, of those that a film shows
    blank: frozenset[Cortex]  # that nobody scores
    states: Mapping[Cortex, CortexState]
    fixation: Fixation
    films: Mapping[FilmView, FilmPlan]

    @property
    def hidden(self) -> frozenset[Cortex]:
        """The cortices that metal hides."""
        return hidden_cortices(self.covered)


@dataclass(frozen=True)
class PatientPlan:
    """One patient: a leg, a fracture and its visits."""

    number: int
    leg: Leg
    fracture: Fracture
    exams: tuple[ExamPlan, ...]


@dataclass(frozen=True)
class _Case:
    """What all of a patient's visits share."""

    leg: Leg
    fracture: Fracture
    fixation: Fixation
    swelling: float  # share by which the leg is thicker at first
    wasting: float  # share of its density that the bone loses in the end
    hospital: Hospital
    size: tuple[int, int]


def plan_patient(
    seed: int,
    number: int,
    *,
    size: tuple[int, int] = (640, 512),
    hospital: Hospital = TEXTBOOK,
    schedule: priors.Schedule = "studies",
) -> PatientPlan:
    """Draw one patient; the same seed and number always give the same one. `size` is (height, width) in pixels."""
    random = np.random.default_rng([seed, number])
    leg = sample_leg(random, children=hospital.children, feet=hospital.feet)
    whole = schedule == "intact"
    kind = _drawn(_UNHELD if schedule in ("intact", "injury") else hospital.fixation, random)
    fracture = sample_fracture(leg, random, held=kind not in _IN_LINE, kinds=hospital.fractures)
    fracture = unbroken(fracture) if whole else fracture
    fixation = sample_fixation(leg, fracture, kind, random)
    swelling, wasting = float(random.uniform(*hospital.swelling)), float(random.uniform(*hospital.wasting))
    if whole:
        swelling = wasting = 0.0
    case = _Case(leg, fracture, fixation, swelling, wasting, hospital, size)
    healing = np.random.default_rng([seed, number, 1])  # apart, so that levels do not depend on how a leg is drawn
    arms = priors.sample_schedule(healing, schedule)
    course = priors.sample_course(arms, healing)
    exams = tuple(_plan_exam(case, arm, stands, random) for arm, stands in zip(arms, course, strict=True))
    return PatientPlan(number, leg, fracture, exams)


def _plan_exam(case: _Case, arm: priors.Arm, stands: Sequence[priors.Stand], random: np.random.Generator) -> ExamPlan:
    levels = {cortex: stand.level for cortex, stand in zip(CORTICES, stands, strict=True)}
    fractions = {cortex: stand.fraction for cortex, stand in zip(CORTICES, stands, strict=True)}
    views = list(VIEWS)
    if random.random() < 2 * priors.MISSING_FILM:
        views.remove("ap" if random.random() < 0.5 else "lateral")
    days = max(1, arm.days + int(random.normal(0, min(10, arm.days / 6))))
    leg = _on_day(case, days)
    films = {view: _plan_film(case, leg, view, random) for view in views}
    covers = [covered_shares(leg, case.fracture, case.fixation, film.pose) for film in films.values()]
    return ExamPlan(
        arm=arm,
        days=days,
        leg=leg,
        levels=levels,
        places={cortex: stand.place for cortex, stand in zip(CORTICES, stands, strict=True)},
        covered={cortex: share for one in covers for cortex, share in one.items()},
        blank=priors.sample_unscored(levels, views, random),
        states=cortex_states(levels, fractions, case.fracture),
        fixation=case.fixation,
        films=films,
    )


def _on_day(case: _Case, days: int) -> Leg:
    """Return the leg as it is some days after the injury: swollen at first, wasted later."""
    swollen = 1 + case.swelling * np.exp(-days / _SWOLLEN)
    left = 1 - case.wasting * (1 - np.exp(-days / _UNUSED))
    leg = case.leg
    return replace(
        leg, calf=float(leg.calf * swollen), density=float(leg.density * left), trabecular=float(leg.trabecular * left)
    )


def _plan_film(case: _Case, leg: Leg, view: FilmView, random: np.random.Generator) -> FilmPlan:
    hospital, (height, width) = case.hospital, case.size
    pitch = float(random.uniform(*hospital.height)) / height
    facing = 1 if random.random() < 0.5 else -1
    framing = _drawn(hospital.framing, random)
    middle = _middle(framing, leg, case.fracture, random)
    reach = height * pitch / 2 - _INSIDE
    middle = float(np.clip(middle, case.fracture.height - reach, case.fracture.height + reach))
    towards_toes = 35.0 if view == "lateral" and framing == "ankle" else 0.0
    pose = Pose(
        view=view,
        height=height,
        width=width,
        pitch=pitch,
        mirror=(1 if leg.side == "right" else -1) if view == "ap" else facing,
        turn=(0.0 if view == "ap" else np.pi / 2) + float(random.normal(0, hospital.turned)),
        tilt=float(np.clip(random.normal(0, hospital.leaning), -0.4, 0.4)),
        centre=(middle, float(random.normal(towards_toes, 14))),
        focus=float(random.uniform(*hospital.focus)) * (1 if view == "ap" or random.random() < 0.5 else -1),
        aim=(middle + float(random.normal(0, 20)), float(random.normal(0, 10))),
    )
    scene = sample_scene(random, pose, leg.side, hospital.scene)
    exposure = sample_exposure(random, hospital.exposure)
    return FilmPlan(pose, scene, exposure, bool(random.random() < 0.5))


def _middle(framing: Framing, leg: Leg, fracture: Fracture, random: np.random.Generator) -> float:
    """Return the height in mm above the ankle that the middle of the film shows."""
    if framing == "whole":
        return 0.5 * leg.length + float(random.normal(0, 20))
    if framing == "ankle":
        return float(random.uniform(30, 150)) * leg.size
    if framing == "knee":
        return leg.length - float(random.uniform(60, 150)) * leg.size
    if framing == "thigh":
        return leg.length + float(random.uniform(-60, 90)) * leg.size
    return fracture.height + float(random.normal(0, 30))


def _drawn(shares: Sequence[tuple[Option, float]], random: np.random.Generator) -> Option:
    """Draw one of some options by their shares."""
    weights = np.array([share for _, share in shares])
    return shares[int(random.choice(len(shares), p=weights / weights.sum()))][0]
