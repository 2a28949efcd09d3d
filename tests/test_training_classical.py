"""The classical systems: sets of levels as binary questions, features of films, and learners that share no patient."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from radunion.cohort import Cohort, read_cohort
from radunion.errors import CohortError, MissingExtraError, TrainingError
from radunion.evaluation.agreement import quadratic_kappa
from radunion.phantom import Simulation, simulate
from radunion.radiograph import prepare, read_radiograph
from radunion.scale import Convention, levels_of, rust_of
from radunion.training.classical import (
    ForestModel,
    HaarModel,
    engineered,
    engineered_features,
    forest,
    haar,
    haar_features,
    network,
)
from radunion.training.classical.codebook import Codebook, fit_codebook
from radunion.training.classical.cortices import trace_cortices
from radunion.training.classical.ordinal import answers, level_probabilities, open_thresholds
from radunion.training.classical.problems import patient_folds, problems_of, said_of
from radunion.training.classical.remembered import Recipe, remembered_features
from radunion.training.examples import examples_of

NAN = np.nan
PATIENTS = 60


@dataclass(frozen=True)
class Films:
    """The films of a cohort beside the label of their examination."""

    paths: tuple[Path, ...]
    lateral: np.ndarray
    allowed: np.ndarray
    scorable: np.ndarray
    patients: np.ndarray

    def labels(self, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        return self.lateral[rows], self.allowed[rows], self.scorable[rows], self.patients[rows]


def films_of(cohort: Cohort) -> Films:
    examples = examples_of(cohort.examinations)
    label = {int(film): row for row, pair in enumerate(examples.films) for film in pair if film >= 0}
    rows = np.array([label[film] for film in range(len(examples.paths))])
    patients = np.array(examples.patients)[rows]
    return Films(examples.paths, examples.lateral, examples.allowed[rows], examples.scorable[rows], patients)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Films:
    folder = tmp_path_factory.mktemp("few")
    return films_of(read_cohort(simulate(folder, Simulation(2, 11, format="png", size=(320, 256)), workers=1)))


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


@pytest.mark.parametrize(
    ("score", "convention", "expected"),
    [
        (1, "metrc", [0, 0, 0]),
        (2, "metrc", [1, 0, 0]),
        (3, "metrc", [1, 1, NAN]),
        (1, "litrenta", [0, 0, 0]),
        (2, "litrenta", [1, NAN, 0]),
        (3, "litrenta", [1, 1, 1]),
    ],
)
def test_a_rust_score_answers_where_its_set_is_on_one_side(
    score: int, convention: Convention, expected: list[float]
) -> None:
    levels = levels_of(score, "rust", convention)
    allowed = np.array([[level in levels for level in (1, 2, 3, 4)]])
    np.testing.assert_array_equal(answers(allowed), np.array([expected]))


def test_an_mrust_level_answers_everything_and_a_blank_nothing() -> None:
    np.testing.assert_array_equal(answers(np.eye(4, dtype=bool)), [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]])
    assert np.isnan(answers(np.ones((1, 4), dtype=bool))).all()


@pytest.mark.parametrize(
    ("convention", "threshold", "column"),
    [("metrc", 4, [NAN, NAN, 0, 1]), ("litrenta", 3, [NAN, 0, 1, NAN])],
)
def test_a_threshold_inside_a_rust_set_is_asked_within_it(
    convention: Convention, threshold: int, column: list[float]
) -> None:
    rust = np.array([[level in levels_of(score, "rust", convention) for level in (1, 2, 3, 4)] for score in (1, 2, 3)])
    within = open_thresholds(rust)
    assert within == {threshold}
    np.testing.assert_array_equal(answers(np.eye(4, dtype=bool), within)[:, threshold - 2], column)
    assert np.isnan(answers(rust, within)[:, threshold - 2]).all()
    others = [k - 2 for k in (2, 3, 4) if k != threshold]
    assert not np.isnan(answers(rust, within)[:, others]).any()


def test_without_an_open_pair_no_threshold_is_asked_within() -> None:
    assert open_thresholds(np.concatenate([np.eye(4, dtype=bool), np.ones((1, 4), dtype=bool)])) == frozenset()


def test_labels_of_two_conventions_are_refused() -> None:
    both = np.array([[False, True, True, False], [False, False, True, True]])
    with pytest.raises(ValueError, match="by one convention"):
        open_thresholds(both)


@pytest.mark.parametrize("convention", ["metrc", "litrenta"])
def test_where_most_labels_are_rust_the_levels_keep_their_shares(convention: Convention) -> None:
    random = np.random.default_rng(0)
    levels = random.choice([1, 2, 3, 4], p=[0.3, 0.3, 0.1, 0.3], size=(40_000, 4))
    allowed = levels[:, :, None] == np.arange(1, 5)
    rust = random.random(40_000) < 0.9
    scores = np.array([rust_of(level, convention) for level in (1, 2, 3, 4)])
    allowed[rust] = scores[levels[rust] - 1][:, :, None] == scores
    lateral = np.zeros(40_000, dtype=bool)
    problems = problems_of(lateral, allowed, np.ones((40_000, 4)))
    one = np.zeros(1, dtype=bool)
    said = said_of(one, {problem.key: np.full(1, problem.rate) for problem in problems})
    np.testing.assert_allclose(said.levels[0, 0], [0.3, 0.3, 0.1, 0.3], atol=0.02)


def test_a_label_that_allows_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="must allow at least one level"):
        answers(np.zeros((1, 4), dtype=bool))


def test_answers_that_fall_are_differenced_and_those_that_rise_are_levelled_first() -> None:
    levels = level_probabilities(np.array([[0.9, 0.6, 0.1], [0.2, 0.6, 0.1]]))
    np.testing.assert_allclose(levels, [[0.1, 0.3, 0.5, 0.1], [0.6, 0.0, 0.3, 0.1]], atol=1e-6)


def test_an_answer_from_within_a_pair_divides_what_the_others_leave_it() -> None:
    top = level_probabilities(np.array([[0.9, 0.6, 0.25]]), frozenset({4}))
    np.testing.assert_allclose(top, [[0.1, 0.3, 0.45, 0.15]], atol=1e-6)
    middle = level_probabilities(np.array([[0.9, 0.25, 0.5]]), frozenset({3}))
    np.testing.assert_allclose(middle, [[0.1, 0.3, 0.1, 0.5]], atol=1e-6)


@pytest.mark.parametrize("within", [frozenset(), frozenset({3}), frozenset({4})])
def test_levels_are_a_distribution_whatever_the_answers(within: frozenset[int]) -> None:
    levels = level_probabilities(np.random.default_rng(0).uniform(size=(200, 3)), within)
    assert (levels >= 0).all()
    np.testing.assert_allclose(levels.sum(axis=1), 1, atol=1e-6)


def test_a_question_is_asked_of_the_films_that_show_the_cortex_and_answer_it() -> None:
    lateral = np.array([False, False, True, True])
    allowed = np.ones((4, 4, 4), dtype=bool)
    allowed[0, 0] = [True, False, False, False]
    allowed[2, 0] = [False, False, False, True]  # a lateral film does not show the medial cortex
    scorable = np.full((4, 4), NAN)
    scorable[1, 1], scorable[3, 1] = 0, 1
    problems = {problem.key: problem for problem in problems_of(lateral, allowed, scorable)}
    assert problems["level", 0, 2].rows.tolist() == [0]
    assert problems["level", 0, 2].target.tolist() == [False]
    assert problems["level", 2, 2].rows.size == 0
    assert problems["level", 2, 2].rate == 0.75
    assert problems["scorable", 1, -1].rows.tolist() == [1]
    assert problems["view", -1, -1].target.tolist() == lateral.tolist()


def test_inner_folds_share_no_patient_and_leave_nobody_out() -> None:
    patients = np.random.default_rng(3).integers(0, 12, size=70)
    fold = patient_folds(patients, 3)
    assert all(len(np.unique(fold[patients == patient])) == 1 for patient in np.unique(patients))
    assert np.unique(fold).tolist() == [0, 1, 2]


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


def test_a_bag_counts_the_nearest_words_and_nothing_for_a_film_without_descriptors() -> None:
    descriptors = np.full((3, 4 * haar.DESCRIPTOR), NAN, dtype=np.float32)
    axes = np.eye(haar.DESCRIPTOR, dtype=np.float32)
    descriptors[0] = np.concatenate([axes[0], axes[0], axes[0], axes[1]])
    descriptors[1, : haar.DESCRIPTOR] = 7 * axes[1]
    book = fit_codebook(descriptors, seed=0)
    bags = book.histogram(descriptors) ** 2
    assert sorted(bags[0].tolist()) == [0.25, 0.75]
    assert sorted(bags[1].tolist()) == [0.0, 1.0]
    assert not bags[2].any()
    with pytest.raises(TrainingError, match="SIFT keypoints, found none"):
        fit_codebook(descriptors[2:], seed=0)


def test_edges_are_found_on_a_drawn_bone_past_its_nail() -> None:
    strip = np.full((640, 128), 0.2, dtype=np.float32)
    strip[:, 40:86] = 0.6
    strip[:, 56:70] = 1.0
    strip[:, 95:103] = 0.4  # a fibula to the right
    cortices = trace_cortices(strip)
    np.testing.assert_allclose(cortices.width[cortices.shaft], 46, atol=1.5)
    assert not cortices.mirrored
    assert trace_cortices(np.ascontiguousarray(strip[:, ::-1])).mirrored


def test_a_line_across_one_cortex_is_seen_on_its_side() -> None:
    strip = np.full((640, 128), 0.2, dtype=np.float32)
    strip[:, 40:86] = 0.6
    strip[:, 95:103] = 0.4
    whole = engineered.features_of_strip(strip)["line"]
    strip[300:304, 40:62] = 0.25
    near, far = np.split(engineered.features_of_strip(strip)["line"][:12], 2)
    assert near[0] > 0.5
    assert abs(far[0]) < 0.1
    assert whole[0] < 0.1


def test_a_mirrored_film_has_the_same_features(few: Films) -> None:
    for path in few.paths[:4]:
        pixels = read_radiograph(path).pixels
        for system, how in ((engineered, engineered.WIDE_STRIP), (haar, haar.STRIP)):
            strip = prepare(pixels, how)
            plain, mirrored = (system.features_of_strip(one) for one in (strip, np.ascontiguousarray(strip[:, ::-1])))
            for group in ("line", "callus", "context") if system is engineered else ("coefficients", "detail"):
                np.testing.assert_allclose(mirrored[group], plain[group], atol=2e-3)


@pytest.mark.parametrize("system", [engineered, haar])
def test_a_blank_strip_has_finite_features(system: object) -> None:
    strip = np.zeros((640, 128 if system is engineered else 96), dtype=np.float32)
    for name, values in system.features_of_strip(strip).items():  # type: ignore[attr-defined]
        assert name == "descriptors" or np.isfinite(values).all()


@pytest.mark.parametrize(("compute", "system"), [(engineered_features, engineered), (haar_features, haar)])
def test_cached_equals_uncached_and_computes_each_film_once(
    compute: object, system: object, few: Films, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, told = [few.paths[0], few.paths[1], few.paths[0]], []
    plain = compute(paths)  # type: ignore[operator]
    first = compute(paths, cache_folder=tmp_path, progress=lambda *done: told.append(done))  # type: ignore[operator]
    assert told == [(1, 2), (2, 2)]
    monkeypatch.setattr("radunion.training.classical.remembered._attempt", lambda job: pytest.fail("computed again"))
    second = compute(paths, cache_folder=tmp_path)  # type: ignore[operator]
    assert list(plain) == list(system.GROUPS)  # type: ignore[attr-defined]
    for name in plain:
        assert plain[name].shape[0] == 3
        assert plain[name].tobytes() == first[name].tobytes() == second[name].tobytes()
        assert plain[name][0].tobytes() == plain[name][2].tobytes()


def test_processes_give_what_one_gives(few: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("radunion.training.classical.remembered._WORTH_PROCESSES", 2)
    recipe = Recipe("engineered", 1, engineered.WIDE_STRIP, engineered.GROUPS, engineered.features_of_film)
    one, two = (remembered_features(few.paths[:3], recipe, processes=count) for count in (1, 2))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_every_film_that_cannot_be_read_is_named(few: Films, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no film")
    with pytest.raises(CohortError, match=r"2 of 3 are not") as caught:
        engineered_features([few.paths[0], broken, tmp_path / "gone.png"])
    assert "broken.png" in str(caught.value)
    assert "gone.png" in str(caught.value)
    with pytest.raises(CohortError, match="at least one film"):
        haar_features([])


@pytest.mark.parametrize(
    ("compute", "module", "message"),
    [
        (engineered_features, "skimage", "the protocol forest"),
        (haar_features, "skimage", "the protocol haar"),
        (haar_features, "pywt", "the protocol haar"),
    ],
)
def test_a_missing_library_is_named_by_its_extra(
    compute: object, module: str, message: str, few: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf'{message} needs the extra "train"'):
        compute(few.paths[:1])  # type: ignore[operator]


@pytest.mark.slow
def test_the_forest_beats_the_majority_on_patients_it_has_not_seen(tmp_path: Path) -> None:
    films = films_of(read_cohort(simulate(tmp_path, Simulation(PATIENTS, 21, format="png"), workers=2)))
    features = engineered_features(films.paths)
    fold = patient_folds(films.patients, 3)
    levels, majority = np.zeros(films.allowed.shape), np.zeros(len(fold), dtype=np.int64)
    lateral = np.zeros(len(fold))
    for test in (fold == number for number in range(3)):
        train = {name: values[~test] for name, values in features.items()}
        fitted = ForestModel().fit(train, *films.labels(~test), seed=0)
        said = fitted.predict({name: values[test] for name, values in features.items()}, films.lateral[test])
        levels[test], lateral[test] = said.levels, said.lateral
        known = films.allowed[~test][films.allowed[~test].sum(axis=2) == 1]
        majority[test] = known.sum(axis=0).argmax() + 1
    assert ((lateral > 0.5) == films.lateral).mean() > 0.8
    shown = films.lateral[:, None] == np.array([False, False, True, True])
    decided = shown & (films.allowed.sum(axis=2) == 1)
    truth = films.allowed.argmax(axis=2)[decided] + 1
    guess = (levels.cumsum(axis=2) >= 0.5).argmax(axis=2)[decided] + 1
    usual = np.repeat(majority[:, None], 4, axis=1)[decided]
    assert (guess == truth).mean() > (usual == truth).mean()
    assert np.abs(guess - truth).mean() < np.abs(usual - truth).mean()
    assert quadratic_kappa(truth, guess, np.ones((1, len(truth))), levels=4)[0] > 0.2
