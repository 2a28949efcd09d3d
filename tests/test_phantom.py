import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from radunion.errors import UsageError
from radunion.phantom import Simulation, priors, simulate
from radunion.phantom.boxes import cortex_box
from radunion.phantom.healing import CortexState, cortex_states
from radunion.phantom.hospital import HOSPITALS
from radunion.phantom.patients import PatientPlan, plan_patient
from radunion.phantom.projection import attenuation
from radunion.phantom.table import readings_of
from radunion.scale import CORTICES, CORTICES_ON

SMALL = (160, 128)


def sampled(patients: int = 5000) -> tuple[list[priors.Arm], np.ndarray, list[int]]:
    random = np.random.default_rng(1)
    arms: list[priors.Arm] = []
    rows: list[np.ndarray] = []
    changes: list[int] = []
    for _ in range(patients):
        schedule = priors.sample_schedule(random)
        course = priors.sample_course(schedule, random)
        levels = np.array([[stand.level for stand in visit] for visit in course])
        arms += schedule
        rows += list(levels)
        changes += np.diff(levels.sum(axis=1)).tolist()
    return arms, np.array(rows), changes


def test_priors_give_the_published_joint_of_the_four_cortices() -> None:
    arms, levels, changes = sampled()
    as_scored = np.array(
        [row if arm.scale == "mrust" else np.minimum(row, 3) for arm, row in zip(arms, levels, strict=True)]
    )
    span = np.ptp(as_scored, axis=1)
    correlation = spearmanr(as_scored).statistic[np.triu_indices(4, 1)]
    assert (span == 0).mean() == pytest.approx(0.61, abs=0.02)
    assert (span >= 2).mean() == pytest.approx(0.10, abs=0.02)
    assert 0.74 < correlation.min() <= correlation.max() < 0.82
    assert 0.06 < np.mean(np.array(changes) < 0) < 0.10


def test_priors_give_the_published_levels_by_arm() -> None:
    arms, levels, _ = sampled()
    for arm in {*priors.RETRODEFECT, *priors.PAIN, *priors.PACS}:
        rows = levels[[other == arm for other in arms]]
        shares = np.bincount(rows.ravel(), minlength=5)[1:] / rows.size
        np.testing.assert_allclose(shares, arm.level_shares(), atol=0.05)


def plans(count: int) -> list[PatientPlan]:
    return [plan_patient(3, number, size=SMALL) for number in range(count)]


def test_blanks_are_as_common_as_published() -> None:
    exams = [exam for patient in plans(400) for exam in patient.exams]
    both = np.mean([len(exam.films) == 2 for exam in exams])
    assert np.mean([cortex in exam.blank for exam in exams for cortex in CORTICES]) == pytest.approx(0.127, abs=0.025)
    assert both == pytest.approx(1426 / 1510, abs=0.025)


def test_a_cortex_behind_metal_is_unscorable_or_left_blank() -> None:
    patients = [plan_patient(3, number, size=SMALL, hospital=HOSPITALS["everyday"]) for number in range(120)]
    exams = [(patient, visit) for patient in patients for visit in range(len(patient.exams))]
    hidden = [(patient, visit) for patient, visit in exams if patient.exams[visit].hidden]
    assert 0.03 < len(hidden) / len(exams) < 0.4
    for patient, visit in hidden:
        exam, said = patient.exams[visit], readings_of(patient, visit, seed=3, readers=0)
        assert exam.fixation.solids
        assert {said["simulated"][cortex] for cortex in exam.hidden} <= {"U", ""}


def test_levels_change_the_film_only_near_the_fracture() -> None:
    patient = next(plan for plan in plans(40) if plan.exams[0].fixation.kind == "none" and "ap" in plan.exams[0].films)
    exam, half = patient.exams[0], dict.fromkeys(CORTICES, 0.5)
    pose = exam.films["ap"].pose
    films = [
        attenuation(
            exam.leg, patient.fracture, cortex_states(dict.fromkeys(CORTICES, level), half, patient.fracture), pose
        )
        for level in (1, 4)
    ]
    row = int(pose.to_film(np.array([patient.fracture.height]), np.array([0.0]))[0][0])
    change = np.abs(films[0] - films[1]).mean(axis=1)
    reach = round((patient.fracture.rise + 30) / pose.pitch)
    assert change[max(row - reach, 0) : row + reach].sum() > 0.9 * change.sum()


