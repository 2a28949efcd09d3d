"""Legs that never broke, fresh fractures, those drawn out along the bone, and feet that point to the tube."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from radunion.cohort import read_cohort
from radunion.errors import UsageError
from radunion.evaluation.reference import reference_of
from radunion.phantom import Simulation, simulate
from radunion.phantom.films import truth_of
from radunion.phantom.fracture import FractureRanges
from radunion.phantom.hospital import HOSPITALS
from radunion.phantom.patients import PatientPlan, plan_patient
from radunion.phantom.projection import attenuation
from radunion.phantom.table import film_rows, readings_of

SMALL = (160, 128)


def planned(count: int, *, schedule: str = "studies", **changes: object) -> list[PatientPlan]:
    hospital = replace(HOSPITALS["everyday"], **changes)  # type: ignore[arg-type]
    return [
        plan_patient(11, number, size=SMALL, hospital=hospital, schedule=schedule)  # type: ignore[arg-type]
        for number in range(1, count + 1)
    ]


def test_a_leg_that_never_broke_looks_the_same_wherever_it_might_have() -> None:
    for patient in planned(3, schedule="intact"):
        (exam,) = patient.exams
        assert set(exam.levels.values()) == {4}
        assert {(state.line, state.gap, state.callus) for state in exam.states.values()} == {(0.0, 0.0, 0.0)}
        for view, film in exam.films.items():
            here, there = (
                attenuation(exam.leg, replace(patient.fracture, height=height), exam.states, film.pose)
                for height in (0.3 * exam.leg.length, 0.6 * exam.leg.length)
            )
            assert np.abs(here - there).mean() < 0.004 * here.mean()  # the fine pass lies elsewhere
            truth = truth_of(patient, exam, view)
            assert truth["fracture_box"] is None
            assert truth["cortex_boxes"] == {}
            assert truth["unscorable"] == []


def test_a_leg_that_never_broke_is_neither_swollen_nor_wasted_and_no_day_is_told() -> None:
    for patient in planned(6, schedule="intact"):
        (exam,) = patient.exams
        assert exam.leg == patient.leg
        view = next(iter(exam.films))
        (row,) = film_rows(patient, 0, view, "film.png", readings_of(patient, 0, seed=11, readers=0))
        assert row["days_since_injury"] == ""
    swollen = [patient for patient in planned(6) if patient.exams[0].leg.calf > patient.leg.calf]
    assert swollen


def test_the_same_leg_broken_looks_otherwise() -> None:
    broken, whole = planned(1)[0], planned(1, schedule="intact")[0]
    pose = next(iter(broken.exams[0].films.values())).pose
    leg = whole.exams[0].leg
    films = [attenuation(leg, plan.fracture, plan.exams[0].states, pose) for plan in (broken, whole)]
    assert np.abs(films[0] - films[1]).max() > 0.1


def test_nothing_but_plaster_is_about_a_leg_that_never_broke() -> None:
    kinds = {exam.fixation.kind for patient in planned(80, schedule="intact") for exam in patient.exams}
    assert kinds == {"none", "cast", "splint"}


def test_on_the_day_of_the_injury_every_leg_is_broken_and_nothing_has_healed_or_been_operated_on() -> None:
    patients = planned(80, schedule="injury")
    exams = [exam for patient in patients for exam in patient.exams]
    assert len(exams) == len(patients)
    assert all(patient.fracture.broken for patient in patients)
    assert {(exam.days, *exam.levels.values()) for exam in exams} == {(1, 1, 1, 1, 1)}
    assert {exam.fixation.kind for exam in exams} == {"none", "cast", "splint"}
    assert {state.callus for exam in exams for state in exam.states.values()} == {0.0}
    boxes = [truth_of(one, one.exams[0], view)["fracture_box"] for one in patients for view in one.exams[0].films]
    assert sum(box is not None for box in boxes) > 0.9 * len(boxes)


@pytest.mark.parametrize("readers", [0, 2])
def test_intact_legs_make_a_cohort_of_union_that_says_so_in_place_of_boxes(tmp_path: Path, readers: int) -> None:
    table = simulate(
        tmp_path, Simulation(4, 12, format="png", size=SMALL, hospital="everyday", schedule="intact", readers=readers)
    )
    with table.open() as stream:
        rows = list(csv.DictReader(stream))
    assert {row["fracture_box"] for row in rows} == {"intact"}
    cohort = read_cohort(table)
    assert all(film.fracture_box is None and film.intact for one in cohort.examinations for film in one.films)
    scores = reference_of(cohort.examinations, cohort.convention).scores
    assert set(scores[scores > 0].tolist()) == {4}


def test_fractures_are_drawn_out_but_leave_bone_at_both_ends() -> None:
    short, long = (planned(60, fractures=FractureRanges(drawn_out=factor)) for factor in (1.0, 3.0))
    rises = [np.array([patient.fracture.rise for patient in some]) for some in (short, long)]
    assert np.median(rises[1]) > 1.3 * np.median(rises[0])
    assert (rises[1] >= rises[0] - 1e-9).all()
    for patient in long:
        fracture = patient.fracture
        if fracture.rise > short[patient.number - 1].fracture.rise:
            assert fracture.rise <= min(fracture.height, patient.leg.length - fracture.height) - 14 + 1e-6
        if fracture.pattern == "transverse":
            assert fracture.rise == short[patient.number - 1].fracture.rise


def test_a_deep_foot_stops_more_of_the_beam_and_the_shaft_does_not_change() -> None:
    patient = next(one for one in planned(20) if "ap" in one.exams[0].films)
    exam = patient.exams[0]
    pose = replace(exam.films["ap"].pose, centre=(40.0, 0.0), tilt=0.0, turn=0.0)
    shallow, deep = (
        attenuation(replace(exam.leg, foot_depth=depth, foot_seen=0.6), patient.fracture, exam.states, pose)
        for depth in (1.0, 2.4)
    )
    rows, _ = pose.to_film(np.array([-60.0, 60.0]), np.zeros(2))
    foot, shaft = round(float(rows[0])), round(float(rows[1]))
    assert deep[foot].max() > 1.4 * shallow[foot].max()
    np.testing.assert_array_equal(deep[:shaft], shallow[:shaft])


def test_films_are_not_gone_on_with_when_the_hospital_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Simulation(1, 12, format="png", size=SMALL, hospital="everyday", schedule="intact")
    simulate(tmp_path, settings, workers=1)
    simulate(tmp_path, settings, workers=1)
    monkeypatch.setitem(HOSPITALS, "everyday", replace(HOSPITALS["everyday"], children=0.0))
    with pytest.raises(UsageError, match="other settings"):
        simulate(tmp_path, settings, workers=1)


def test_a_textbook_leg_has_the_foot_that_it_had() -> None:
    plans = [plan_patient(3, number, size=SMALL) for number in range(1, 30)]
    assert {plan.leg.foot_depth for plan in plans} == {1.0}
    assert all(plan.fracture.broken for plan in plans)
