"""Temperature and weights: coherent, exact, recovered from known faults, and honest when there is too little."""

import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import check_grad
from tests.test_evaluation_calibration_samples import Fault, draw
from tests.test_evaluation_samples import reference as labels

from radunion.evaluation.calibration import COMBINATIONS, COMPOSITION, COMPOSITIONS, LEAST, Calibration, joint_table
from radunion.evaluation.calibration_fit import FEWEST_LABELS, NO_HELP, _judged, _loss, fit_calibration
from radunion.evaluation.ranked import ranked_probability_score
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.scale import SCALES, UNION_RULES

AS_IT_IS = Calibration(1.0, 0, 0)
APART = sum(np.abs(COMBINATIONS[:, a] - COMBINATIONS[:, b]) for a in range(4) for b in range(a))
"""How far the six pairs of cortices are apart, added up."""


def of_before(temperature: float, coupling: float, **bias: tuple[float, float, float]) -> Calibration:
    """Return a calibration as models of before have it: levels are the rarer beside each other, the further apart."""
    data = {"temperature": temperature, "coupling": coupling, "labels": 0, "patients": 0, "note": "", **bias}
    return Calibration.from_dict(data)


def some(n: int = 40, k: int = 3, seed: int = 0) -> JointLevels:
    random = np.random.default_rng(seed)
    levels = random.dirichlet(np.full(4, 0.8), size=(n, k, 4))
    return JointLevels(random.dirichlet(np.ones(k), size=n), levels, random.random((n, 4)))


def test_temperature_1_and_no_weights_change_nothing() -> None:
    joint = some()
    same = AS_IT_IS.apply(joint)
    np.testing.assert_allclose(same.margins(), joint.margins(), atol=3e-4)
    for scale in SCALES:
        np.testing.assert_allclose(same.totals(scale), joint.totals(scale), atol=3e-4)
    assert np.array_equal(same.scorable, joint.scorable)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_the_result_is_the_formula_and_all_that_follows_agrees(temperature: float) -> None:
    joint, weights = some(), np.random.default_rng(3).normal(size=len(COMPOSITIONS))
    of_each = [weights[COMPOSITIONS.index(tuple(sorted(levels)))] for levels in COMBINATIONS.tolist()]
    direct = np.maximum(joint_table(joint), LEAST) ** (1 / temperature) * np.exp(of_each)
    direct /= direct.sum(axis=1, keepdims=True)
    result = Calibration(temperature, 0, 0, weights=tuple(weights.tolist())).apply(joint)
    np.testing.assert_allclose(joint_table(result), direct, atol=1e-7)
    for cortex in range(4):
        margin = [direct[:, COMBINATIONS[:, cortex] == level].sum(axis=1) for level in range(1, 5)]
        np.testing.assert_allclose(result.margins()[:, cortex], np.transpose(margin), atol=1e-6)
    united = direct[:, COMBINATIONS.sum(axis=1) >= 13].sum(axis=1)
    np.testing.assert_allclose(result.union(UNION_RULES["mrust-13"]), united, atol=1e-6)


def test_the_table_is_the_mixture() -> None:
    joint = some(3)
    table = joint_table(joint)
    chosen = joint.levels[:, :, np.arange(4), COMBINATIONS - 1].prod(axis=3)
    np.testing.assert_allclose(table, np.einsum("nk,nkm->nm", joint.weights, chosen), atol=1e-12)
    assert len(COMPOSITIONS) == len(set(COMPOSITION.tolist())) == 35
    alike = (COMBINATIONS == 4).all(axis=1)
    assert [COMPOSITIONS[one] for one in COMPOSITION[alike]] == [(4, 4, 4, 4)]


def test_a_higher_temperature_is_less_sure_and_weights_bring_cortices_together() -> None:
    joint = some()
    sure = [joint_table(Calibration(t, 0, 0).apply(joint)).max(axis=1).mean() for t in (0.5, 1.0, 2.0)]
    assert sure == sorted(sure, reverse=True)
    apart = [float((joint_table(of_before(1.0, c).apply(joint)) @ APART).mean()) for c in (-0.3, 0.0, 0.3)]
    assert apart == sorted(apart, reverse=True)


