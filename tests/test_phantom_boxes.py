from dataclasses import replace

import numpy as np
import pytest

from radunion.phantom.boxes import cortex_box, crossing_at, crossings_at, fracture_box
from radunion.phantom.fracture import Fracture, height_above
from radunion.phantom.healing import cortex_states
from radunion.phantom.hospital import HOSPITALS, HospitalName
from radunion.phantom.patients import PatientPlan, plan_patient
from radunion.phantom.projection import attenuation
from radunion.scale import CORTICES, CORTICES_ON, Cortex


def patients() -> list[PatientPlan]:
    return [plan_patient(9, number, size=(320, 256)) for number in range(12)]


@pytest.mark.parametrize("hospital", ["textbook", "everyday"])
@pytest.mark.parametrize("cortex", CORTICES)
def test_the_first_crack_is_nothing_away_where_it_crosses_a_cortex(cortex: Cortex, hospital: HospitalName) -> None:
    from radunion.phantom.anatomy import half_widths

    outwards = {"medial": (1, 0), "lateral": (-1, 0), "anterior": (0, 1), "posterior": (0, -1)}[cortex]
    for number in range(40):
        patient = plan_patient(9, number, size=(320, 256), hospital=HOSPITALS[hospital])
        fracture = smooth(patient.fracture)
        z = np.array([crossing_at(patient.leg, fracture, cortex)], dtype=np.float32)
        x, y = (
            np.float32(sign) * half.astype(np.float32)
            for sign, half in zip(outwards, half_widths(patient.leg, z), strict=True)
        )
        if z[0] < patient.leg.length - 5:  # or it runs into the joint
            assert abs(height_above(fracture, fracture.cracks[0], x, y, z)[0]) < 0.13


def smooth(fracture: Fracture) -> Fracture:
    return replace(fracture, cracks=(replace(fracture.cracks[0], roughness=0.0), *fracture.cracks[1:]))


def test_boxes_lie_on_the_film_and_those_of_other_views_are_missing() -> None:
    for patient in patients():
        exam = patient.exams[0]
        for view, film in exam.films.items():
            whole = fracture_box(exam.leg, patient.fracture, film.pose)
            assert whole is not None
            assert 0 <= whole[0] < whole[2] <= 256
            assert 0 <= whole[1] < whole[3] <= 320
            boxes = {cortex: cortex_box(exam.leg, patient.fracture, film.pose, cortex) for cortex in CORTICES}
            assert {cortex for cortex, box in boxes.items() if box} == set(CORTICES_ON[view])


def test_what_one_cortex_looks_like_changes_the_film_in_its_own_box_most() -> None:
    """Heal one cortex of an otherwise fresh fracture: most of the change on the film is where its box is."""
    patient = next(one for one in patients() if one.exams[0].fixation.kind == "none" and "ap" in one.exams[0].films)
    exam, half = patient.exams[0], dict.fromkeys(CORTICES, 0.5)
    pose = exam.films["ap"].pose
    fresh = dict.fromkeys(CORTICES, 1)
    films = [
        attenuation(exam.leg, patient.fracture, cortex_states(levels, half, patient.fracture), pose)
        for levels in (fresh, {**fresh, "medial": 3})
    ]
    change = np.abs(films[1] - films[0])
    inside = []
    for cortex in CORTICES_ON["ap"]:
        box = cortex_box(exam.leg, patient.fracture, pose, cortex)
        assert box is not None
        x0, y0, x1, y1 = (round(value) for value in box)
        inside.append(change[y0:y1, x0:x1].sum())
    assert inside[0] > 4 * inside[1]


def test_a_cortex_box_holds_most_of_what_its_healing_changes_beside_it_however_drawn_out_the_fracture() -> None:
    half, fresh = dict.fromkeys(CORTICES, 0.5), dict.fromkeys(CORTICES, 1)
    held = []
    for number in range(24):
        patient = plan_patient(9, number, size=(320, 256), hospital=HOSPITALS["everyday"])
        exam, fracture = patient.exams[0], patient.fracture
        if "ap" not in exam.films:
            continue
        pose = exam.films["ap"].pose
        before, after = (
            attenuation(exam.leg, fracture, cortex_states(levels, half, fracture), pose)
            for levels in (fresh, {**fresh, "medial": 3})
        )
        box = cortex_box(exam.leg, fracture, pose, "medial")
        assert box is not None
        x0, y0, x1, y1 = (round(value) for value in box)
        change = np.abs(after - before)[:, x0:x1]
        held.append(change[y0:y1].sum() / change.sum())
    assert len(held) >= 20
    assert np.mean(held) > 0.82  # 0.70 where a box surrounds the first crack's crossing of the cortex's middle alone


def test_a_crack_that_runs_through_one_side_only_is_no_part_of_the_cortex_across() -> None:
    patient = plan_patient(9, 0)
    crack = replace(patient.fracture.cracks[0], slope=0.0, spiral=0.0, offset=0.0)
    aside = replace(crack, offset=-15.0, side=0.0)  # the medial half
    fracture = replace(patient.fracture, cracks=(crack, aside), height=0.5 * patient.leg.length)
    low, high = crossings_at(patient.leg, fracture, "medial")
    assert high - low == pytest.approx(15.0, abs=0.5)
    low, high = crossings_at(patient.leg, fracture, "lateral")
    assert high - low < 0.5