def test_where_nothing_is_healing_the_zone_of_the_fracture_has_no_seam() -> None:
    patient = next(plan for plan in plans(40) if plan.exams[0].fixation.kind == "none" and "ap" in plan.exams[0].films)
    exam = patient.exams[0]
    none = dict.fromkeys(CORTICES, CortexState(0.0, 1.0, 0.0, 10.0, 0.0, 0.0, 0.0))
    pose = replace(exam.films["ap"].pose, height=640, width=200, pitch=0.6, tilt=0.0)
    pose = replace(pose, centre=(patient.fracture.height, pose.centre[1]))
    whole = attenuation(
        exam.leg, replace(patient.fracture, shift=(0.0, 0.0), angulation=(0.0, 0.0), wedge=0.0, fibula=None), none, pose
    )
    steps = np.abs(np.diff(whole.mean(axis=1)))
    seams = [
        int(pose.to_film(np.array([patient.fracture.height + end * patient.fracture.zone]), np.zeros(1))[0][0])
        for end in (-1, 1)
    ]
    for seam in seams:
        assert 20 < seam < 620
        around = steps[seam - 20 : seam + 20]
        assert around.max() < 4 * np.median(around) + 0.002


def test_a_cortex_box_holds_the_bones_edge_on_the_medial_side() -> None:
    patient = next(plan for plan in plans(20) if "ap" in plan.exams[0].films)
    leg, pose = patient.exams[0].leg, patient.exams[0].films["ap"].pose
    medial = cortex_box(leg, patient.fracture, pose, "medial")
    lateral = cortex_box(leg, patient.fracture, pose, "lateral")
    assert medial is not None and lateral is not None
    assert (medial[0] > lateral[0]) == (leg.side == "right")
    assert cortex_box(leg, patient.fracture, pose, "anterior") is None


def test_a_leg_heals_along_its_course_from_visit_to_visit() -> None:
    patients = [plan_patient(4, number, size=SMALL, schedule="follow-up") for number in range(60)]
    totals = np.array([[sum(exam.levels.values()) for exam in patient.exams] for patient in patients])
    assert totals.shape == (60, 5)
    assert (np.diff(totals.mean(axis=0)) > 1).all()
    assert np.mean(np.diff(totals, axis=1) < 0) < 0.12
    for patient in patients[:5]:
        assert len({exam.fixation for exam in patient.exams}) == 1
        calves = [exam.leg.calf for exam in patient.exams]
        assert calves == sorted(calves, reverse=True)


def test_another_hospital_takes_other_films() -> None:
    here, there = (
        [plan_patient(3, number, size=SMALL, hospital=HOSPITALS[name]) for number in range(60)]
        for name in ("everyday", "elsewhere")
    )
    nails = [np.mean([plan.exams[0].fixation.kind == "nail" for plan in plans]) for plans in (here, there)]
    focus = [
        np.mean([abs(film.pose.focus) for plan in plans for film in plan.exams[0].films.values()])
        for plans in (here, there)
    ]
    assert nails[1] > nails[0]
    assert focus[1] > focus[0]


@pytest.mark.parametrize("kind", ["png", "dicom"])
def test_same_seed_gives_same_bytes_with_any_number_of_workers(tmp_path: Path, kind: str) -> None:
    settings = Simulation(patients=3, seed=5, format=kind, size=SMALL)  # type: ignore[arg-type]
    simulate(tmp_path / "a", settings, workers=1)
    simulate(tmp_path / "b", settings, workers=2)
    first = {path.name: path.read_bytes() for path in (tmp_path / "a").rglob("*.*") if path.is_file()}
    second = {path.name: path.read_bytes() for path in (tmp_path / "b").rglob("*.*") if path.is_file()}
    assert first == second
    assert len(first) >= 6


def test_an_interrupted_simulation_is_completed(tmp_path: Path) -> None:
    settings = Simulation(patients=2, seed=6, format="png", size=SMALL)
    table = simulate(tmp_path / "a", settings, workers=1)
    films = sorted((tmp_path / "a" / "films").iterdir())
    wanted = films[0].read_bytes()
    films[0].unlink()
    table.unlink()
    simulate(tmp_path / "a", settings, workers=1)
    assert films[0].read_bytes() == wanted
    assert table.exists()


def test_a_folder_with_another_simulation_is_refused(tmp_path: Path) -> None:
    simulate(tmp_path, Simulation(patients=1, seed=1, format="png", size=SMALL), workers=1)
    with pytest.raises(UsageError, match="other settings"):
        simulate(tmp_path, Simulation(patients=1, seed=2, format="png", size=SMALL), workers=1)


def test_the_table_scores_a_cortex_only_on_the_view_that_shows_it(tmp_path: Path) -> None:
    table = simulate(tmp_path, Simulation(patients=8, seed=2, format="png", size=SMALL), workers=1)
    rows = list(csv.DictReader(table.read_text().splitlines()))
    for row in rows:
        other = [c for c in CORTICES if c not in CORTICES_ON[row["view"]]]  # type: ignore[index]
        assert not any(row[cortex] for cortex in other)
    truths = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]
    assert [truth["image"] for truth in truths] == [row["image"] for row in rows]