def test_blocks_equal_one_by_one_and_nothing_gives_nothing() -> None:
    joint, how = some(1030, k=2), of_before(1.3, 0.2)
    whole = how.apply(joint)
    alone = how.apply(joint[[1029]])
    np.testing.assert_allclose(whole.margins()[1029:], alone.margins(), atol=1e-12)
    assert len(how.apply(joint[[]])) == 0


def test_a_mixture_of_256_certain_components_is_taken_too() -> None:
    random = np.random.default_rng(1)
    certain = np.broadcast_to(np.eye(4, dtype=np.float32)[COMBINATIONS - 1], (5, 256, 4, 4))
    joint = JointLevels(random.dirichlet(np.ones(256), size=5), certain, np.ones((5, 4)))
    np.testing.assert_allclose(AS_IT_IS.apply(joint).margins(), joint.margins(), atol=1e-3)


@pytest.mark.parametrize("distortion", [0.5, 2.5])
def test_a_known_temperature_is_found_again(distortion: float) -> None:
    reference, joint = draw(3, 900)
    right = fit_calibration(reference, joint)
    wrong = Calibration(distortion, 0, 0).apply(right.apply(joint))
    found = fit_calibration(reference, wrong)
    assert found.temperature == pytest.approx(1 / distortion, rel=0.2)
    assert points(reference, found.apply(wrong)) < 1.002 * points(reference, right.apply(joint))
    again, before = found.apply(wrong).margins(), right.apply(joint).margins()
    assert np.abs(again - before).mean() < 0.5 * np.abs(wrong.margins() - before).mean()
    assert not found.note


def test_a_level_that_is_said_too_seldom_is_said_more_often() -> None:
    reference, joint = draw(9, 900)
    right = fit_calibration(reference, joint)
    seldom = of_before(1.0, 0.0, bias=(0.0, -0.8, 0.0)).apply(right.apply(joint))
    again = fit_calibration(reference, seldom).apply(seldom)
    before, wrong, after = (one.margins()[:, :, 2].mean() for one in (right.apply(joint), seldom, again))
    assert wrong < before - 0.05
    assert after == pytest.approx(before, abs=0.01)


def test_what_is_calibrated_already_is_left_alone() -> None:
    reference, joint = draw(4, 900)
    again = fit_calibration(reference, fit_calibration(reference, joint).apply(joint))
    assert again.temperature == pytest.approx(1, abs=0.05)
    np.testing.assert_allclose(np.array(again.weights) - np.mean(again.weights), 0, atol=0.3)


def test_independent_margins_are_brought_together_and_get_better_totals() -> None:
    reference, joint = draw(5, 900, Fault(joint=False))
    fresh, unseen = draw(6, 900, Fault(joint=False))
    found = fit_calibration(reference, joint)
    weights = dict(zip(COMPOSITIONS, found.weights, strict=True))
    assert weights[1, 1, 1, 1] + weights[4, 4, 4, 4] > 2 * weights[1, 1, 4, 4] + 2
    whole = fresh[np.flatnonzero(fresh.complete() & (fresh.scales == "mrust"))]
    row, total = np.arange(len(whole)), whole.totals() - 4
    before, after = (one[whole.examination].totals("mrust")[row, total] for one in (unseen, found.apply(unseen)))
    assert np.log(after).mean() > np.log(before).mean() + 0.1


def points(reference: Reference, joint: JointLevels) -> float:
    """Add up the ranked probability scores of all cortices and totals, each label on its own scale."""
    found = 0.0
    for scale in SCALES:
        part = reference.on(scale)
        margins = joint[part.examination].score_margins(scale, part.convention)[part.judged()].astype(float)
        found += ranked_probability_score(margins, part.scores[part.judged()], lowest=1).sum()
        whole = part[np.flatnonzero(part.complete())]
        totals = joint[whole.examination].totals(scale, part.convention).astype(float)
        found += ranked_probability_score(totals, whole.totals(), lowest=4).sum()
    return float(found)


