"""What a fracture looks like on a simulated film, and which fractures a hospital sees."""

from dataclasses import replace

import numpy as np

from radunion.phantom.fracture import Fracture, FractureRanges, distance_to, sample_fracture
from radunion.phantom.healing import cortex_states
from radunion.phantom.hospital import EVERYDAY
from radunion.phantom.leg import Leg, sample_leg
from radunion.phantom.patients import plan_patient
from radunion.phantom.projection import attenuation
from radunion.scale import CORTICES


def fractures(count: int, *, held: bool, hairline: float = 0.0, ends: float = 0.0) -> list[tuple[Leg, Fracture]]:
    drawn, kinds = [], FractureRanges(hairline=hairline, ends=ends)
    for seed in range(count):
        random = np.random.default_rng(seed)
        leg = sample_leg(random)
        drawn.append((leg, sample_fracture(leg, random, held=held, kinds=kinds)))
    return drawn


def test_no_line_is_drawn_across_the_film_where_a_displaced_bone_broke() -> None:
    patient = next(one for number in range(1, 40) if "ap" in (one := plan_patient(5, number)).exams[0].films)
    exam = patient.exams[0]
    fracture = replace(patient.fracture, shift=(9.0, -6.0), defects=(0.0,) * 4)
    states = cortex_states(dict.fromkeys(CORTICES, 4), dict.fromkeys(CORTICES, 0.5), fracture)
    pose = replace(exam.films["ap"].pose, tilt=0.0, centre=(fracture.height, 0.0))
    film = attenuation(exam.leg, fracture, states, pose).astype(np.float64)
    bend = np.abs(film[2:] - 2 * film[1:-1] + film[:-2]).max(axis=1)
    broken = round(float(pose.to_film(np.array([fracture.height]), np.zeros(1))[0][0]))
    assert bend[broken - 4 : broken + 4].max() < 2 * np.median(bend[broken - 40 : broken + 40])


def test_a_hairline_parts_nothing_and_metal_holds_none() -> None:
    for leg, fracture in fractures(30, held=False, hairline=1.0):
        assert fracture.gap <= 0.4
        assert max(map(abs, fracture.shift)) < 2.6 * leg.size
    assert min(fracture.gap for _, fracture in fractures(30, held=True, hairline=1.0)) >= 0.5


def test_fractures_near_a_joint_lie_beyond_the_shaft_and_only_without_metal() -> None:
    ends = np.array([one.height / leg.length for leg, one in fractures(80, held=False, ends=1.0)])
    assert ((ends < 0.10) | (ends > 0.84)).all()
    assert (ends < 0.5).mean() > 0.4
    assert (ends > 0.5).any()
    held = np.array([one.height / leg.length for leg, one in fractures(40, held=True, ends=1.0)])
    assert ((held >= 0.10) & (held <= 0.84)).all()


def test_one_hospital_sees_all_of_them() -> None:
    plans = [plan_patient(3, number, hospital=EVERYDAY) for number in range(1, 150)]
    assert any(one.fracture.gap < 0.3 for one in plans)
    assert any(one.fracture.height < 0.1 * one.leg.length for one in plans)


def test_a_gap_is_not_equally_wide_all_around() -> None:
    (_, fracture), *_ = fractures(1, held=False)
    angle = np.linspace(-np.pi, np.pi, 40, dtype=np.float32)
    x, y = 12 * np.cos(angle), 12 * np.sin(angle)
    ones = np.ones_like(angle)
    one = replace(fracture, cracks=fracture.cracks[:1])
    away = distance_to(one, x, y, ones * np.float32(fracture.height), ones)
    assert away.max() > 1.2 * away.min()
    assert away.max() < 1 / (1 - 0.46)


def test_a_remodelled_fracture_leaves_the_bone_thicker_there_and_nowhere_else() -> None:
    patient = next(one for number in range(1, 40) if "ap" in (one := plan_patient(5, number)).exams[0].films)
    exam = patient.exams[0]
    fracture = replace(patient.fracture, shift=(0.0, 0.0), angulation=(0.0, 0.0), wedge=0.0, defects=(0.0,) * 4)
    healed, half = dict.fromkeys(CORTICES, 4), dict.fromkeys(CORTICES, 0.5)
    pose = replace(exam.films["ap"].pose, tilt=0.0, centre=(fracture.height, 0.0))
    film, whole = (
        attenuation(exam.leg, one, cortex_states(healed, half, one), pose).sum(axis=1)
        for one in (fracture, replace(fracture, broken=False))
    )
    more = (film - whole) * pose.pitch  # mm of bone, over the width of the film
    row = int(pose.to_film(np.array([fracture.height]), np.zeros(1))[0][0])
    far = round((fracture.rise + 60) / pose.pitch)
    assert more[row - 5 : row + 5].mean() > 10 * abs(more[: max(row - far, 0)]).max(initial=0.01)
    assert more[row - 5 : row + 5].mean() > 0.02 * whole[row - 5 : row + 5].mean() * pose.pitch
