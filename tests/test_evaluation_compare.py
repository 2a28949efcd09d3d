"""All protocols on the same examinations: numbers worked by hand, paired differences, what is refused."""

import json
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from tests.test_evaluation_samples import estimate, one_hot, reference, simulated

from radunion.errors import CohortError, UsageError
from radunion.evaluation.blinds import BLINDS
from radunion.evaluation.compare import Row, compare
from radunion.evaluation.measures import BETTER


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


def test_five_protocols_on_300_examinations_take_seconds() -> None:
    labels, predictions = simulated()
    start = time.perf_counter()
    compare(labels, predictions, seed=0)
    assert time.perf_counter() - start < 20  # under 10 s on two idle cores; twice that where they are shared
