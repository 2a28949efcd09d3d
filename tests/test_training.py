"""Training end to end on a tiny simulated cohort: learn, resume, export, and the bundle says what the network says."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.exports import export_any, export_once
from tests.simulated import simulated
from torch import nn

from radunion.cohort import Cohort, read_cohort
from radunion.errors import BundleError, CohortError, TrainingError, UsageError
from radunion.features import BackboneSpec, FeatureCache
from radunion.phantom import Simulation
from radunion.radiograph import Preprocessing
from radunion.scoring import infer
from radunion.scoring.bundle import WEIGHTS
from radunion.training import compact, teachers, train
from radunion.training.examples import ABSENT, examples_of
from radunion.training.export import export_onnx
from radunion.training.fit import Films, fit, predict
from radunion.training.frozen import choose_flip, unflipped
from radunion.training.learner import Learned
from radunion.training.loop import Epoch
from radunion.training.network import HeadShape, PairHead, PairNetwork
from radunion.training.plan import Plan
from radunion.training.settings import COMPACT, FINDER, FROZEN, TrainSettings
from radunion.training.train import train_model


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return read_cohort(simulated())


@pytest.fixture(autouse=True)
def few_boxes_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teachers, "FEWEST_BOXES", 5)
    monkeypatch.setattr(compact, "FINDER", replace(FINDER, epochs=2))
    monkeypatch.setattr(compact, "CORTEX_FINDER", replace(FINDER, epochs=1))


def tiny(**settings: object) -> Plan:
    return Plan(name="tiny", settings=replace(COMPACT, epochs=2, precision="float32", **settings))  # type: ignore[arg-type]


def pairs(cohort: Cohort) -> list[tuple[Path | None, Path | None]]:
    found = [(one.film("ap"), one.film("lateral")) for one in cohort.examinations]
    return [(ap.path if ap else None, lateral.path if lateral else None) for ap, lateral in found]


def test_examples_hold_films_sets_and_boxes(cohort: Cohort) -> None:
    examples = examples_of(cohort.examinations)
    assert len(examples) == sum(len(one.labels) for one in cohort.examinations)
    assert examples.films.max() == len(examples.paths) - 1
    assert all(box is not None for box in examples.boxes)
    assert examples.allowed.any(axis=2).all()
    ap = examples.films[:, 0][examples.films[:, 0] != ABSENT]
    assert not examples.lateral[ap].any()


def test_missing_films_are_named(cohort: Cohort, tmp_path: Path) -> None:
    table = tmp_path / "cohort.csv"
    table.write_text("patient,visit,view,image,medial,lateral,anterior,posterior,scale\np,v,ap,gone.png,1,1,,,mrust\n")
    with pytest.raises(CohortError, match=r"1 of 1 do not, the first: .*gone\.png"):
        examples_of(read_cohort(table).examinations)


def test_a_model_learns_is_written_and_says_what_the_network_said(
    cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_once(monkeypatch)
    told: list[str] = []
    trained = train_model(cohort, tmp_path / "model", tiny(), tell=lambda stage, *_: told.append(stage))
    card = trained.bundle.card
    assert card.summary == "Trained on simulated films only; not validated on patients."
    assert card.trained_on.patients == len({one.patient for one in cohort.examinations if one.labels})
    assert card.trained_on.cohort_sha256 == cohort.digest()
    assert card.trained_on.fracture_boxes == card.trained_on.films
    assert [one["kind"] for one in card.baselines] == ["blind-view", "blind-visit", "blind-site"]
    learning = {f"Learning to {what}" for what in ("find fractures", "find cortices", "score")}
    assert set(told) == {"Reading films", *learning, "Exporting"}
    assert json.loads((tmp_path / "model" / "history.json").read_text()) == trained.history
    assert len(trained.history["scores"]) == 2
    assert not (tmp_path / ".model.work").exists()
    assert card.calibration is None
    assert any("not calibrated" in limit for limit in card.limits)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bundle_and_another_seed_another(
    cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = (train_model(cohort, tmp_path / name, tiny()).bundle for name in ("one", "two"))
    export_any(monkeypatch)
    other = train_model(cohort, tmp_path / "three", tiny(seed=1)).bundle
    assert first.sha256 == again.sha256
    assert first.card.files[WEIGHTS] != other.card.files[WEIGHTS]


@pytest.mark.parametrize(
    ("stage", "epoch"),
    [
        pytest.param("Learning to find fractures", 1, marks=pytest.mark.slow),
        pytest.param("Learning to find fractures", 2, marks=pytest.mark.slow),
        pytest.param("Learning to score", 1, marks=pytest.mark.slow),
    ],
)
def test_killed_and_resumed_it_ends_the_same(
    cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, epoch: int
) -> None:
    export_once(monkeypatch)
    whole = train_model(cohort, tmp_path / "whole", tiny()).bundle

    def kill(at: str, done: int, total: int, note: str) -> None:
        if at == stage and done == epoch:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_model(cohort, tmp_path / "resumed", tiny(), tell=kill)
    assert list((tmp_path / ".resumed.work").glob("*.pt"))
    seen: list[tuple[str, int]] = []
    resumed = train_model(cohort, tmp_path / "resumed", tiny(), tell=lambda at, done, *_: seen.append((at, done)))
    assert (stage, epoch) not in seen
    assert resumed.bundle.sha256 == whole.sha256


@pytest.mark.slow
def test_without_boxes_simulated_films_teach_where_to_look(
    cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_any(monkeypatch)
    monkeypatch.setattr(teachers, "FEWEST_BOXES", 10_000)
    monkeypatch.setattr(teachers, "_TEACHERS", Simulation(3, 9, format="png"))
    told: list[str] = []
    trained = train_model(cohort, tmp_path / "model", tiny(), tell=lambda stage, *_: told.append(stage))
    assert "Simulating films with known fractures" in told
    assert "where the fracture is was learned from" in trained.bundle.card.trained_on.description


def test_every_unreadable_film_is_named(cohort: Cohort, tmp_path: Path) -> None:
    frame = cohort.frame.clone()
    rows = []
    for number, image in enumerate(frame["image"].to_list()):
        if number in (3, 7):
            (tmp_path / f"broken-{number}.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
            rows.append(f"broken-{number}.png")
        else:
            rows.append(str(cohort.source.parent / image))
    import polars as pl

    frame.with_columns(pl.Series("image", rows)).write_csv(tmp_path / "cohort.csv")
    with pytest.raises(CohortError, match=r"(?s)2 of \d+ are not.*broken-3\.png.*broken-7\.png"):
        train_model(read_cohort(tmp_path / "cohort.csv"), tmp_path / "model", tiny())
    assert not (tmp_path / "model").exists()


def test_too_few_patients_are_refused(cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"at least 12 patients, found [12];"):
        train_model(cohort.subset([0, len(cohort) - 1]), tmp_path / "model", tiny())


@pytest.mark.parametrize("backbone", [None, BackboneSpec("test_resnet")])
def test_the_bundle_says_what_was_trained(
    cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backbone: BackboneSpec | None
) -> None:
    kept: list[Learned] = []
    whole = train._records

    def records(learned: Learned, comparison: Any) -> dict[str, bytes]:
        kept.append(learned)
        return whole(learned, comparison)

    export_once(monkeypatch)
    monkeypatch.setattr(train, "_records", records)
    plan = replace(tiny(), backbone=backbone)
    bundle = train_model(cohort, tmp_path / "model", plan, cache=FeatureCache(tmp_path / "cache")).bundle
    examples = examples_of(cohort.examinations)
    labelled, first = np.unique(examples.examination, return_index=True)
    said = infer(bundle, [pairs(cohort)[index] for index in labelled]).joint.margins()
    assert np.abs(kept[0].predict(examples.films[first]).margins() - said).max() < 0.02


def test_a_training_that_diverges_says_so_and_leaves_nothing(cohort: Cohort, tmp_path: Path) -> None:
    plan = Plan(
        name="lost", settings=replace(FROZEN, epochs=3, learning_rate=1e30), backbone=BackboneSpec("test_resnet")
    )
    with pytest.raises(TrainingError, match="diverged in epoch 1: its loss is not finite; lower the learning rate"):
        train_model(cohort, tmp_path / "model", plan, cache=FeatureCache(tmp_path / "cache"))
    assert not (tmp_path / "model").exists()


def test_a_place_that_is_taken_is_refused_before_training(cohort: Cohort, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    with pytest.raises(BundleError, match="a new folder or over an older bundle"):
        train_model(cohort, tmp_path / "notes", tiny(), tell=lambda *_: pytest.fail("work was begun"))


def test_a_damaged_checkpoint_names_itself(cohort: Cohort, tmp_path: Path) -> None:
    (tmp_path / "state.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(TrainingError, match=r"state\.pt: this checkpoint is damaged .* delete it and run again"):
        head_only(cohort, tmp_path / "state.pt")


def test_a_frozen_backbone_is_measured_out_of_fold(cohort: Cohort, tmp_path: Path) -> None:
    plan = Plan(
        name="frozen", settings=replace(FROZEN, epochs=2), backbone=BackboneSpec("test_resnet", weights="none"), folds=2
    )
    trained = train_model(cohort, tmp_path / "model", plan, cache=FeatureCache(tmp_path / "cache"))
    assert trained.comparison is not None
    assert trained.comparison.protocols == ("blind-view", "blind-visit", "blind-site", "pair")
    assert trained.bundle.card.metrics
    calibration = trained.bundle.card.calibration
    assert calibration is not None
    assert "out-of-fold predictions of 2-fold cross-validation by patient" in calibration.fitted_on
    assert set(trained.bundle.card.limits) >= {calibration.promise, *calibration.notes}
    assert "before calibration" in trained.bundle.card.metrics_note
    assert "2-fold cross-validation by patient" in trained.bundle.card.metrics_note
    assert (tmp_path / "model" / "metrics.json").is_file()
    assert "backbone.name" in trained.bundle.card.settings
    said = infer(trained.bundle, pairs(cohort))
    assert len(said) == len(cohort)


def features(n: int = 40) -> tuple[torch.Tensor, np.ndarray]:
    random = torch.Generator().manual_seed(0)
    return torch.randn(2 * n, 4, 6, generator=random), np.arange(2 * n).reshape(n, 2)


def head_only(cohort: Cohort, checkpoint: Path | None = None, seed: int = 0, stop: int | None = None) -> PairNetwork:
    examples = examples_of(cohort.examinations)
    values = torch.randn(len(examples.paths), 4, 6, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(seed)
    network = PairNetwork(nn.Identity(), PairHead(HeadShape(6, hidden=8)))
    rows = np.arange(len(examples))

    def told(epoch: Epoch) -> None:
        if epoch["epoch"] == stop:
            raise KeyboardInterrupt

    settings = TrainSettings(epochs=6, batch=8, seed=seed)
    fit(
        network, examples, Films(values, choose_flip, unflipped), training=rows[:-4], validation=rows[-4:],
        settings=settings, checkpoint=checkpoint, progress=told,
    )  # fmt: skip
    return network


def test_a_checkpoint_of_another_run_is_not_resumed(cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        head_only(cohort, tmp_path / "state.pt", stop=3)
    other = head_only(cohort, tmp_path / "state.pt", seed=1).state_dict()
    clean = head_only(cohort, seed=1).state_dict()
    assert all(torch.equal(other[name], clean[name]) for name in clean)


def test_an_absent_film_changes_nothing_whatever_stands_in_its_place() -> None:
    torch.manual_seed(0)
    network = PairNetwork(nn.Identity(), PairHead(HeadShape(6))).eval()
    ap, noise = torch.randn(3, 6), torch.randn(3, 6)
    present = torch.tensor([[1.0, 0.0]] * 3)
    first, second = network(ap, torch.zeros(3, 6), present), network(ap, noise, present)
    assert torch.equal(first.levels, second.levels)


def test_batched_equals_one_by_one() -> None:
    torch.manual_seed(0)
    network = PairNetwork(nn.Identity(), PairHead(HeadShape(6)))
    values, rows = features()
    films = Films(values, choose_flip, unflipped)
    together = torch.cat([part.levels for part in predict(network, films, rows)])
    alone = torch.cat([part.levels for part in predict(network, films, rows, batch=1)])
    assert torch.allclose(together, alone, atol=1e-6)


def test_a_graph_that_says_something_else_is_refused() -> None:
    class Dice(nn.Module):
        calls = 0

        def forward(self, ap: torch.Tensor, lateral: torch.Tensor, present: torch.Tensor) -> tuple[torch.Tensor, ...]:
            Dice.calls += 1
            mean = (ap + lateral).mean(dim=(1, 2, 3)) + Dice.calls
            return mean[:, None], mean[:, None, None, None], present, present + 0.0, present[:, :, None]

    with pytest.raises(BundleError, match="must say what the network says; weights differs by"):
        export_onnx(Dice(), Preprocessing(height=16, width=16))


@pytest.mark.parametrize(("setting", "value"), [("epochs", 0), ("batch", 1), ("patience", 0), ("validation", 0.95)])
def test_settings_out_of_range_are_refused(setting: str, value: float) -> None:
    with pytest.raises(UsageError):
        replace(COMPACT, **{setting: value})  # type: ignore[arg-type]
