"""What is promised is kept on simulated patients, measured patient by patient, group by group, and never on its own."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from tests.test_evaluation_calibration_samples import Fault, draw, folds_by_patient

from radunion.evaluation.calibration_fit import fit_calibration
from radunion.evaluation.conformal_fit import fit_conformal
from radunion.evaluation.coverage import MAPPED, TARGETS, Coverage, CrossFitted, coverage_rows, cross_fitted
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.scale import CORTICES, SCALES, Scale


def fitted(reference: Reference, joint: JointLevels, *, k: int = 4) -> CrossFitted:
    return cross_fitted(reference, joint, folds_by_patient(reference, k), coverage=0.9)


def level_sets(found: CrossFitted, scale: Scale = "mrust") -> np.ndarray:
    """Return the lowest and the highest score in the set of each cortex (exams, 4, 2), from its own fold's sets."""
    margins = found.joint.score_margins(scale, found.convention)
    sets = np.zeros((len(found.folds), len(CORTICES), 2), dtype=np.int64)
    for fold, conformal in found.conformals.items():
        rows = np.flatnonzero(found.folds == fold)
        for column, cortex in enumerate(CORTICES):
            sets[rows, column] = np.transpose(conformal.level_set(margins[rows, column], cortex, scale=scale))
    return sets


def total_intervals(found: CrossFitted, scale: Scale) -> np.ndarray:
    """Return the lowest and the highest total in each interval (exams, 2), from its own fold's intervals."""
    totals = found.joint.totals(scale, found.convention)
    sets = np.zeros((len(found.folds), 2), dtype=np.int64)
    for fold, conformal in found.conformals.items():
        rows = np.flatnonzero(found.folds == fold)
        sets[rows] = np.transpose(conformal.total_interval(totals[rows], scale))
    return sets


def find(rows: tuple[Coverage, ...], target: str, scale: str, group: str, *, randomised: bool = False) -> Coverage:
    found = [
        one for one in rows if (one.target, one.scale, one.group, one.randomised) == (target, scale, group, randomised)
    ]
    assert len(found) == 1, (target, scale, group, found)
    return found[0]


def test_a_fold_is_calibrated_by_the_others_only() -> None:
    reference, joint = draw(0, 400)
    folds = folds_by_patient(reference, 4)
    first = fitted(reference, joint)
    rest = reference[np.flatnonzero(folds != 2)]
    assert first.calibrations[2] == fit_calibration(rest, joint)
    calibrated = first.calibrations[2].apply(joint)
    assert first.conformals[2] == fit_conformal(rest, calibrated, coverage=0.9)
    mine = np.flatnonzero(folds == 2)
    np.testing.assert_array_equal(first.joint[mine].levels, calibrated[mine].levels)
    told = reference.scores.copy()
    told[mine] = np.where(told[mine] > 0, 1, 0)
    changed = fitted(replace(reference, scores=told), joint)
    assert changed.conformals[2] == first.conformals[2]
    assert changed.conformals[1] != first.conformals[1]


def test_a_patient_on_both_sides_is_left_out_of_the_fit() -> None:
    reference, joint = draw(0, 300)
    folds = np.arange(len(reference)) % 3
    found = cross_fitted(reference, joint, folds, coverage=0.9)
    here = set(reference.patients[folds == 0].tolist())
    others = [row for row in np.flatnonzero(folds != 0).tolist() if reference.patients[row] not in here]
    assert len(others) < (folds != 0).sum()
    assert found.calibrations[0] == fit_calibration(reference[others], joint)


def test_folds_are_needed_for_all_and_at_least_two() -> None:
    reference, joint = draw(0, 100)
    for folds in (np.zeros(len(joint), dtype=np.int64), np.arange(len(joint) - 1)):
        with pytest.raises(ValueError, match=r"the fold of each of .* examinations, of at least 2 folds; found"):
            cross_fitted(reference, joint, folds, coverage=0.9)


def test_rows_say_what_the_sets_hold() -> None:
    """Every patient once: recount the sets as shipped, a plain mean within each patient first."""
    reference, joint = draw(1, 500)
    found = fitted(reference, joint)
    rows = coverage_rows(reference, found, protocol="pair", seed=0, replicates=200)
    assert {one.protocol for one in rows} == {"pair"}
    on_mrust = reference.on("mrust")
    sets, intervals = level_sets(found)[on_mrust.examination], total_intervals(found, "mrust")[on_mrust.examination]
    inside = (sets[:, :, 0] <= on_mrust.scores) & (on_mrust.scores <= sets[:, :, 1])
    held, size = defaultdict(list), defaultdict(list)
    for row, column in zip(*np.nonzero(on_mrust.judged()), strict=True):
        held[on_mrust.patients[row]].append(inside[row, column])
        size[on_mrust.patients[row]].append(sets[row, column, 1] - sets[row, column, 0] + 1)
    levels = find(rows, "cortex levels", "mrust", "all")
    assert levels.covered == pytest.approx(np.mean([np.mean(one) for one in held.values()]))
    assert levels.size == pytest.approx(np.mean([np.mean(one) for one in size.values()]))
    assert levels.examinations == on_mrust.judged().any(axis=1).sum()
    united = on_mrust.complete() & (on_mrust.fixations == "nail")
    right = (intervals[:, 0] <= on_mrust.totals()) & (on_mrust.totals() <= intervals[:, 1])
    by_patient = [right[united & (on_mrust.patients == one)].mean() for one in np.unique(on_mrust.patients[united])]
    nailed = find(rows, "total", "mrust", "fixation=nail")
    assert nailed.covered == pytest.approx(np.mean(by_patient))
    assert nailed.low is not None and nailed.high is not None
    assert nailed.low < nailed.covered < nailed.high


