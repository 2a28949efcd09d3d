from dataclasses import replace
from itertools import combinations
from typing import Any

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from tests.test_evaluation_samples import model, one_hot, reference, simulated

from radunion.errors import UsageError
from radunion.evaluation.agreement import intraclass
from radunion.evaluation.compare import Row
from radunion.evaluation.panel import panel_of, reader_names
from radunion.evaluation.readers import READERS, REPEATS, compare_readers
from radunion.evaluation.reference import Reference
from radunion.evaluation.sitting import common_block
from radunion.joint import JointLevels

NAMES = ("Tamsin", "Ruth", "Ana")


def read(scores: Any, *, names: tuple[str, ...] = NAMES, readings: Any = None, **changes: Any) -> Reference:
    """Lay out scores (reader, examination, cortex), 0 = not scored, as labels, examination by examination."""
    array = np.asarray(scores)
    readers, exams = array.shape[:2]
    return reference(
        array.swapaxes(0, 1).reshape(-1, 4),
        examination=np.repeat(np.arange(exams), readers),
        patients=np.repeat([f"p{exam // 2}" for exam in range(exams)], readers),
        readers=np.tile(names[:readers], exams),
        readings=np.tile(["1"] * readers if readings is None else readings, exams),
        **changes,
    )


def panel(readers: int = 3, exams: int = 60, seed: int = 0, missing: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = np.clip(random.integers(1, 5, (exams, 1)) + random.integers(-1, 2, (exams, 4)), 1, 4)
    said = np.clip(truth + random.choice([-1, 0, 0, 1], size=(readers, exams, 4)), 1, 4)
    return truth, said * (random.random(said.shape) >= missing)


def number(rows: tuple[Row, ...], protocol: str, metric: str, scope: str, scale: str = "mrust") -> float:
    row = next(
        one for one in rows if (one.protocol, one.metric, one.scope, one.scale) == (protocol, metric, scope, scale)
    )
    assert row.estimate is not None
    return row.estimate


def test_two_readers_have_the_numbers_of_the_libraries() -> None:
    _, said = panel(2)
    rows = compare_readers(read(said), {}, seed=0, replicates=20)
    kappa = [cohen_kappa_score(said[0, :, one], said[1, :, one], weights="quadratic") for one in range(4)]
    assert number(rows, READERS, "kappa", "medial") == pytest.approx(kappa[0])
    assert number(rows, READERS, "kappa", "cortices") == pytest.approx(np.mean(kappa))
    totals = said.sum(axis=2)
    assert number(rows, READERS, "icc-2-1", "total") == pytest.approx(intraclass(totals.T, np.ones((1, 60)))[0][0])
    assert number(rows, READERS, "mae", "total") == pytest.approx(np.abs(totals[0] - totals[1]).mean())
    assert number(rows, READERS, "within-2", "total") == pytest.approx((np.abs(totals[0] - totals[1]) <= 2).mean())


def test_alpha_of_many_readers_with_gaps_equals_the_library() -> None:
    _, said = panel(3, missing=0.15)
    rows = compare_readers(read(said), {}, seed=0, replicates=20)
    for column, cortex in enumerate(("medial", "lateral", "anterior", "posterior")):
        data = np.where(said[:, :, column] > 0, said[:, :, column].astype(float), np.nan)
        expected = krippendorff.alpha(reliability_data=data, level_of_measurement="ordinal")
        assert number(rows, READERS, "alpha", cortex) == pytest.approx(expected)
    totals = np.where((said > 0).all(axis=2), said.sum(axis=2).astype(float), np.nan)
    expected = krippendorff.alpha(reliability_data=totals, level_of_measurement="ordinal")
    assert number(rows, READERS, "alpha", "total") == pytest.approx(expected)


def test_three_readers_have_one_icc_and_the_mean_error_of_all_pairs() -> None:
    _, said = panel(3)
    rows = compare_readers(read(said), {}, seed=0, replicates=20)
    totals = said.sum(axis=2)
    absolute, consistency = intraclass(totals.T, np.ones((1, 60)))
    assert number(rows, READERS, "icc-2-1", "total") == pytest.approx(absolute[0])
    assert number(rows, READERS, "icc-3-1", "total") == pytest.approx(consistency[0])
    errors = [np.abs(totals[one] - totals[two]).mean() for one, two in combinations(range(3), 2)]
    assert number(rows, READERS, "mae", "total") == pytest.approx(np.mean(errors))
    first = np.mean([np.abs(totals[2] - totals[other]).mean() for other in (0, 1)])
    assert number(rows, f"reader 1 | {READERS}", "mae", "total") == pytest.approx(first)  # Ana is first by name


def test_icc_is_taken_of_the_readers_and_examinations_that_make_the_largest_full_table() -> None:
    _, said = panel(3, exams=20)
    said[2, 4:] = 0
    gathered = panel_of(read(said), "mrust", reader_names(read(said)))
    assert gathered is not None
    among, block = common_block(gathered.scores)
    assert sorted(NAMES)[next(iter(set(range(3)) - among))] == "Ana"
    assert int(block.sum()) == 20
    rows = compare_readers(read(said), {"pair": one_hot(said[0])}, seed=0, replicates=10)
    expected = intraclass(said[:2].sum(axis=2).T, np.ones((1, 20)))[0][0]
    assert number(rows, READERS, "icc-2-1", "total") == pytest.approx(expected)
    lost = next(row for row in rows if (row.protocol, row.metric) == ("pair | reader 1", "icc-2-1"))
    assert (lost.estimate, lost.reason, lost.exams) == (None, "no examination qualifies", 0)


def test_a_model_that_is_a_reader_agrees_with_the_other_as_readers_do() -> None:
    _, said = panel(2)
    rows = compare_readers(read(said), {"copy": one_hot(said[0])}, seed=0, replicates=20)
    for metric, scope in (("kappa", "cortices"), ("alpha", "cortices"), ("icc-2-1", "total"), ("mae", "total")):
        assert number(rows, "copy | reader 1", metric, scope) == pytest.approx(number(rows, READERS, metric, scope))
        assert number(rows, "copy | reader 2", metric, scope) == (0 if metric == "mae" else pytest.approx(1))
    assert number(rows, "copy | readers", "mae", "total") == pytest.approx(number(rows, READERS, "mae", "total") / 2)
    row = next(one for one in rows if (one.protocol, one.metric) == ("copy | readers - readers", "difference:mae"))
    assert row.high is not None and row.high < 0


def test_a_model_as_good_as_a_reader_is_not_told_from_one() -> None:
    truth, said = panel(4, exams=400, seed=3)
    rows = compare_readers(read(said[:3]), {"peer": one_hot(said[3]), "truth": one_hot(truth)}, seed=0, replicates=100)
    apart = {
        one.protocol.split(" | ")[0]: one for one in rows if (one.metric, one.scope) == ("difference:kappa", "cortices")
    }
    peer, true = apart["peer"], apart["truth"]
    assert peer.low is not None and peer.high is not None and true.low is not None
    assert peer.low < 0 < peer.high
    assert true.low > 0


def test_model_and_readers_are_judged_on_the_same_cortices() -> None:
    _, said = panel(2, exams=40)
    alone = read(said)
    extra = np.zeros((2, 60, 4), dtype=np.int64)
    extra[:, :40], extra[0, 40:] = said, 1
    prediction = {"pair": one_hot(np.full((60, 4), 3))}
    first = compare_readers(alone, prediction, seed=0, replicates=20)
    assert compare_readers(read(extra), prediction, seed=0, replicates=20) == first


def test_readings_of_one_reader_are_compared_with_each_other_and_only_the_first_with_others() -> None:
    _, said = panel(3)
    labels = read(said, names=("Ruth", "Ruth", "Ana"), readings=["1", "2", "1"])
    rows = compare_readers(labels, {}, seed=0, replicates=20)
    totals = said.sum(axis=2)
    assert number(rows, REPEATS, "mae", "total") == pytest.approx(np.abs(totals[0] - totals[1]).mean())
    assert number(rows, REPEATS, "icc-2-1", "total") == pytest.approx(intraclass(totals[:2].T, np.ones((1, 60)))[0][0])
    assert number(rows, READERS, "mae", "total") == pytest.approx(np.abs(totals[0] - totals[2]).mean())


def test_one_reader_who_read_twice_is_compared_with_themselves_alone() -> None:
    _, said = panel(2)
    rows = compare_readers(read(said, names=("Ruth", "Ruth"), readings=["1", "2"]), {}, seed=0, replicates=10)
    assert {row.protocol for row in rows} == {REPEATS}


def test_scales_are_apart() -> None:
    _, said = panel(2)
    both = np.concatenate([said, np.minimum(said[::-1], 3)], axis=1)
    scales = np.repeat(["mrust", "rust"], 120)
    rows = compare_readers(read(both, scales=scales), {}, seed=0, replicates=10)
    alone = compare_readers(read(said), {}, seed=0, replicates=10)
    assert {row.scale for row in rows} == {"mrust", "rust"}
    for metric, scope in (("kappa", "cortices"), ("icc-2-1", "total"), ("alpha", "total")):
        assert number(rows, READERS, metric, scope) == pytest.approx(number(alone, READERS, metric, scope))


@pytest.mark.parametrize("names", [("Ruth",), ("",), ("", "Ruth")])
def test_without_two_named_readers_there_is_nothing_to_say(names: tuple[str, ...]) -> None:
    _, said = panel(len(names))
    assert compare_readers(read(said, names=names), {"pair": one_hot(said[0])}, seed=0, replicates=5) == ()
    assert compare_readers(read(said, names=names)[np.array([], dtype=int)], {}, seed=0) == ()


def test_no_name_of_a_reader_leaves_and_order_of_labels_changes_nothing() -> None:
    truth, said = panel(3, missing=0.1)
    labels = read(said)
    prediction: dict[str, JointLevels] = {"pair": model(truth, noise=0.6, random=np.random.default_rng(0))}
    rows = compare_readers(labels, prediction, seed=0, replicates=20)
    assert not any(name in row.protocol for name in NAMES for row in rows)
    assert {f"reader {place} | readers" for place in (1, 2, 3)} <= {row.protocol for row in rows}
    shuffled = compare_readers(
        labels[np.random.default_rng(1).permutation(len(labels))], prediction, seed=0, replicates=20
    )
    for one, two in zip(rows, shuffled, strict=True):
        assert replace(one, estimate=None, low=None, high=None) == replace(two, estimate=None, low=None, high=None)
        assert [one.estimate, one.low, one.high] == pytest.approx([two.estimate, two.low, two.high])


def test_films_that_are_absent_are_judged_by_nobody() -> None:
    _, said = panel(2)
    visible = np.ones((120, 4), dtype=bool)
    visible[:40, 2:] = False
    rows = compare_readers(read(said, visible=visible), {}, seed=0, replicates=10)
    exams = {(row.metric, row.scope): row.exams for row in rows}
    assert (exams["kappa", "medial"], exams["kappa", "anterior"], exams["mae", "total"]) == (60, 40, 40)


def test_a_prediction_that_does_not_fit_is_refused() -> None:
    _, said = panel(2)
    with pytest.raises(UsageError, match="pair has 1, the labels need 60"):
        compare_readers(read(said), {"pair": one_hot([[1] * 4])}, seed=0)


def test_a_cohort_of_single_readers_adds_no_rows() -> None:
    labels, predictions = simulated(40)
    assert compare_readers(labels, predictions, seed=0, replicates=5) == ()
