"""Conformal sets: contiguous, around the median, fitted patient by patient, and as wide as they must be."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from tests.test_evaluation_calibration_samples import draw

from radunion.evaluation.conformal import Conformal, Threshold, closed_run, run_masses, share_held
from radunion.evaluation.conformal_fit import FEWEST_OF_A_CORTEX, fit_conformal, fit_threshold, read_of, readings_on
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels, median_score
from radunion.scale import CORTICES, SCALES


def some_distributions(n: int = 400, size: int = 13, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.dirichlet(np.full(size, 0.4), size=n)


def labelled(scores: list[list[int]], patients: list[str], scale: str = "mrust") -> Reference:
    array = np.array(scores, dtype=np.int64)
    n = len(array)
    same = np.full(n, "x")
    visible = np.ones((n, 4), dtype=bool)
    return Reference(
        np.arange(n), np.array(patients), same, same, np.full(n, scale), array,
        np.where(array > 0, 1, -1), visible, "metrc",
    )  # fmt: skip


def test_the_run_takes_in_the_more_probable_neighbour_first() -> None:
    before, own = run_masses(np.array([[0.1, 0.5, 0.3, 0.1], [0.2, 0.2, 0.2, 0.4], [1.0, 3.0, 0.0, 0.0]]))
    np.testing.assert_allclose(before, [[0.8, 0, 0.5, 0.9], [0.8, 0.6, 0.4, 0], [0.75, 0, 1, 1]])
    np.testing.assert_allclose(own[2], [0.25, 0.75, 0, 0])


def test_a_set_is_the_shortest_such_run_with_more_than_the_mass() -> None:
    one = np.array([[0.1, 0.5, 0.3, 0.1]])
    for mass, expected in (
        (0.49, (1, 2)),
        (0.51, (1, 2)),
        (0.8, (0, 2)),
        (0.85, (0, 2)),
        (0.95, (0, 3)),
        (1.0, (0, 3)),
    ):
        low, high = closed_run(one, Threshold(mass, 100))
        assert (int(low[0]), int(high[0])) == expected, mass


@pytest.mark.parametrize("size", [3, 4, 9, 13])
def test_sets_are_contiguous_nested_and_hold_mode_and_median(size: int) -> None:
    chances = some_distributions(size=size)
    before, own = run_masses(chances)
    place, narrower = np.arange(size), np.zeros(chances.shape, dtype=bool)
    for mass in (0.0, 0.3, 0.6, 0.9, 0.99, 1.0):
        low, high = closed_run(chances, Threshold(mass, 100))
        inside = (place >= low[:, None]) & (place <= high[:, None])
        assert ((own * inside).sum(axis=1) > min(max(mass, 0.5), 1 - 1e-9) - 1e-9).all()
        assert inside[np.arange(len(chances)), chances.argmax(axis=1)].all()
        assert inside[np.arange(len(chances)), median_score(chances, 0)].all()
        assert (inside | ~narrower).all()
        assert ((share_held(before, own, mass) > 0) <= inside).all()
        narrower = inside


def test_ties_at_random_hold_as_romano_has_it() -> None:
    """Draw the random number instead of integrating it out."""
    chances, random = some_distributions(200, 4), np.random.default_rng(1)
    before, own = run_masses(chances)
    drawn = random.random((4000, 1, 1))
    held = (before + own - drawn * own <= 0.7).mean(axis=0)
    np.testing.assert_allclose(held, share_held(before, own, 0.7), atol=0.05)


def test_the_mass_is_the_least_that_holds_n_plus_1_shares() -> None:
    """Nine patients and a coverage of 0.9 need all nine; with two thirds the sum of shares must be 20 / 3."""
    chance = np.broadcast_to([0.4, 0.3, 0.2, 0.1], (9, 1, 4, 4))
    joint = JointLevels(np.ones((9, 1)), chance, np.ones((9, 4)))
    reference = labelled([[1] * 4] * 5 + [[2] * 4] * 3 + [[3] * 4], [f"p{row}" for row in range(9)])
    assert fit_conformal(reference, joint, coverage=0.9).levels["mrust"].mass == pytest.approx(0.9)
    # 5 patients are held by a mass of 0.4; 5 / 3 of the next 3 lie 5 / 9 of the way from 0.4 to 0.7
    assert fit_conformal(reference, joint, coverage=2 / 3).levels["mrust"].mass == pytest.approx(0.4 + 0.3 * 5 / 9)


def test_too_few_patients_give_the_whole_scale_and_are_told() -> None:
    reference, joint = draw(0, 60)
    few = reference[np.flatnonzero((reference.scales == "mrust") & reference.complete())[:6]]
    sets = fit_conformal(few, joint, coverage=0.9)
    low, high = sets.total_interval(joint.totals("mrust"), "mrust")
    assert set(low) == {4}
    assert set(high) == {16}
    assert set(sets.level_set(joint.margins()[:, 0], "medial")[1]) == {4}
    assert len(sets.notes()) == 4
    assert "mRUST intervals of the total for a coverage of 0.9 are the whole scale: " in sets.notes()[1]
    assert not fit_conformal(*draw(0, 300), coverage=0.9).notes()
    nothing = fit_conformal(few[[]], joint, coverage=0.9)
    assert nothing.totals["rust"] == Threshold(1.0, 0)


def test_a_patient_counts_once_however_often_examined_or_read() -> None:
    reference, joint = draw(1, 300)
    often = np.concatenate([np.arange(len(reference)), np.repeat(np.flatnonzero(reference.patients == "p3"), 30)])
    other = replace(reference, patients=np.array([f"p{row}" for row in range(len(reference))]))
    once, again, apart = (
        fit_conformal(one, joint, coverage=0.9).totals["mrust"] for one in (reference, reference[often], other)
    )
    assert again.mass == pytest.approx(once.mass, abs=1e-9)
    assert again.patients == once.patients < apart.patients
    assert abs(apart.mass - once.mass) > 1e-6


def test_mrust_masses_come_from_mrust_labels_and_rust_masses_from_all() -> None:
    reference, joint = draw(1, 400)
    whole = fit_conformal(reference, joint, coverage=0.9)
    alone = fit_conformal(reference.on("mrust"), joint, coverage=0.9)
    assert whole.totals["mrust"] == alone.totals["mrust"]
    assert whole.levels["mrust"] == alone.levels["mrust"]
    assert whole.totals["rust"].patients > alone.totals["rust"].patients == alone.totals["mrust"].patients
    mapped = readings_on(reference, "rust")
    former = reference.scores[reference.scales == "mrust"]
    assert np.array_equal(mapped.scores[reference.scales == "mrust"], np.minimum(former, 3))
    assert np.array_equal(mapped.scores[reference.scales == "rust"], reference.scores[reference.scales == "rust"])


def test_what_is_not_scored_or_not_seen_is_not_read() -> None:
    reference, joint = draw(1, 100)
    part = readings_on(reference, "mrust")
    assert np.array_equal(read_of(part, joint, "lateral", scale="mrust").rows, np.flatnonzero(part.judged()[:, 1]))
    total = read_of(part, joint, None, scale="mrust")
    assert np.array_equal(total.rows, np.flatnonzero(part.complete()))
    assert np.array_equal(total.score + 4, part.totals()[part.complete()])


def test_a_cortex_has_its_own_mass_where_enough_patients_have_it() -> None:
    reference, joint = draw(2, 400)
    scores = reference.scores.copy()
    rows = np.flatnonzero((reference.scales == "mrust") & (scores[:, 3] > 0))
    scores[rows[FEWEST_OF_A_CORTEX - 10 :], 3] = 0
    thin = replace(reference, scores=scores, scorable=np.where(scores > 0, 1, -1))
    sets = fit_conformal(thin, joint, coverage=0.9)
    assert set(sets.cortices["mrust"]) == set(CORTICES[:3])
    assert sets.threshold("mrust", "posterior") == sets.levels["mrust"]
    assert sets.threshold("mrust", "medial") != sets.levels["mrust"]
    assert sets.threshold("mrust") == sets.totals["mrust"]


def test_the_promise_is_kept_for_any_model_even_a_bad_one() -> None:
    """Average over redraws: fitted to 40 patients it holds 0.8 to 0.8 + 1 / 41 of others, but for chance."""
    random, n, held = np.random.default_rng(3), 440, []
    for _ in range(80):
        chances, truth = random.dirichlet(np.full(4, 0.3), size=n), random.integers(1, 5, size=n)
        joint = JointLevels(np.ones((n, 1)), np.repeat(chances[:, None, None], 4, axis=2), np.ones((n, 4)))
        reference = labelled([[score, 0, 0, 0] for score in truth.tolist()], [f"p{row}" for row in range(n)])
        read = read_of(reference, joint, "medial", scale="mrust")
        some = replace(read, **{field.name: getattr(read, field.name)[:40] for field in fields(read)})
        mass = fit_threshold([some], coverage=0.8).mass
        held.append(share_held(read.before, read.own, mass)[40:].mean())
    assert 0.78 < np.mean(held) < 0.85


def test_they_are_written_and_read_and_refuse_what_they_are_not() -> None:
    sets = fit_conformal(*draw(0, 300), coverage=0.9)
    assert Conformal.from_dict(json.loads(json.dumps(sets.to_dict()))) == sets
    data = sets.to_dict()
    for change, message in (
        ({"coverage": 1.0}, "between 0 and 1, found 1.0"),
        ({"totals": {"mrust": {"mass": 0.9, "patients": 1}}}, "thresholds are given for rust and mrust, found mrust"),
        ({"totals": {scale: {"mass": 1.2, "patients": 1} for scale in SCALES}}, "a mass is 0 to 1"),
        ({"totals": {scale: {"weight": 1.2} for scale in SCALES}}, "a threshold has a mass"),
        ({"totals": None}, "a threshold has a mass"),
        ({"surprise": 1}, "conformal sets have a coverage, levels, cortices and totals"),
        ({"cortices": {scale: {"upper": {"mass": 1, "patients": 1}} for scale in SCALES}}, "a cortex is one of"),
    ):
        with pytest.raises(ValueError, match=message):
            Conformal.from_dict({**data, **change})