def test_sets_as_shipped_hold_at_least_what_ties_at_random_do() -> None:
    reference, joint = draw(2, 400)
    rows = coverage_rows(reference, fitted(reference, joint), protocol="pair", seed=0, replicates=50)
    shipped = [one for one in rows if not one.randomised]
    assert {one.target for one in rows} == set(TARGETS)
    for one in shipped:
        at_random = find(rows, one.target, one.scale, one.group, randomised=True)
        assert one.covered >= at_random.covered
        assert one.size >= at_random.size


def test_groups_are_told_apart_but_small_and_unnamed_ones_are_not_shown() -> None:
    reference, joint = draw(3, 300)
    fixations = reference.fixations.copy()
    fixations[fixations == "cast"] = ""
    fixations[:5] = "rare"
    rows = coverage_rows(
        replace(reference, fixations=fixations), fitted(reference, joint), protocol="pair", seed=0, replicates=20
    )
    of_totals = {one.group for one in rows if (one.target, one.scale) == ("total", "rust")}
    assert of_totals == {"all", "fixation=nail", "fixation=none", "site=retrodefect", MAPPED}
    of_mrust = {one.group for one in rows if (one.target, one.scale) == ("total", "mrust")}
    assert of_mrust == {"all", "fixation=nail", "fixation=none", "site=pain", "site=pacs"}


def test_a_label_counts_on_its_own_scale_and_mapped_ones_stand_apart() -> None:
    reference, joint = draw(6, 400)
    rows = coverage_rows(reference, fitted(reference, joint), protocol="pair", seed=0, replicates=5)
    whole = reference.complete()
    of_scale = {scale: int((whole & (reference.scales == scale)).sum()) for scale in SCALES}
    assert find(rows, "total", "rust", "all").examinations == of_scale["rust"]
    assert find(rows, "total", "rust", MAPPED).examinations == of_scale["mrust"]
    assert find(rows, "total", "mrust", "all").examinations == of_scale["mrust"]
    only = coverage_rows(reference.on("mrust"), fitted(reference, joint), protocol="pair", seed=0, replicates=5)
    assert {one.group for one in only if one.scale == "rust"} == {MAPPED}
    alone, among = (find(one, "total", "rust", MAPPED) for one in (only, rows))
    assert (alone.covered, alone.size, alone.examinations) == (among.covered, among.size, among.examinations)


def test_what_could_not_be_fitted_is_told_with_its_folds() -> None:
    reference, joint = draw(4, 40)
    notes = fitted(reference, joint, k=2).notes()
    assert any("fewer than the 50 that a calibration needs (in 1 of 2 folds)" in note for note in notes)
    assert not fitted(*draw(4, 400)).notes()


def test_a_cohort_of_one_scale_has_no_rows_of_the_other() -> None:
    reference, joint = draw(5, 400)
    only = reference.on("rust")
    found = cross_fitted(only, joint, folds_by_patient(reference, 4), coverage=0.9)
    rows = coverage_rows(only, found, protocol="pair", seed=0, replicates=20)
    assert {one.scale for one in rows} == {"rust"}
    assert any("mRUST sets of cortices" in note for note in found.notes())


def averaged(fault: Fault, *, redraws: int = 20) -> dict[tuple[str, str, str, bool], float]:
    """Average the coverage of cross-fitted sets over fresh cohorts of at least 1,000 examinations."""
    seen = defaultdict(list)
    for seed in range(redraws):
        reference, joint = draw(100 + seed, 1100, fault)
        found = cross_fitted(reference, joint, folds_by_patient(reference), coverage=0.9)
        for one in coverage_rows(reference, found, protocol="pair", seed=0, replicates=1):
            seen[one.target, one.scale, one.group, one.randomised].append(one.covered)
    return {key: float(np.mean(values)) for key, values in seen.items()}


FAULTS = {
    "sure of itself as it may be": Fault(),
    "too sure": Fault(temperature=0.4),
    "not sure enough": Fault(temperature=2.5),
    "four independent margins, too sure": Fault(joint=False, temperature=0.4),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_nine_of_ten_are_held_whatever_is_wrong_with_the_model(fault: Fault) -> None:
    mean = averaged(fault)
    for target in TARGETS:
        for scale in SCALES:
            for group in ("all", "fixation=nail", "fixation=cast", "fixation=none"):
                assert 0.88 <= mean[target, scale, group, True] <= 0.92, (target, scale, group)
                assert mean[target, scale, group, False] >= 0.88, (target, scale, group)


@pytest.mark.slow
@pytest.mark.parametrize("aware", [True, False])
def test_a_harder_fixation_keeps_it_only_where_the_model_knows_that_it_is_harder(aware: bool) -> None:
    """Marginal coverage promises nothing by group: a model blind to its own noise behind nails pays there."""
    mean = averaged(Fault(nail=1.3, aware=aware))
    for target in TARGETS:
        assert 0.88 <= mean[target, "mrust", "all", True] <= 0.92
        nailed, bare = (mean[target, "mrust", f"fixation={kind}", True] for kind in ("nail", "none"))
        if aware:
            assert 0.88 <= min(nailed, bare) <= max(nailed, bare) <= 0.92
        else:
            assert nailed < 0.88 < 0.92 < bare
