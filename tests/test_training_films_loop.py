"""How networks of single films learn: from what is known, the same each time, resumed or not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.test_training_films_samples import HEAD, LENET, noise
from torch import nn
from torch.nn import functional as F  # noqa: N812

from radunion.errors import TrainingError
from radunion.evaluation.discrimination import macro_auroc
from radunion.training.films.data import FilmInputs, feature_inputs, pixel_inputs
from radunion.training.films.loop import FilmRun, predict_films, train_films
from radunion.training.films.network import head_of, whole_network
from radunion.training.films.settings import FilmSettings
from radunion.training.films.targets import FilmTargets
from radunion.training.loop import Epoch
from radunion.training.seed.head import LinearHead, SeedHead


def some_targets(films: int, columns: int = 18, *, seed: int = 1) -> FilmTargets:
    values = (np.random.default_rng(seed).random((films, columns)) < 0.4).astype(np.float32)
    return FilmTargets(values, np.ones((films, columns), dtype=bool))


def some_features(films: int = 10, *, sights: int = 4, channels: int = 12) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(films, sights, channels)).astype(np.float32)


def trained(
    module: nn.Module,
    inputs: FilmInputs,
    settings: FilmSettings,
    *,
    targets: FilmTargets | None = None,
    learned: np.ndarray | None = None,
    watched: np.ndarray | None = None,
    name: str = "run",
    checkpoint: Path | None = None,
    progress: Callable[[Epoch], None] | None = None,
) -> tuple[Epoch, ...]:
    run = FilmRun(
        inputs,
        some_targets(inputs.films) if targets is None else targets,
        np.arange(inputs.films) if learned is None else learned,
        np.arange(0) if watched is None else watched,
        settings,
        name,
        checkpoint,
        progress,
    )
    return train_films(module, run)


def weights(module: nn.Module) -> bytes:
    return b"".join(values.numpy().tobytes() for values in module.state_dict().values())


def test_rows_of_eightfold_learn_their_own_films_targets() -> None:
    features = np.repeat(np.eye(6, dtype=np.float32)[:, None], 8, axis=1)
    settings = replace(HEAD, head="linear", augmentation="eightfold", batch=16, epochs=40, learning_rate=0.1)
    head, targets = LinearHead(6, 18), some_targets(6)
    trained(head, feature_inputs(features, each=True), settings, targets=targets)
    said = predict_films(head, feature_inputs(features, each=True), np.arange(6), settings)
    np.testing.assert_array_equal(said > 0.5, targets.values > 0.5)


def test_the_loss_is_the_mean_over_films_and_all_columns_as_keras_has_it() -> None:
    inputs, targets = feature_inputs(some_features(sights=1), each=False), some_targets(10)
    head = LinearHead(12, 18)
    with torch.inference_mode():
        logits = head(torch.from_numpy(some_features(sights=1)[:, 0]))
    wanted = float(F.binary_cross_entropy_with_logits(logits, torch.from_numpy(targets.values)))
    settings = replace(HEAD, batch=4, epochs=1, learning_rate=1e-12)
    (epoch,) = trained(head, inputs, settings, targets=targets, watched=np.arange(10))
    assert epoch["train_loss"] == pytest.approx(wanted, abs=1e-6)
    assert epoch["validation_loss"] == pytest.approx(wanted, abs=1e-6)
    assert epoch["train_auroc18"] == pytest.approx(epoch["validation_auroc18"], abs=1e-6)
    chance = torch.sigmoid(logits).numpy()
    assert epoch["validation_auroc18"] == pytest.approx(
        macro_auroc(chance, targets.values > 0.5, np.ones((1, 10)))[0], abs=1e-6
    )


def test_what_is_not_known_teaches_nothing() -> None:
    inputs, targets = feature_inputs(some_features(), each=False), some_targets(10, 16)
    known = np.random.default_rng(5).random((10, 16)) < 0.5
    settings = replace(HEAD, outputs="examination")
    results = []
    for values in (targets.values, np.where(known, targets.values, 1 - targets.values)):
        head = head_of(settings, 12)
        history = trained(head, inputs, settings, targets=FilmTargets(values, known), watched=np.arange(3))
        assert "train_auroc18" not in history[0]
        results.append((weights(head), history))
    assert results[0] == results[1]


def test_an_epoch_whose_columns_have_one_class_has_no_auroc() -> None:
    targets = FilmTargets(np.ones((10, 18), dtype=np.float32), np.ones((10, 18), dtype=bool))
    settings = replace(HEAD, batch=4, epochs=1)
    (epoch,) = trained(head_of(settings, 12), feature_inputs(some_features(), each=False), settings, targets=targets)
    assert "train_auroc18" not in epoch


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    found = []
    for seed, disturbed in ((0, 11), (0, 12), (1, 11)):
        settings = replace(LENET, seed=seed)
        torch.manual_seed(disturbed)
        module = whole_network(settings)
        trained(module, pixel_inputs(noise(), flips=True), settings)
        found.append(weights(module))
    assert found[0] == found[1]
    assert found[0] != found[2]


@pytest.mark.parametrize("kind", ["pixels", "features"])
def test_a_resumed_run_equals_one_that_was_not_interrupted(kind: str, tmp_path: Path) -> None:
    settings = LENET if kind == "pixels" else HEAD
    inputs = pixel_inputs(noise(), flips=True) if kind == "pixels" else feature_inputs(some_features(), each=False)

    def fresh() -> nn.Module:
        return whole_network(settings) if kind == "pixels" else head_of(settings, 12)

    whole = fresh()
    history = trained(whole, inputs, settings, watched=np.arange(3))

    def kill(epoch: Epoch) -> None:
        if epoch["epoch"] == 2:
            raise KeyboardInterrupt

    checkpoint = tmp_path / "work" / "films.pt"
    seen: list[Epoch] = []
    with pytest.raises(KeyboardInterrupt):
        trained(fresh(), inputs, settings, watched=np.arange(3), checkpoint=checkpoint, progress=kill)
    torch.manual_seed(99)
    resumed = fresh()
    again = trained(resumed, inputs, settings, watched=np.arange(3), checkpoint=checkpoint, progress=seen.append)
    assert [epoch["epoch"] for epoch in seen] == [3]
    assert again == history
    assert weights(resumed) == weights(whole)
    assert [path.name for path in checkpoint.parent.iterdir()] == ["films.pt"]


def test_a_checkpoint_of_another_run_is_not_resumed_and_a_damaged_one_named(tmp_path: Path) -> None:
    inputs, checkpoint = feature_inputs(some_features(), each=False), tmp_path / "films.pt"
    trained(head_of(HEAD, 12), inputs, HEAD, checkpoint=checkpoint, name="one")
    seen: list[Epoch] = []
    trained(head_of(HEAD, 12), inputs, HEAD, checkpoint=checkpoint, name="two", progress=seen.append)
    assert len(seen) == HEAD.epochs
    checkpoint.write_bytes(b"damaged")
    with pytest.raises(TrainingError, match=r"films\.pt: this checkpoint is damaged"):
        trained(head_of(HEAD, 12), inputs, HEAD, checkpoint=checkpoint)


def test_watched_films_never_change_the_result() -> None:
    inputs, settings, learned = feature_inputs(some_features(), each=False), HEAD, np.arange(6)
    found = []
    for watched in (np.arange(0), np.arange(6, 10), np.arange(8, 10)):
        torch.manual_seed(3)
        module = nn.Sequential(nn.Linear(12, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), SeedHead(8, dropout=0.5))
        history = trained(module, inputs, settings, learned=learned, watched=watched)
        assert ("validation_loss" in history[0]) == bool(len(watched))
        found.append((weights(module), [epoch["train_loss"] for epoch in history]))
    assert found[0] == found[1] == found[2]


def test_films_that_are_not_learned_from_teach_nothing() -> None:
    values, targets = some_features(), some_targets(10)
    found = []
    for other in (0.0, 7.0):
        changed = values.copy()
        changed[6:] += other
        head = head_of(HEAD, 12)
        trained(head, feature_inputs(changed, each=False), HEAD, targets=targets, learned=np.arange(6))
        found.append(weights(head))
    assert found[0] == found[1]


def test_a_run_that_cannot_learn_says_so() -> None:
    inputs = feature_inputs(some_features(), each=False)
    with pytest.raises(TrainingError, match="at least one film to learn from"):
        trained(head_of(HEAD, 12), inputs, HEAD, learned=np.arange(0))
    wild = feature_inputs(np.full((10, 4, 12), np.inf, dtype=np.float32), each=False)
    with pytest.raises(TrainingError, match="diverged in epoch 1"):
        trained(head_of(HEAD, 12), wild, HEAD)
