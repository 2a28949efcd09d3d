from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, precision_score, roc_auc_score
from tests.test_evaluation_samples import estimate, one_hot, reference, simulated

from radunion.evaluation.alpha import coincidences, ordinal_alpha
from radunion.evaluation.compare import Comparison, compare
from radunion.evaluation.measures import BETTER, COMPARED
from radunion.evaluation.readings import readings
from radunion.evaluation.reference import Reference
from radunion.joint import JointLevels
from radunion.report.numbers import TITLES
from radunion.scale import CORTICES, UNION_RULES


@pytest.fixture(scope="module")
def cohort() -> tuple[Reference, dict[str, JointLevels]]:
    labels, predictions = simulated(400)
    fixations = np.random.default_rng(0).choice(["nail", "plate", "", "ring"], p=[0.5, 0.3, 0.19, 0.01], size=400)
    return replace(labels, fixations=fixations), predictions


@pytest.fixture(scope="module")
def compared(cohort: tuple[Reference, dict[str, JointLevels]]) -> Comparison:
    return compare(*cohort, seed=0, replicates=40, subgroups=True)


@pytest.mark.parametrize("metric", ["kappa", "auroc", "exact"])
def test_a_view_is_the_mean_of_its_two_cortices(compared: Comparison, metric: str) -> None:
    for scope, two in (("view-ap", ("medial", "lateral")), ("view-lateral", ("anterior", "posterior"))):
        expected = np.mean([estimate(compared, "film", metric, cortex) for cortex in two])
        assert estimate(compared, "film", metric, scope) == pytest.approx(expected)


@pytest.mark.parametrize("metric", ["kappa-linear", "alpha", "exact", "balanced-accuracy", "macro-f1", "rps"])
def test_cortices_are_the_mean_of_the_four(compared: Comparison, metric: str) -> None:
    expected = np.mean([estimate(compared, "film", metric, cortex) for cortex in CORTICES])
    assert estimate(compared, "film", metric, "cortices") == pytest.approx(expected)


@pytest.mark.parametrize("scale", ["mrust", "rust"])
def test_total_is_judged_as_its_own_scores(
    cohort: tuple[Reference, dict[str, JointLevels]], compared: Comparison, scale: str
) -> None:
    labels, predictions = cohort
    part = labels[(labels.scales == scale) & labels.complete()]
    said = part.totals()
    case = readings(
        part,
        predictions["film"][part.examination],
        scale="rust" if scale == "rust" else "mrust",
        rule=UNION_RULES[f"{scale}-10" if scale == "rust" else f"{scale}-13"],
    )
    kappa = cohen_kappa_score(said, case.totals, weights="quadratic")
    assert estimate(compared, "film", "kappa", "total", scale) == pytest.approx(kappa)
    assert estimate(compared, "film", "exact", "total", scale) == pytest.approx((said == case.totals).mean())
    units = coincidences(np.stack([said, case.totals]) - 3, levels=13).sum(axis=0)
    assert estimate(compared, "film", "alpha", "total", scale) == pytest.approx(ordinal_alpha(units[None])[0])


def test_a_certain_model_has_its_absolute_error_as_ranked_probability_score() -> None:
    random = np.random.default_rng(1)
    scores, levels = random.integers(1, 5, (2, 30, 4))
    result = compare(reference(scores), {"pair": one_hot(levels)}, seed=0, replicates=5)
    assert estimate(result, "pair", "rps", "total") == pytest.approx(estimate(result, "pair", "mae", "total"))
    expected = np.abs(scores - levels).mean()
    assert estimate(result, "pair", "rps", "cortices") == pytest.approx(expected)


def test_precision_equals_sklearn(cohort: tuple[Reference, dict[str, JointLevels]], compared: Comparison) -> None:
    labels, predictions = cohort
    part = labels.on("mrust")
    case = readings(part, predictions["film"][part.examination], scale="mrust", rule=UNION_RULES["mrust-13"])
    said, called = part.scores[case.judged], case.levels[case.judged]
    expected = precision_score(said, called, labels=[1, 2, 3, 4], average=None)
    taken = [estimate(compared, "film", f"precision-{level}", "cortices") for level in (1, 2, 3, 4)]
    np.testing.assert_allclose(taken, expected)


@pytest.mark.parametrize(("scale", "name"), [("mrust", "mrust-11"), ("rust", "rust-9")])
def test_union_is_judged_by_every_rule_of_its_scale(
    cohort: tuple[Reference, dict[str, JointLevels]], compared: Comparison, scale: str, name: str
) -> None:
    labels, predictions = cohort
    rule = UNION_RULES[name]
    part = labels[(labels.scales == scale) & labels.complete()]
    chance, united = predictions["film"][part.examination].union(rule), part.totals() >= rule.threshold
    scope = f"union-{name}"
    assert estimate(compared, "film", "auroc", scope, scale) == pytest.approx(roc_auc_score(united, chance), abs=1e-4)
    brier = ((chance - united) ** 2).mean()
    assert estimate(compared, "film", "brier", scope, scale) == pytest.approx(brier, abs=1e-4)
    taken = {row.scope for row in compared.rows if row.scale == scale and row.scope.startswith("union-")}
    assert taken == {scope}


