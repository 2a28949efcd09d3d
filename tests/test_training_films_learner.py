"""The learner of single films: its scorer and its bundle say what it predicts; what cannot be trained is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.simulated import simulated
from tests.test_training_films_samples import HEAD, LENET, SQUASHED, a_cohort, equal

from radunion.cohort import Cohort, read_cohort
from radunion.errors import UsageError
from radunion.radiograph import Preprocessing, prepare, read_radiograph
from radunion.scoring.inference import infer
from radunion.training.examples import ABSENT, Examples, examples_of
from radunion.training.films.learner import FilmLearner
from radunion.training.films.network import whole_network
from radunion.training.films.settings import FilmSettings
from radunion.training.learner import quiet
from radunion.training.plan import Plan
from radunion.training.settings import TrainSettings
from radunion.training.train import train_model


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return a_cohort(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="module")
def examples(cohort: Cohort) -> Examples:
    return examples_of(cohort.examinations)


def learner_of(cohort: Cohort, settings: FilmSettings, preprocessing: Preprocessing = SQUASHED) -> FilmLearner:
    return FilmLearner(
        examples_of(cohort.examinations), cohort.examinations, settings, preprocessing=preprocessing, cache=None,
        precision="float32", tell=quiet,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "tolerance"),
    [
        (LENET, 0.02),  # it learns in bfloat16 where the processor has it, from films of a byte a pixel
        (HEAD, 1e-4),
        (replace(HEAD, augmentation="eightfold", head="linear", outputs="examination"), 1e-4),
    ],
)
def test_a_learners_scorer_says_of_prepared_films_what_it_predicts(
    cohort: Cohort, examples: Examples, settings: FilmSettings, tolerance: float
) -> None:
    learner = learner_of(cohort, settings)
    learned = learner.learn(np.array([0, 1]), np.array([2]), work=None, tell=quiet)
    seen = np.stack([prepare(read_radiograph(path).pixels, SQUASHED) for path in examples.paths])
    films = torch.from_numpy(seen[examples.films])[:, :, None]
    present = torch.from_numpy((examples.films != ABSENT).astype(np.float32))
    with torch.inference_mode():
        found = learned.scorer()(films[:, 0], films[:, 1], present)
    equal(learned.predict(examples.films), found, tolerance)
    assert len(learned.overview) == len(examples.paths)
    assert len(learned.history["films"]) == settings.epochs


def test_a_checkpoint_of_other_films_is_not_resumed(cohort: Cohort, tmp_path: Path) -> None:
    rows = np.array([0, 1]), np.array([2])
    learner_of(cohort, LENET).learn(*rows, work=tmp_path, tell=quiet)
    told: list[int] = []
    learner_of(cohort, LENET).learn(*rows, work=tmp_path, tell=lambda _, done, *__: told.append(done))
    assert told == []
    otherwise = replace(SQUASHED, shape="pad")
    learner_of(cohort, LENET, otherwise).learn(*rows, work=tmp_path, tell=lambda _, done, *__: told.append(done))
    assert told == [1, 2, 3]


def test_a_learner_counts_what_learns_and_what_is_frozen(cohort: Cohort) -> None:
    whole, learning = learner_of(cohort, LENET).count()
    assert whole == learning == sum(one.numel() for one in whole_network(LENET).parameters())
    whole, learning = learner_of(cohort, HEAD).count()
    assert learning < whole


@pytest.mark.parametrize(
    "changes",
    [
        {"network": "resnet18"},
        {"head": "thesis"},
        {"weights": "imagenet"},
        {"network": "inception_v3", "head": "thesis", "pooling": "avg"},
        {"network": "densenet169", "head": "linear", "pooling": "max"},
    ],
)
def test_a_network_that_no_protocol_trains_end_to_end_is_refused_before_films_are_read(
    cohort: Cohort, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("radunion.training.films.learner.load_pixels", lambda *_, **__: pytest.fail("films were read"))
    with pytest.raises(UsageError, match="what trains end to end is lenet"):
        learner_of(cohort, replace(LENET, **changes))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"64 pixels square; found films prepared to 32 by 64"):
        learner_of(cohort, LENET, replace(SQUASHED, height=32))


@pytest.mark.slow
def test_a_network_of_films_becomes_a_bundle_that_says_what_it_is_and_scores(tmp_path: Path) -> None:
    cohort = read_cohort(simulated())
    plan = Plan(
        name="shallow",
        protocol="lenet (1 epoch, not converged)",
        settings=TrainSettings(epochs=1),
        films=replace(LENET, epochs=1),
        film_preprocessing=SQUASHED,
        folds=2,
    )
    trained = train_model(cohort, tmp_path / "model", plan)
    card = trained.bundle.card
    assert card.protocol == "lenet (1 epoch, not converged)"
    assert card.preprocessing == SQUASHED
    assert card.summary == "Trained on simulated films only; not validated on patients."
    assert any("one film at a time" in limit for limit in card.limits)
    assert "research use only" in card.notice.lower()
    assert len(trained.history["films"]) == 1
    assert {metric.protocol for metric in card.metrics} >= {plan.protocol, "blind-view"}

    examples = examples_of(cohort.examinations)
    pairs = [
        (None if ap == ABSENT else examples.paths[ap], None if lateral == ABSENT else examples.paths[lateral])
        for ap, lateral in examples.films
    ]
    found = infer(trained.bundle, pairs)
    assert len(found) == len(pairs)
    np.testing.assert_allclose(found.joint.margins().sum(axis=2), 1, atol=1e-4)
