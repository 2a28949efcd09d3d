import json
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from radunion.cohort import Examination, Film, Label
from radunion.errors import CohortError, UsageError
from radunion.evaluation.blinds import BLINDS, Blind, BlindKind, fit_blind
from radunion.evaluation.compare import Comparison, Row, compare
from radunion.evaluation.measures import BETTER
from radunion.evaluation.reference import Reference, reference_of
from radunion.evaluation.seed18 import SEED_COLUMNS, seed18_outputs
from radunion.joint import TOTAL_SCORES, JointLevels, median_score
from radunion.scale import CORTICES, Cortex, Scale, View, cortex_label


def reference(scores: Any, **changes: Any) -> Reference:
    """Make a reference of one label a row; a score above 0 is scored, 0 blank."""
    array = np.array(scores, dtype=np.int64).reshape(-1, 4)
    n = len(array)
    plain = {
        "examination": np.arange(n),
        "patients": np.array([f"p{row}" for row in range(n)], dtype=np.str_),
        "sites": np.full(n, "one"),
        "visits": np.full(n, "first"),
        "scales": np.full(n, "mrust"),
        "scores": array,
        "scorable": np.where(array > 0, 1, -1),
        "visible": np.ones((n, 4), dtype=bool),
        "convention": "metrc",
    }
    return Reference(**{**plain, **changes})


