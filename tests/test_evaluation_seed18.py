"""The seed study's 18 outputs, laid out and measured as it did."""

import pytest
from tests.test_evaluation_samples import estimate, one_hot, reference, simulated

from radunion.evaluation.compare import compare
from radunion.evaluation.seed18 import SEED_COLUMNS, seed18_outputs


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
