"""AUROC within strata: what tells folds apart is not discrimination, and one stratum is none."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from tests.test_evaluation_samples import estimate, one_hot, reference, simulated

from radunion.errors import UsageError
from radunion.evaluation.blinds import fit_blind
from radunion.evaluation.compare import compare
from radunion.evaluation.discrimination import auroc, macro_auroc, mean_of_defined
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels, concatenate


def drawn(n: int = 120, folds: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores with ties, outcomes that go with them, and folds."""
    random = np.random.default_rng(3)
    scores = np.round(random.normal(size=n), 1)
    return scores, scores + random.normal(size=n) > 0, random.integers(0, folds, n)


def once(n: int) -> np.ndarray:
    return np.ones((1, n))


def test_scores_that_are_constant_within_every_stratum_say_nothing() -> None:
    _, positive, folds = drawn()
    base_rate = np.array([positive[folds != fold].mean() for fold in range(4)])[folds]
    weights = np.random.default_rng(0).integers(0, 4, (30, len(folds))).astype(float)
    np.testing.assert_array_equal(auroc(base_rate, positive, weights, strata=folds), 0.5)
    assert auroc(base_rate, positive, once(len(folds)))[0] < 0.47


def test_two_folds_worked_by_hand() -> None:
    scores = np.array([0.9, 0.2, 0.5, 0.1, 0.3, 0.3])
    positive = np.array([True, False, True, False, True, False])
    folds = np.array([7, 7, 7, 2, 2, 2])
    # Fold 7: 0.9 and 0.5 beat 0.2, 2 of 2 pairs. Fold 2: 0.3 beats 0.1 and ties with 0.3, 1.5 of 2 pairs.
    assert auroc(scores, positive, once(6), strata=folds)[0] == pytest.approx(3.5 / 4)
    # All together: 0.9, 0.5 and 0.3 each beat 0.2 and 0.1; the first two beat 0.3, the last ties with it.
    assert auroc(scores, positive, once(6))[0] == pytest.approx(8.5 / 9)


def test_it_is_the_mean_of_the_folds_areas_by_their_pairs() -> None:
    scores, positive, folds = drawn()
    areas, pairs = [], []
    for fold in range(4):
        here = folds == fold
        areas.append(roc_auc_score(positive[here], scores[here]))
        pairs.append(positive[here].sum() * (~positive[here]).sum())
    assert auroc(scores, positive, once(120), strata=folds)[0] == pytest.approx(np.average(areas, weights=pairs))


def test_one_stratum_is_none_and_their_names_and_order_do_not_matter() -> None:
    scores, positive, folds = drawn()
    weights = np.random.default_rng(1).integers(0, 3, (20, 120)).astype(float)
    plain = auroc(scores, positive, weights)
    np.testing.assert_array_equal(auroc(scores, positive, weights, strata=np.full(120, 5)), plain)
    apart = auroc(scores, positive, weights, strata=folds)
    np.testing.assert_array_equal(auroc(scores, positive, weights, strata=-10 * folds), apart)
    turned = np.random.default_rng(2).permutation(120)
    found = auroc(scores[turned], positive[turned], weights[:, turned], strata=folds[turned])
    np.testing.assert_array_equal(found, apart)


def test_a_weight_is_the_case_that_often() -> None:
    scores, positive, folds = drawn()
    often = np.random.default_rng(4).integers(0, 4, 120)
    rows = np.repeat(np.arange(120), often)
    found = auroc(scores, positive, often[None].astype(float), strata=folds)
    assert found[0] == pytest.approx(auroc(scores[rows], positive[rows], once(len(rows)), strata=folds[rows])[0])


def test_a_stratum_of_one_class_adds_no_pair_and_without_any_pair_there_is_no_number() -> None:
    scores, positive, folds = (
        np.array([0.1, 0.9, 0.4, 0.5]),
        np.array([False, True, True, True]),
        np.array([0, 0, 1, 1]),
    )
    assert auroc(scores, positive, once(4), strata=folds)[0] == 1
    assert np.isnan(auroc(scores, positive, once(4), strata=np.array([0, 1, 1, 1]))[0])


def test_rows_and_strata_go_together() -> None:
    scores, positive, folds = drawn()
    twice = np.tile(np.arange(120), 2)
    weights = np.random.default_rng(5).integers(0, 3, (6, 120)).astype(float)
    found = auroc(scores[twice], positive[twice], weights, rows=twice, strata=folds[twice])
    np.testing.assert_allclose(found, auroc(scores, positive, weights, strata=folds))