def test_what_is_minimised_is_the_score_of_cortices_and_totals_each_on_its_own_scale() -> None:
    reference, joint = draw(1, 200)
    told = reference[np.flatnonzero(reference.judged().any(axis=1))]
    parts = _judged(told, joint, np.zeros(len(told), dtype=np.int64))
    for temperature, coupling in ((1.0, 0.0), (1.6, 0.3)):
        how = of_before(temperature, coupling)
        direct = points(reference, how.apply(joint))
        found = sum(one.score(np.array([np.log(temperature), *how.weights]))[0] for one in parts)
        assert found == pytest.approx(direct, rel=1e-4)


def test_gradient_is_that_of_the_loss() -> None:
    reference, joint = draw(1, 120)
    told = reference[np.flatnonzero(reference.judged().any(axis=1))]
    parts = _judged(told, joint, np.zeros(len(told), dtype=np.int64))
    random = np.random.default_rng(2)
    for point in (np.zeros(36), *random.normal(scale=0.5, size=(2, 36))):
        off = check_grad(lambda x: _loss(x, parts)[0], lambda x: _loss(x, parts)[1], point)
        assert off < 1e-6


def test_the_score_of_unseen_patients_falls() -> None:
    for fault in (Fault(temperature=0.4), Fault(joint=False)):
        found = fit_calibration(*draw(7, 600, fault))
        fresh, unseen = draw(8, 600, fault)
        assert points(fresh, found.apply(unseen)) < 0.97 * points(fresh, unseen)


def told_by(joint: JointLevels, seed: int) -> Reference:
    """Draw labels from the very distributions that were predicted, so that there is nothing to correct."""
    random, table = np.random.default_rng(seed), joint_table(joint)
    drawn = [random.choice(len(COMBINATIONS), p=row / row.sum()) for row in table]
    return labels(COMBINATIONS[drawn])


def test_a_correction_that_does_not_help_patients_left_out_is_not_made_and_it_is_said() -> None:
    joint = some(150)
    found = [fit_calibration(told_by(joint, seed), joint) for seed in range(12)]
    left = [one for one in found if one.note == NO_HELP]
    assert 4 <= len(left) < 12  # of what needs no correction chance alone says now and then that it does
    assert {(one.temperature, set(one.weights) == {0.0}, one.labels) for one in left} == {(1.0, True, 150)}
    assert all(not one.note and 0.6 < one.temperature < 1.6 for one in found if one not in left)
    too_sure = Calibration(0.3, 0, 0).apply(joint)
    assert not any(fit_calibration(told_by(joint, seed), too_sure).note for seed in range(6))


def test_a_needless_correction_by_few_labels_costs_new_patients_little() -> None:
    joint, unseen = some(100, seed=1), some(400, seed=2)
    fresh = told_by(unseen, 50)
    found = [fit_calibration(told_by(joint, seed), joint) for seed in range(8)]
    made = [points(fresh, one.apply(unseen)) / points(fresh, unseen) for one in found if not one.note]
    assert made
    assert max(made) < 1.05


def test_a_few_labels_thought_impossible_do_not_decide() -> None:
    reference, joint = draw(10, 400)
    plain = fit_calibration(reference, joint)
    certain = np.eye(4)[np.where(reference.scores > 2, 0, 3)]
    levels = joint.levels.copy()
    levels[:3] = certain[:3, None]
    moved = fit_calibration(reference, JointLevels(joint.weights, levels, joint.scorable))
    assert moved.temperature == pytest.approx(plain.temperature, rel=0.15)


def test_what_is_not_scored_or_not_seen_says_nothing() -> None:
    reference, joint = draw(2, 400)
    told = fit_calibration(reference, joint)
    silent = replace(reference[[0, 1]], scores=np.zeros((2, 4), dtype=np.int64), scorable=np.full((2, 4), -1))
    unseen = replace(reference[[0]], visible=np.zeros((1, 4), dtype=bool))
    for extra in (silent, unseen):
        assert fit_calibration(_joined(reference, extra), joint) == told


