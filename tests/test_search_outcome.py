"""What a trial found is kept as JSON and read back the same."""

import json
import math

import pytest

from radunion.search.outcome import Outcome, trial_of

OUTCOME = Outcome(
    folds=(0.1, 0.2, 1 / 3),
    also={"kappa": 0.5},
    history=({"fold": 1.0, "epoch": 1.0, "loss": 0.7}, {"fold": 1.0, "epoch": 2.0, "loss": 1 / 7, "auroc18": 0.6}),
    epochs=2,
    seconds=1.5,
)


def test_it_is_read_back_the_same() -> None:
    kept = json.loads(json.dumps(OUTCOME.kept("pruned", "why")))
    trial = trial_of(7, {"batch": 16}, kept)
    assert (trial.number, trial.values, trial.state, trial.reason) == (7, {"batch": 16}, "pruned", "why")
    assert (trial.folds, trial.also, trial.epochs, trial.seconds) == (OUTCOME.folds, OUTCOME.also, 2, 1.5)
    assert trial.history == OUTCOME.history
    assert trial.score == pytest.approx(OUTCOME.score)


def test_a_trial_without_anything_has_no_score() -> None:
    assert math.isnan(Outcome().score)
    trial = trial_of(0, {}, Outcome().kept("failed", "diverged"))
    assert (trial.score, trial.folds, trial.history) == (None, (), ())