def test_the_macro_average_is_over_the_columns_that_have_both_classes() -> None:
    truth = np.array([[1, 0, 0], [0, 0, 1], [1, 0, 1], [0, 0, 0]], dtype=bool)
    chance = np.random.default_rng(6).random((4, 3))
    expected = roc_auc_score(truth[:, [0, 2]], chance[:, [0, 2]], average="macro")
    assert macro_auroc(chance, truth, once(4))[0] == pytest.approx(expected)
    assert np.isnan(macro_auroc(chance[:, [1]], truth[:, [1]], once(4))[0])


def test_a_sample_that_lacks_a_part_of_the_average_has_none() -> None:
    nothing = np.full(2, np.nan)
    found = mean_of_defined([np.array([0.5, np.nan]), np.array([0.7, 0.9]), nothing])
    assert found[0] == pytest.approx(0.6)
    assert np.isnan(found[1])


def by_fold(labels: Reference, folds: np.ndarray) -> JointLevels:
    """Return what a baseline of no image says of each fold, fitted to the others; it has a base rate and no more."""
    parts = [fit_blind("blind-view", labels[folds != fold]) for fold in np.unique(folds)]
    joints = [part.predict(sites=labels.sites, visits=labels.visits) for part in parts]
    rows = [np.flatnonzero(folds == fold) for fold in np.unique(folds)]
    pooled = concatenate([joint[row] for joint, row in zip(joints, rows, strict=True)])
    return pooled[np.argsort(np.concatenate(rows))]


def test_a_baseline_that_is_constant_within_each_fold_has_one_half_everywhere() -> None:
    labels, predictions = simulated(400)
    folds = np.unique(labels.patients, return_inverse=True)[1] % 5
    both = {"blind-view": by_fold(labels, folds), "pair": predictions["pair"]}
    apart = compare(labels, both, seed=0, replicates=20, folds=folds, subgroups=True)
    rows = [row for row in apart.rows if row.metric in ("auroc", "auroc-level") and row.protocol == "blind-view"]
    assert {row.scope for row in rows} >= {"cortices", "medial", "scorable", "union", "union-rust-9", "view-ap"}
    assert any(row.scope.startswith("union|site=") for row in rows)
    assert {row.estimate for row in rows} == {0.5}
    assert {(row.low, row.high) for row in rows if row.reason is None} == {(0.5, 0.5)}
    assert not [row for row in rows if row.scope in ("cortices", "union") and row.reason]
    together = compare(labels, both, seed=0, replicates=20)
    assert estimate(together, "blind-view", "auroc", "cortices") < 0.48
    gain, inflated = (
        one.find("pair - blind-view", "difference:auroc", "cortices", "mrust") for one in (apart, together)
    )
    assert gain is not None and gain.estimate is not None
    assert inflated is not None and inflated.estimate is not None
    assert gain.estimate < inflated.estimate


def test_one_fold_is_all_together_and_other_metrics_do_not_know_of_folds() -> None:
    labels, predictions = simulated(100)
    plain = compare(labels, predictions, seed=0, replicates=20)
    assert compare(labels, predictions, seed=0, replicates=20, folds=np.full(100, 3)) == plain
    apart = compare(labels, predictions, seed=0, replicates=20, folds=np.arange(100) % 3)
    changed = {one.metric for one, two in zip(apart.rows, plain.rows, strict=True) if one != two}
    assert changed == {"auroc", "auroc-level", "difference:auroc"}


def test_some_metrics_are_the_same_rows_as_among_all() -> None:
    labels, predictions = simulated(80)
    every = compare(labels, predictions, seed=0, replicates=20)
    for wanted in ({"rps", "ece"}, {"auroc"}, {"seed18-micro"}):
        some = compare(labels, predictions, seed=0, replicates=20, metrics=wanted)
        kept = [row for row in every.rows if row.metric.removeprefix("difference:") in wanted]
        assert list(some.rows) == kept


def test_folds_of_too_few_examinations_are_refused() -> None:
    labels = reference([[1, 1, 1, 1], [2, 2, 2, 2]])
    with pytest.raises(UsageError, match="found 1, the labels need 2"):
        compare(labels, {"pair": one_hot([[1] * 4] * 2)}, seed=0, folds=np.zeros(1, dtype=np.int64))