def simulated(n: int = 300, seed: int = 0) -> tuple[Reference, dict[str, JointLevels]]:
    """Make a cohort on both scales, whose visit says something and whose model says more."""
    random = np.random.default_rng(seed)
    visit = random.integers(0, 3, n)
    base = np.clip(np.round(random.normal(1.6 + 0.7 * visit, 0.9)), 1, 4)
    levels = np.clip(base[:, None] + random.choice([-1, 0, 0, 0, 1], size=(n, 4)), 1, 4).astype(np.int64)
    rust = random.random(n) < 0.3
    scores = np.where(rust[:, None], np.minimum(levels, 3), levels)
    blank = random.random((n, 4)) < 0.08
    scorable = np.where(blank, random.choice([0, -1], size=(n, 4)), 1)
    visible = np.repeat(random.random((n, 2)) < 0.96, 2, axis=1)
    labels = reference(
        np.where(blank, 0, scores),
        patients=np.array([f"p{row}" for row in random.integers(0, n * 2 // 3, n)]),
        sites=np.where(rust, "north", "south"),
        visits=visit.astype(np.str_),
        scales=np.where(rust, "rust", "mrust"),
        scorable=scorable,
        visible=visible,
    )
    predictions: dict[str, JointLevels] = {
        kind: fit_blind(kind, labels).predict(sites=labels.sites, visits=labels.visits) for kind in BLINDS
    }
    for name, noise in (("film", 1.0), ("pair", 0.5)):
        predictions[name] = model(levels, noise=noise, random=random)
    return labels, predictions


def model(levels: np.ndarray, *, noise: float, random: np.random.Generator) -> JointLevels:
    seen = levels + random.normal(0, noise, levels.shape)
    logits = -((seen[..., None] - np.arange(1, 5)) ** 2) / (2 * noise**2)
    shares = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return JointLevels(np.ones((len(levels), 1)), shares[:, None], np.full((len(levels), 4), 0.9))


def one_hot(levels: Any) -> JointLevels:
    array = np.array(levels).reshape(-1, 4)
    return JointLevels(np.ones((len(array), 1)), np.eye(4)[array - 1][:, None], np.ones((len(array), 4)))


def estimate(comparison: Comparison, protocol: str, metric: str, scope: str, scale: str = "mrust") -> float:
    row = comparison.find(protocol, metric, scope, scale)
    assert row is not None and row.estimate is not None
    return row.estimate


def test_reference_reads_every_label_of_every_examination() -> None:
    cells: dict[Cortex, str] = {"medial": "3", "lateral": "U", "anterior": "", "posterior": "1"}

    def label(reader: str, scale: Scale) -> Label:
        cortices = {cortex: cortex_label(cell, scale) for cortex, cell in cells.items()}
        scores = {cortex: int(cell) if cell.isdigit() else None for cortex, cell in cells.items()}
        return Label(reader, "1", scale, cortices, scores)

    def exam(patient: str, views: tuple[View, ...], labels: tuple[Label, ...]) -> Examination:
        films = tuple(Film(line, view, Path("film.png")) for line, view in enumerate(views))
        return Examination(patient, "6m", "left", films, labels, "north", "nail", 180.0, (2,))

    ap: View = "ap"
    exams = [
        exam("a", (ap, "lateral"), ()),
        exam("b", (ap,), (label("r1", "rust"), label("r2", "mrust"), label("r3", "mrust"))),
    ]
    read = reference_of(exams, "metrc")
    assert read.examination.tolist() == [1, 1, 1]
    assert read.scales.tolist() == ["rust", "mrust", "mrust"]
    assert read.fixations.tolist() == ["nail"] * 3
    assert read.readers.tolist() == ["r1", "r2", "r3"]
    assert read.readings.tolist() == ["1"] * 3
    assert read.scores[0].tolist() == [3, 0, 0, 1]
    assert read.scorable[0].tolist() == [1, 0, -1, 1]
    assert read.visible[0].tolist() == [True, True, False, False]
    assert read.allowed()[0].astype(int).tolist() == [[0, 0, 1, 1], [1] * 4, [1] * 4, [1, 0, 0, 0]]
    assert read.first_labels().scales.tolist() == ["rust", "mrust"]
    assert len(reference_of(exams[:1], "metrc")) == 0
    assert fit_blind("blind-site", read).predict_examinations(exams).weights.shape == (2, 256)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scales": np.array(["rusty"])}, "a scale is one of rust, mrust, found rusty"),
        ({"scales": np.array(["rust"])}, "a score is 1 to 3 on rust"),
        ({"scorable": np.array([[1, 1, 1, 0]])}, "scorable is 1 exactly where a score stands"),
    ],
)
def test_reference_refuses_what_contradicts_itself(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reference([4, 4, 4, 4], **changes)
    assert len(reference([4, 4, 4, 4])) == 1


def test_blind_gives_the_median_and_histogram_of_its_group() -> None:
    visits = np.repeat(["3m", "12m"], [10, 12])
    early = [[1, 1, 1, 1], [1, 1, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [4, 4, 4, 4]] * 2
    labels = reference([*early, *[[3, 3, 3, 3], [4, 4, 4, 4], [4, 4, 4, 3]] * 4], visits=visits)
    blind = fit_blind("blind-visit", labels)
    joint = blind.predict(sites=np.array(["x", "x", "x"]), visits=np.array(["3m", "12m", "never"]))
    totals = labels.totals()
    expected = [np.sort(part)[(len(part) - 1) // 2] for part in (totals[:10], totals[10:], totals)]
    assert median_score(joint.totals("mrust"), TOTAL_SCORES["mrust"][0]).tolist() == expected
    np.testing.assert_allclose(joint.margins()[0, 0], [0.6, 0, 0, 0.4], atol=1e-6)
    assert blind.unseen(sites=np.array(["x"]), visits=np.array(["never"])) == 1


@pytest.mark.parametrize("kind", ["blind-visit", "blind-site"])
@pytest.mark.parametrize(("labels", "kept"), [(1, False), (9, False), (10, True)])
def test_a_group_of_few_labels_is_pooled_and_stored_nowhere(kind: BlindKind, labels: int, kept: bool) -> None:
    visits, sites = (np.repeat(names, [20, labels]) for names in (["3m", "rare"], ["one", "tiny"]))
    blind = fit_blind(kind, reference([[1] * 4] * 20 + [[4] * 4] * labels, visits=visits, sites=sites))
    joint = blind.predict(sites=sites[-1:], visits=visits[-1:])
    share = 1.0 if kept else labels / (20 + labels)
    np.testing.assert_allclose(joint.margins()[0, 0], [1 - share, 0, 0, share], atol=1e-6)
    assert blind.unseen(sites=sites, visits=visits) == (0 if kept else labels)
    assert ("rare" in json.dumps(blind.to_dict()["groups"])) == kept


def test_all_labels_together_are_kept_however_few() -> None:
    labels = reference([[1] * 4, [4] * 4])
    for kind, unseen in zip(BLINDS, (0, 2, 2), strict=True):
        blind = fit_blind(kind, labels)
        joint = blind.predict(sites=labels.sites, visits=labels.visits)
        np.testing.assert_allclose(joint.margins()[:, 0], [[0.5, 0, 0, 0.5]] * 2, atol=1e-6)
        assert (blind.pooled.labels, blind.unseen(sites=labels.sites, visits=labels.visits)) == (2, unseen)


def test_blind_splits_a_rust_score_as_the_mrust_labels_of_its_group() -> None:
    scores = [[3] * 4] * 3 + [[4] * 4] + [[3] * 4] * 8
    labels = reference(scores, scales=np.array(["mrust"] * 4 + ["rust"] * 8))
    joint = fit_blind("blind-view", labels).predict(sites=labels.sites, visits=labels.visits)
    np.testing.assert_allclose(joint.margins()[0, 0], [0, 0, 0.75, 0.25], atol=0.01)
    np.testing.assert_allclose(joint.score_margins("rust")[0, 0], [0, 0, 1], atol=1e-6)


def test_blind_by_site_of_rust_labels_alone_splits_as_the_pooled_ones() -> None:
    scores = [[3] * 4, [3] * 4, [3] * 4, [4] * 4] * 5 + [[3] * 4, [1] * 4] * 5
    labels = reference(
        scores, scales=np.repeat(["mrust", "rust"], [20, 10]), sites=np.repeat(["south", "north"], [20, 10])
    )
    joint = fit_blind("blind-site", labels).predict(sites=np.array(["north"]), visits=np.array(["first"]))
    np.testing.assert_allclose(joint.margins()[0, 0], [0.5, 0, 0.375, 0.125], atol=0.01)


def test_unscored_cortices_follow_those_that_were_scored() -> None:
    labels = reference([[1, 1, 1, 1], [4, 4, 4, 4], [4, 4, 0, 4], [0, 0, 0, 0]])
    joint = fit_blind("blind-view", labels).predict(sites=np.array(["x"]), visits=np.array(["y"]))
    np.testing.assert_allclose(joint.margins()[0, 2], [1 / 3, 0, 0, 2 / 3], atol=1e-3)


@pytest.mark.parametrize("kind", BLINDS)
def test_blind_round_trips_through_json(kind: BlindKind) -> None:
    labels, _ = simulated(120)
    blind = fit_blind(kind, labels)
    assert blind.unseen(sites=labels.sites, visits=labels.visits) < len(labels)
    again = Blind.from_dict(json.loads(json.dumps(blind.to_dict())))
    first, second = (one.predict(sites=labels.sites, visits=labels.visits) for one in (blind, again))
    np.testing.assert_allclose(first.weights, second.weights, atol=1e-6)
    np.testing.assert_allclose(first.scorable, second.scorable)
    assert again.to_dict()["groups"][0]["group"] == blind.to_dict()["groups"][0]["group"]


def test_blind_refuses_no_labels_and_unknown_kinds() -> None:
    with pytest.raises(ValueError, match="at least one training label, found none"):
        fit_blind("blind-view", reference(np.zeros((0, 4))))
    data = fit_blind("blind-view", reference([1, 1, 1, 1])).to_dict()
    with pytest.raises(ValueError, match="found 'blind-mole'"):
        Blind.from_dict({**data, "kind": "blind-mole"})


def test_a_perfect_prediction_is_perfect_on_both_scales() -> None:
    levels = [[1, 1, 1, 1], [2, 2, 1, 2], [3, 3, 2, 3], [3, 2, 3, 4], [4, 4, 4, 4], [1, 2, 2, 1]] * 2
    scores = np.array(levels)
    scores[6:] = np.minimum(scores[6:], 3)
    labels = reference(scores, scales=np.array(["mrust"] * 6 + ["rust"] * 6))
    result = compare(labels, {"pair": one_hot(levels)}, seed=0, replicates=50)
    for scale in ("mrust", "rust"):
        for metric, scope in (("kappa", "cortices"), ("auroc", "medial"), ("icc-2-1", "total"), ("auroc", "union")):
            assert estimate(result, "pair", metric, scope, scale) == pytest.approx(1)
        assert estimate(result, "pair", "mae", "total", scale) == 0
    assert estimate(result, "pair", "seed18-macro", "films", "mixed") > 0.95


def test_numbers_equal_a_table_worked_by_hand() -> None:
    scores = [[4, 4, 4, 4], [3, 3, 3, 3], [4, 3, 3, 3], [1, 1, 1, 1], [2, 2, 2, 2]]
    levels = [[4, 4, 4, 3], [3, 3, 3, 3], [4, 3, 3, 4], [1, 1, 1, 1], [4, 4, 4, 4]]
    result = compare(reference(scores), {"pair": one_hot(levels)}, seed=0, replicates=50)
    # Totals 16 12 13 4 8 against 15 12 14 4 16: errors -1 0 1 0 8; united (>= 13) 1 0 1 0 0, called 1 0 1 0 1.
    expected = {"mae": 2.0, "within-1": 0.8, "within-2": 0.8, "bias": 1.6}
    for metric, value in expected.items():
        assert estimate(result, "pair", metric, "total") == pytest.approx(value)
    assert estimate(result, "pair", "sensitivity", "union") == 1
    assert estimate(result, "pair", "specificity", "union") == pytest.approx(2 / 3)
    assert estimate(result, "pair", "recall-2", "cortices") == 0
    spread = np.std([-1, 0, 1, 0, 8], ddof=1)
    assert estimate(result, "pair", "limit-high", "total") == pytest.approx(1.6 + 1.96 * spread)


def test_only_visible_and_scored_cortices_are_judged() -> None:
    labels, predictions = simulated(80)
    hidden = replace(labels, scores=labels.scores.copy())
    hidden.scores[~labels.visible & (labels.scores > 0)] = 1
    first, second = (compare(one, predictions, seed=0, replicates=20) for one in (labels, hidden))
    keep = [row for row in first.rows if not row.metric.endswith(("micro", "macro"))]
    assert keep == [row for row in second.rows if not row.metric.endswith(("micro", "macro"))]
    kappa = first.find("pair", "kappa", "medial", "mrust")
    assert kappa is not None
    assert kappa.exams == int((labels.on("mrust").visible & (labels.on("mrust").scores > 0))[:, 0].sum())


def test_scales_are_never_mixed() -> None:
    labels, predictions = simulated(80)
    both = compare(labels, predictions, seed=0, replicates=20)
    alone = compare(labels.on("mrust"), predictions, seed=0, replicates=20)
    for metric, scope in (("kappa", "cortices"), ("mae", "total"), ("sensitivity", "union")):
        assert estimate(both, "pair", metric, scope) == estimate(alone, "pair", metric, scope)
    assert {row.scale for row in alone.rows} == {"mrust", "mixed"}


def test_order_of_labels_changes_nothing() -> None:
    labels, predictions = simulated(60)
    order = np.random.default_rng(0).permutation(len(labels))
    first, second = (compare(one, predictions, seed=4, replicates=30) for one in (labels, labels[order]))
    for one, two in zip(first.rows, second.rows, strict=True):
        assert (one.protocol, one.metric, one.exams) == (two.protocol, two.metric, two.exams)
        assert [one.estimate, one.low, one.high] == pytest.approx([two.estimate, two.low, two.high])


def test_only_the_first_label_of_an_examination_is_the_headline() -> None:
    labels, predictions = simulated(60)
    twice = labels[np.repeat(np.arange(60), 2)]
    twice.scores[1::2] = np.minimum(twice.scores[1::2], 1)
    assert compare(twice, predictions, seed=0, replicates=10) == compare(labels, predictions, seed=0, replicates=10)


def test_differences_are_paired() -> None:
    labels, predictions = simulated()
    result = compare(labels, predictions, seed=0, replicates=300)
    row = result.find("pair - blind-visit", "difference:mae", "total", "mrust")
    assert row is not None and row.estimate is not None and row.high is not None and row.low is not None
    apart = [estimate(result, name, "mae", "total") for name in ("pair", "blind-visit")]
    assert row.estimate == pytest.approx(apart[0] - apart[1])
    assert row.high < 0
    twin = compare(labels, {"pair": predictions["pair"], "same": predictions["pair"]}, seed=0, replicates=30)
    same = twin.find("same - pair", "difference:mae", "total", "mrust")
    assert same is not None and (same.low, same.estimate, same.high) == (0, 0, 0)


def test_blinds_come_first_and_every_metric_is_known() -> None:
    labels, predictions = simulated(60)
    backwards = dict(reversed(predictions.items()))
    result = compare(labels, backwards, seed=0, replicates=10)
    assert result.protocols == (*BLINDS, "pair", "film")
    assert {row.metric.removeprefix("difference:") for row in result.rows} == set(BETTER)
    assert "film - pair" in {row.protocol for row in result.rows}
    assert "pair - film" not in {row.protocol for row in result.rows}


def test_undefined_numbers_are_null_with_a_reason(tmp_path: Path) -> None:
    labels = reference([[2, 2, 2, 0], [2, 2, 2, 0]])
    result = compare(labels, {"pair": one_hot([[2, 2, 2, 2]] * 2)}, seed=0, replicates=10)
    data = json.loads(result.write(tmp_path / "metrics.json").read_text())
    rows = {(row["metric"], row["scope"]): row for row in data["rows"]}
    assert rows["kappa", "medial"]["estimate"] is None
    assert rows["kappa", "medial"]["reason"].startswith("undefined in this cohort")
    assert rows["mae", "total"]["reason"] == "no examination qualifies"
    assert "training variance is not in these intervals" in data["note"]
    assert all((row["estimate"] is None) <= bool(row["reason"]) for row in data["rows"])


def test_metrics_file_and_frame_hold_the_same_rows(tmp_path: Path) -> None:
    labels, predictions = simulated(60)
    result = compare(labels, predictions, seed=0, replicates=10)
    rows = json.loads(result.write(tmp_path / "metrics.json").read_text())["rows"]
    assert rows == result.frame().to_dicts()
    assert set(rows[0]) == {field.name for field in fields(Row)}


def test_compare_refuses_no_labels_and_predictions_that_do_not_fit() -> None:
    labels = reference([[1, 1, 1, 1], [2, 2, 2, 2]])
    with pytest.raises(CohortError, match="at least one labelled examination, found none"):
        compare(labels[np.array([], dtype=int)], {"pair": one_hot([[1] * 4])}, seed=0)
    with pytest.raises(UsageError, match="pair has 1, the labels need 2"):
        compare(labels, {"pair": one_hot([[1] * 4])}, seed=0)
    with pytest.raises(UsageError, match="at least one protocol, found none"):
        compare(labels, {}, seed=0)


def test_seed_outputs_are_laid_out_as_the_seed_did() -> None:
    labels = reference([4, 0, 2, 1])
    truth, chance, row = seed18_outputs(labels, one_hot([4, 1, 2, 1]))
    ap, lateral = ([name for name, on in zip(SEED_COLUMNS, film, strict=True) if on] for film in truth)
    assert ap == ["view_antpr", "medial_cortex_4"]
    assert lateral == ["view_later", "anterior_cortex_2", "posterior_cortex_1"]
    assert chance[0].tolist() == [1, 0, 0, 0, 0, 1, 1, 0, 0, 0, *[0] * 8]
    assert row.tolist() == [0, 0]


def test_seed_metric_of_the_view_alone_is_about_what_the_seed_study_shows() -> None:
    # FACTS of the seed study: knowing the view alone gives macro 0.806 and micro 0.909.
    labels, predictions = simulated(600)
    result = compare(labels, {"blind-view": predictions["blind-view"]}, seed=0, replicates=10)
    assert estimate(result, "blind-view", "seed18-macro", "films", "mixed") == pytest.approx(0.806, abs=0.03)
    assert estimate(result, "blind-view", "seed18-micro", "films", "mixed") == pytest.approx(0.909, abs=0.03)
    assert estimate(result, "blind-view", "auroc", "cortices") == pytest.approx(0.5, abs=1e-6)


def scorability(rates: tuple[float, float, float, float], n: int = 400) -> Reference:
    """Make labels whose cortices are unscorable at the given rates; no cortex is blank."""
    scorable = (np.random.default_rng(3).random((n, 4)) >= rates).astype(np.int64)
    return reference(np.where(scorable, 2, 0), scorable=scorable)


def test_scorable_of_the_view_alone_is_chance_though_cortices_differ() -> None:
    labels = scorability((0.02, 0.05, 0.5, 0.7))
    blind = fit_blind("blind-view", labels).predict(sites=labels.sites, visits=labels.visits)
    row = compare(labels, {"blind-view": blind}, seed=0, replicates=50).find("blind-view", "auroc", "scorable", "mrust")
    assert row is not None
    assert (row.low, row.estimate, row.high) == (0.5, 0.5, 0.5)


def test_scorable_is_the_mean_of_the_cortices_that_have_both_classes() -> None:
    labels = scorability((0.0, 0.3, 1.0, 0.5))
    visible = np.ones((len(labels), 4), dtype=bool)
    visible[:150, 1], visible[100:200, 3] = False, False
    labels = replace(labels, visible=visible)
    random = np.random.default_rng(4)
    chance = np.clip(0.5 + 0.1 * labels.scorable + random.normal(0, 0.1, visible.shape), 0, 1)
    prediction = replace(one_hot(np.full(visible.shape, 2)), scorable=chance)
    row = compare(labels, {"pair": prediction}, seed=0, replicates=200).find("pair", "auroc", "scorable", "mrust")
    seen = [(labels.scorable[visible[:, cortex], cortex], chance[visible[:, cortex], cortex]) for cortex in (1, 3)]
    assert row is not None and row.estimate is not None and row.low is not None and row.high is not None
    assert row.estimate == pytest.approx(np.mean([roc_auc_score(truth, score) for truth, score in seen]))
    assert row.low < row.estimate < row.high
    assert row.exams == int(visible[:, [1, 3]].any(axis=1).sum()) == 350


@pytest.mark.parametrize(("rates", "rows"), [((0.0,) * 4, 0), ((0.0, 0.0, 1.0, 0.0), 1)])
def test_scorable_without_both_classes_in_a_cortex_is_no_number(
    rates: tuple[float, float, float, float], rows: int
) -> None:
    labels = scorability(rates, n=12)
    result = compare(labels, {"pair": one_hot(np.full((12, 4), 2))}, seed=0, replicates=5)
    found = [row for row in result.rows if row.scope == "scorable"]
    assert len(found) == rows
    assert all(row.estimate is None and row.reason and "one class" in row.reason for row in found)


def test_five_protocols_on_300_examinations_take_seconds() -> None:
    labels, predictions = simulated()
    start = time.perf_counter()
    compare(labels, predictions, seed=0)
    assert time.perf_counter() - start < 20  # under 10 s on two idle cores; twice that where they are shared


def test_counts_add_up_to_the_examinations_judged() -> None:
    labels, predictions = simulated(100)
    result = compare(labels, predictions, seed=0, replicates=10)
    for scale in result.scales:
        complete = int(labels.on(scale).complete().sum())
        pairs = [
            one.exams for one in result.counts.pairs if (one.protocol, one.scale, one.scope) == ("pair", scale, "total")
        ]
        bins = [one.exams for one in result.counts.union if (one.protocol, one.scale) == ("pair", scale)]
        assert sum(pairs) == sum(bins) == complete
    assert {one.scope for one in result.counts.pairs} == {*CORTICES, "total"}


def test_the_page_on_metrics_names_every_metric() -> None:
    page = (Path(__file__).parents[1] / "docs" / "metrics.md").read_text(encoding="utf-8")
    shortened = {
        f"{name}-{level}" for name in ("recall", "precision") for level in (2, 3)
    }  # written `recall-1` … `recall-4`
    assert [metric for metric in BETTER if f"`{metric}`" not in page and metric not in shortened] == []
