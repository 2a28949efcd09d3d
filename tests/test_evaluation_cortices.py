"""How well scorability is told, cortex by cortex: chance for the view alone, no number without both classes."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from tests.test_evaluation_samples import one_hot, reference

from radunion.evaluation.blinds import fit_blind
from radunion.evaluation.compare import compare
from radunion.evaluation.reference import Reference


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
