"""Simulated labels with predictions of known faults, for the tests of calibration and of what its sets hold."""

from dataclasses import dataclass

import numpy as np

from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.phantom import priors

FIXATIONS = ("nail", "cast", "none")
_SHARES = (0.45, 0.15, 0.40)
_BLANK = 0.08
_COMMON = 0.5
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)


@dataclass(frozen=True)
class Fault:
    """How predictions go wrong: below 1 `temperature` is over-confident; `joint` False drops what cortices share.

    `nail` is the noise behind a nail, of 0.7 elsewhere; it is known to the model where `aware`.
    """

    temperature: float = 1.0
    joint: bool = True
    nail: float = 0.7
    aware: bool = True


def draw(seed: int, examinations: int, fault: Fault | None = None) -> tuple[Reference, JointLevels]:
    """Draw patients by the priors of the phantom and noisy predictions of them; one label an examination."""
    random = np.random.default_rng(seed)
    rows = _patients(examinations, random)
    levels = np.array([row for *_, row in rows])
    patients, sites, visits, scales, fixations = (np.array(column) for column in zip(*(one[:5] for one in rows)))  # noqa: B905
    blank = random.random(levels.shape) < _BLANK
    on_scale = np.where((scales == "rust")[:, None], np.minimum(levels, 3), levels)
    reference = Reference(
        np.arange(len(rows)),
        patients,
        sites,
        visits,
        scales,
        np.where(blank, 0, on_scale),
        np.where(blank, -1, 1),
        np.repeat(random.random((len(rows), 2)) < 0.97, 2, axis=1),
        "metrc",
        fixations,
    )
    return reference, _predicted(levels, fixations, fault or Fault(), random)


def folds_by_patient(reference: Reference, k: int = 5) -> np.ndarray:
    """Return the fold of each examination, patients whole."""
    return np.unique(reference.patients, return_inverse=True)[1] % k


def _patients(examinations: int, random: np.random.Generator) -> list[tuple[str, str, str, str, str, np.ndarray]]:
    rows: list[tuple[str, str, str, str, str, np.ndarray]] = []
    number = 0
    while len(rows) < examinations:
        schedule = priors.sample_schedule(random)
        fixation = str(random.choice(FIXATIONS, p=_SHARES))
        for arm, stands in zip(schedule, priors.sample_course(schedule, random), strict=True):
            levels = np.array([stand.level for stand in stands])
            rows.append((f"p{number}", arm.site, arm.visit, arm.scale, fixation, levels))
        number += 1
    return rows


def _predicted(levels: np.ndarray, fixations: np.ndarray, fault: Fault, random: np.random.Generator) -> JointLevels:
    """See each level with noise, part of it common to the examination, and say what is likely given that."""
    n = len(levels)
    noise = np.where(fixations == "nail", fault.nail, 0.7)
    seen = levels + _COMMON * random.standard_normal((n, 1)) + noise[:, None] * random.standard_normal((n, 4))
    believed = noise if fault.aware else np.full(n, 0.7)
    nodes, shares = (_COMMON * _NODES, _NODE_WEIGHTS) if fault.joint else (np.zeros(1), np.ones(1))
    spread = believed if fault.joint else np.hypot(believed, _COMMON)
    apart = seen[:, None, :, None] - nodes[None, :, None, None] - np.arange(1, 5)
    logits = -(apart**2) / (2 * spread[:, None, None, None] ** 2)
    weights = shares * np.exp(logits).sum(axis=3).prod(axis=2)
    chances = np.exp((logits - logits.max(axis=3, keepdims=True)) / fault.temperature)
    return JointLevels(
        weights / weights.sum(axis=1, keepdims=True),
        chances / chances.sum(axis=3, keepdims=True),
        np.full((n, 4), 0.95),
    )


def test_predictions_are_right_more_often_than_not_and_patients_are_the_priors() -> None:
    reference, joint = draw(0, 1000)
    first, again = draw(0, 50), draw(0, 50)
    assert np.array_equal(first[1].levels, again[1].levels)
    assert set(reference.scales) == {"rust", "mrust"}
    assert set(reference.fixations) == set(FIXATIONS)
    on_mrust = reference.judged() & (reference.scales == "mrust")[:, None]
    right = joint.margins().argmax(axis=2) + 1 == reference.scores
    assert 0.5 < right[on_mrust].mean() < 0.9
