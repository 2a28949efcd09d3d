"""The no-image baselines: what groups say, when they are pooled, and that they are stored whole."""

import json

import numpy as np
import pytest
from tests.test_evaluation_samples import reference, simulated

from radunion.evaluation.blinds import BLINDS, Blind, BlindKind, fit_blind
from radunion.joint import TOTAL_SCORES, median_score


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
