"""Both classical learners: they learn, repeat themselves, share no patient and say what they need."""

from pathlib import Path

import numpy as np
import pytest
from tests.test_training_classical_samples import films_of

from radunion.cohort import read_cohort
from radunion.errors import TrainingError
from radunion.evaluation.agreement import quadratic_kappa
from radunion.phantom import Simulation, simulate
from radunion.training.classical import ForestModel, HaarModel, engineered_features, forest, haar, network
from radunion.training.classical.codebook import Codebook, fit_codebook
from radunion.training.classical.problems import patient_folds

PATIENTS = 60


def made_up(
    films: int, *, seed: int, groups: dict[str, int], signal: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    found = {name: random.normal(size=(films, size)).astype(np.float32) for name, size in groups.items()}
    if signal is not None:
        found[next(iter(groups))][:, 0] = signal
    return found


FEW_GROUPS = ("line", "callus", "shape")
FOREST_GROUPS = dict.fromkeys(FEW_GROUPS, 4)
HAAR_GROUPS = {"coefficients": 4, "detail": 4, "keypoints": 4, "descriptors": 3 * haar.DESCRIPTOR}


def plain_labels(films: int, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return levels (films, 4) and what `fit` takes: views, allowed levels, scorability, patients (two films each)."""
    random = np.random.default_rng(seed)
    levels = np.repeat(random.integers(1, 5, size=films), 4).reshape(films, 4)
    allowed = levels[:, :, None] == np.arange(1, 5)
    lateral = np.arange(films) % 2 == 1
    patients = np.array([f"p{number // 2:03d}" for number in range(films)])
    return levels, lateral, allowed, np.ones((films, 4)), patients


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forest, "GROUPS", FEW_GROUPS)
    monkeypatch.setattr(forest, "_FIRST", 8)
    monkeypatch.setattr(forest, "_SECOND", 15)
    monkeypatch.setattr(network, "_PASSES", 15)


def test_a_first_layer_never_learns_from_the_patient_that_it_answers_for(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    _, *labels = plain_labels(36, seed=2)
    patients, seen = labels[3], []
    learn = forest._learn

    def recording(features, problem, trees, draws):  # type: ignore[no-untyped-def]
        if trees == forest._FIRST:
            seen.append(set(patients[problem.rows]))
        return learn(features, problem, trees, draws)

    monkeypatch.setattr(forest, "_learn", recording)
    ForestModel().fit(made_up(36, seed=1, groups=FOREST_GROUPS), *labels, seed=0)
    fold = patient_folds(patients, 3)
    assert len(seen) == 12 * len(FEW_GROUPS) * 3
    for number, learned in enumerate(seen):
        assert learned
        assert not learned & set(patients[fold == number % 3])


@pytest.mark.parametrize(("model", "groups"), [(ForestModel, FOREST_GROUPS), (HaarModel, HAAR_GROUPS)])
def test_a_model_learns_repeats_itself_and_does_not_mind_the_order(
    model: type[ForestModel | HaarModel], groups: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    monkeypatch.setattr(network, "_PASSES", 60)
    levels, *labels = plain_labels(80, seed=4)
    features = made_up(80, seed=5, groups=groups, signal=levels[:, 0])
    fitted = model().fit(features, *labels, seed=3)
    said = fitted.predict(features, labels[0])
    again = model().fit(features, *labels, seed=3).predict(features, labels[0])
    assert said.levels.tobytes() == again.levels.tobytes()
    assert said.lateral.tobytes() == again.lateral.tobytes()
    other = model().fit(features, *labels, seed=4).predict(features, labels[0])
    assert said.levels.tobytes() != other.levels.tobytes()

    np.testing.assert_allclose(said.levels.sum(axis=2), 1, atol=1e-6)
    assert (said.levels[~labels[0], 2:] == 0.25).all()
    assert (said.levels[labels[0], :2] == 0.25).all()
    assert (said.scorable[~labels[0], 2:] == 0.5).all()
    assert (said.scorable[~labels[0], :2] > 0.9).all()
    shown = np.where(labels[0], 2, 0)
    expected = (said.levels[np.arange(80), shown] * np.arange(1, 5)).sum(axis=1)
    assert np.corrcoef(expected, levels[:, 0])[0, 1] > 0.8

    order = np.random.default_rng(6).permutation(80)
    moved = fitted.predict({name: values[order] for name, values in features.items()}, labels[0][order])
    np.testing.assert_allclose(moved.levels, said.levels[order], atol=1e-6)


@pytest.mark.parametrize(("model", "groups"), [(ForestModel, FOREST_GROUPS), (HaarModel, HAAR_GROUPS)])
def test_a_model_says_what_it_needs(
    model: type[ForestModel | HaarModel], groups: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    _, lateral, allowed, scorable, patients = plain_labels(8, seed=4)
    features = made_up(8, seed=5, groups=groups)
    with pytest.raises(TrainingError, match="call fit first"):
        model().predict(features, lateral)
    with pytest.raises(TrainingError, match="at least 2 patients, found 1"):
        model().fit(features, lateral, allowed, scorable, np.zeros(8), seed=0)
    short = {**features, next(iter(groups)): made_up(7, seed=1, groups={"a": 2})["a"]}
    with pytest.raises(TrainingError, match="one row a film, 8; found 7 rows"):
        model().fit(short, lateral, allowed, scorable, patients, seed=0)
    with pytest.raises(TrainingError, match="no such group"):
        model().predict({}, lateral)


def test_a_cohort_on_one_level_gets_its_base_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    _, lateral, allowed, scorable, patients = plain_labels(30, seed=4)
    allowed[:] = np.arange(1, 5) == 2
    features = made_up(30, seed=5, groups=FOREST_GROUPS)
    said = ForestModel().fit(features, lateral, allowed, scorable, patients, seed=0).predict(features, lateral)
    np.testing.assert_allclose(said.levels[0, 0], [0.25 / 16, 1 - 0.75 / 16, 0.25 / 16, 0.25 / 16], atol=1e-6)


def test_a_codebook_knows_only_the_films_it_was_fitted_to(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    asked: list[np.ndarray] = []

    def recording(films: np.ndarray, *, seed: int) -> Codebook:
        asked.append(films.copy())
        return fit_codebook(films, seed=seed)

    monkeypatch.setattr(network, "fit_codebook", recording)
    _, *labels = plain_labels(24, seed=4)
    features = made_up(24, seed=5, groups=HAAR_GROUPS)
    train, test = np.arange(16), np.arange(16, 24)
    model = HaarModel().fit(
        {name: values[train] for name, values in features.items()}, *(values[train] for values in labels), seed=1
    )
    assert model.codebook is not None
    words = model.codebook.words.copy()
    model.predict({name: values[test] for name, values in features.items()}, labels[0][test])
    assert len(asked) == 1
    np.testing.assert_array_equal(asked[0], features["descriptors"][train])
    np.testing.assert_array_equal(model.codebook.words, words)


@pytest.mark.slow
def test_the_forest_tells_views_of_patients_it_has_not_seen_and_levels_of_those_that_it_has(tmp_path: Path) -> None:
    """Levels of other patients it does not learn from so few: a line is a few pixels of a film that it sees whole."""
    films = films_of(read_cohort(simulate(tmp_path, Simulation(PATIENTS, 21, format="png"), workers=2)))
    features, folds = engineered_features(films.paths), patient_folds(films.patients, 3)
    right = []
    for fold in range(3):
        test = folds == fold
        fitted = ForestModel().fit({name: one[~test] for name, one in features.items()}, *films.labels(~test), seed=0)
        said = fitted.predict(features, films.lateral)
        right.append(((said.lateral > 0.5) == films.lateral)[test])
    assert np.concatenate(right).mean() > 0.75  # of 134 films; a single fold of 45 is off by 0.1 by chance
    shown = films.lateral[:, None] == np.array([False, False, True, True])
    decided = shown & (films.allowed.sum(axis=2) == 1) & ~test[:, None]
    truth = films.allowed.argmax(axis=2)[decided] + 1
    guess = (said.levels.cumsum(axis=2) >= 0.5).argmax(axis=2)[decided] + 1
    usual = np.bincount(truth).argmax()
    assert (guess == truth).mean() > (usual == truth).mean() + 0.2
    assert quadratic_kappa(truth, guess, np.ones((1, len(truth))), levels=4)[0] > 0.5