def _joined(first: Reference, second: Reference) -> Reference:
    names = [field.name for field in fields(first) if field.name != "convention"]
    arrays: dict[str, Any] = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in names}
    return replace(first, **arrays)


def test_order_of_labels_changes_nothing() -> None:
    reference, joint = draw(2, 300)
    turned = fit_calibration(reference[np.random.default_rng(0).permutation(len(reference))], joint)
    found = fit_calibration(reference, joint)
    assert turned.temperature == pytest.approx(found.temperature, rel=1e-2)
    np.testing.assert_allclose(turned.weights, found.weights, atol=0.05)


def test_too_few_labels_leave_it_as_it_is_and_say_so() -> None:
    reference, joint = draw(0, 200)
    rows = np.flatnonzero(reference.judged().any(axis=1))
    few = fit_calibration(reference[rows[: FEWEST_LABELS - 1]], joint)
    assert (few.temperature, set(few.weights), few.labels) == (1.0, {0.0}, FEWEST_LABELS - 1)
    assert "49 labels are fewer than the 50" in few.note
    assert "are fewer" not in fit_calibration(reference[rows[:FEWEST_LABELS]], joint).note


def test_it_is_written_and_read_and_refuses_what_it_is_not() -> None:
    one = Calibration(1.2, 80, 60, "a note", tuple(float(number) / 10 for number in range(35)))
    assert Calibration.from_dict(json.loads(json.dumps(one.to_dict()))) == one
    for temperature in (0.0, -1.0, 0.01, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=r"a temperature lies between 0\.05 and 20"):
            Calibration(temperature, 0, 0)
    for weight in (800.0, float("nan")):
        with pytest.raises(ValueError, match="weights lie between -100 and 100"):
            Calibration(1.0, 0, 0, weights=(weight, *[0.0] * 34))
    with pytest.raises(ValueError, match="a calibration has 35 weights, found 2"):
        Calibration.from_dict({**one.to_dict(), "weights": [0.1, 0.2]})
    for fault in ({"weights": 0.1}, {"labels": float("inf")}, {"temperature": 10**400}, {"weights": [10**400] * 35}):
        with pytest.raises(ValueError, match="what a calibration holds are numbers of a usual size"):
            Calibration.from_dict({**one.to_dict(), **fault})
    for change in ({"extra": 1}, {"note": None}, {"coupling": 0.1}):
        data = {key: value for key, value in {**one.to_dict(), **change}.items() if value is not None}
        with pytest.raises(ValueError, match="a calibration has the fields labels, note, patients, temperature"):
            Calibration.from_dict(data)


def test_models_of_before_have_a_coupling_and_perhaps_a_bias() -> None:
    joint = some()
    for coupling, bias in ((-0.1, {}), (0.3, {"bias": (0.1, 0.2, -0.3)})):
        of_level = np.exp([0.0, *bias.get("bias", (0.0, 0.0, 0.0))])[COMBINATIONS - 1].prod(axis=1)
        direct = np.maximum(joint_table(joint), LEAST) ** (1 / 1.2) * np.exp(-coupling * APART) * of_level
        direct /= direct.sum(axis=1, keepdims=True)
        read = of_before(1.2, coupling, **bias)
        np.testing.assert_allclose(joint_table(read.apply(joint)), direct, atol=1e-7)
    faults: tuple[dict[str, Any], ...] = (
        {"coupling": [0.1]},
        {"coupling": 10**400},
        *({"coupling": 0.1, "bias": [0.1] * n} for n in (2, 4)),
    )
    for fault in faults:
        with pytest.raises(ValueError, match=r"numbers of a usual size|values to unpack"):
            Calibration.from_dict({"temperature": 1.0, "labels": 0, "patients": 0, "note": "", **fault})