def test_another_default_rule_changes_places_with_the_one_it_replaces() -> None:
    labels, predictions = simulated(100)
    rules = {"mrust": UNION_RULES["mrust-11"], "rust": UNION_RULES["rust-9"]}
    plain = compare(labels, predictions, seed=0, replicates=5)
    turned = compare(labels, predictions, seed=0, replicates=5, rules=rules)  # type: ignore[arg-type]
    assert estimate(turned, "pair", "brier", "union") == estimate(plain, "pair", "brier", "union-mrust-11")
    assert estimate(turned, "pair", "brier", "union-mrust-13") == estimate(plain, "pair", "brier", "union")


def test_a_calibrated_model_has_the_error_of_a_perfect_one_and_an_overconfident_one_more() -> None:
    random = np.random.default_rng(0)
    calibrated = random.dirichlet(np.ones(4), size=(1500, 4))
    levels = 1 + (np.cumsum(calibrated, axis=2) < random.random((1500, 4, 1))).sum(axis=2)
    sure = calibrated**3 / (calibrated**3).sum(axis=2, keepdims=True)
    both = {
        name: JointLevels(np.ones((1500, 1)), shares[:, None], np.ones((1500, 4)))
        for name, shares in (("calibrated", calibrated), ("sure", sure))
    }
    result = compare(reference(np.minimum(levels, 4)), both, seed=0, replicates=60)
    perfect = estimate(result, "calibrated", "ece-perfect", "union")
    row = result.find("calibrated", "ece", "union", "mrust")
    assert row is not None and row.low is not None and row.high is not None and row.estimate is not None
    assert row.low < perfect < row.high and row.low < row.estimate < row.high
    for scope in ("union", "cortices"):
        assert estimate(result, "sure", "ece", scope) > 1.5 * estimate(result, "calibrated", "ece", scope)
    worse = result.find("sure - calibrated", "difference:ece", "cortices", "mrust")
    assert worse is not None and worse.low is not None and worse.low > 0


def test_differences_are_taken_of_what_is_compared_and_no_more(compared: Comparison) -> None:
    taken = {
        (row.metric.removeprefix("difference:"), row.scope)
        for row in compared.rows
        if row.metric.startswith("difference:")
    }
    assert taken == COMPARED
    assert {metric for metric, _ in COMPARED} <= set(BETTER)


@pytest.mark.parametrize(
    ("name", "value", "column"),
    [("site", "south", "sites"), ("visit", "1", "visits"), ("fixation", "nail", "fixations")],
)
def test_a_subgroup_has_the_numbers_of_a_cohort_of_its_own(
    cohort: tuple[Reference, dict[str, JointLevels]], compared: Comparison, name: str, value: str, column: str
) -> None:
    labels, predictions = cohort
    alone = compare(labels[getattr(labels, column) == value], predictions, seed=0, replicates=5)
    headline = [
        ("kappa", "cortices"),
        ("icc-2-1", "total"),
        ("mae", "total"),
        ("within-1", "total"),
        ("auroc", "union"),
    ]
    for metric, scope in headline:
        row, whole = (
            one.find("pair", metric, where, "mrust")
            for one, where in ((compared, f"{scope}|{name}={value}"), (alone, scope))
        )
        assert row is not None and whole is not None and row.estimate is not None and row.low is not None
        assert row.estimate == pytest.approx(whole.estimate)
        assert (row.exams, row.patients) == (whole.exams, whole.patients)


def test_small_and_unrecorded_subgroups_are_not_shown_nor_compared(compared: Comparison) -> None:
    scopes = {row.scope for row in compared.rows if "|" in row.scope}
    shown = {scope.split("|")[1] for scope in scopes}
    assert shown == {"site=south", "site=north", "visit=0", "visit=1", "visit=2", "fixation=nail", "fixation=plate"}
    assert not any("|" in row.scope for row in compared.rows if row.metric.startswith("difference:"))


def test_subgroups_are_taken_only_when_asked_for() -> None:
    labels, predictions = simulated(60)
    assert not any("|" in row.scope for row in compare(labels, predictions, seed=0, replicates=5).rows)


def test_every_metric_has_a_title() -> None:
    assert set(TITLES) == set(BETTER)


def test_what_is_not_recorded_is_an_empty_string() -> None:
    labels = reference([[1, 1, 1, 1], [2, 2, 2, 2]])
    for column in (labels.fixations, labels.readers, labels.readings):
        assert column.tolist() == ["", ""]
    assert labels[[1]].readers.tolist() == [""]
    told = reference([[1] * 4] * 2, readers=np.array(["a", "b"]))
    assert told[[1]].readers.tolist() == ["b"] and told[[1]].fixations.tolist() == [""]
