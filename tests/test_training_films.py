"""Networks of single films: what they are taught, how they learn, and that a bundle says what they said."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F  # noqa: N812

from radunion.cohort import Cohort, read_cohort
from radunion.errors import CohortError, TrainingError, UsageError
from radunion.features import FLIPS, WARPS, BackboneSpec, load_backbone
from radunion.joint import JointLevels
from radunion.phantom import Simulation, simulate
from radunion.radiograph import Preprocessing, prepare, read_radiograph
from radunion.scoring.inference import infer
from radunion.training.classical.said import FilmSaid
from radunion.training.examples import ABSENT, Examples, examples_of
from radunion.training.export import export_onnx
from radunion.training.films.data import FilmInputs, feature_inputs, load_pixels, pixel_inputs
from radunion.training.films.learner import FilmLearner, films_of
from radunion.training.films.loop import FilmRun, macro_auroc, predict_films, train_films
from radunion.training.films.network import FilmScorer, FrozenFilms, WholeFilms, head_of, whole_network
from radunion.training.films.said import joint_of, said_of
from radunion.training.films.settings import FilmSettings, Outputs
from radunion.training.films.targets import FilmTargets, film_targets, first_rows
from radunion.training.learner import quiet
from radunion.training.loop import Epoch
from radunion.training.plan import Plan
from radunion.training.seed.head import LinearHead, SeedHead
from radunion.training.settings import TrainSettings
from radunion.training.train import train_model

SIZE = 64
SQUASHED = Preprocessing(height=SIZE, width=SIZE, shape="squash", intensity="full")
LENET = FilmSettings(
    network="lenet", weights="none", tap=None, pooling="max", trains="all", head="none", outputs="seed18", size=SIZE,
    augmentation="flips", dropout=0.0, batch=4, epochs=3, learning_rate=1e-3, epsilon=1e-7,
)  # fmt: skip
HEAD = replace(LENET, network="test_resnet", trains="head", head="thesis", dropout=0.5)
TABLE = """patient,visit,view,image,medial,lateral,anterior,posterior,scale
a,v,ap,a-ap.png,1,2,3,4,mrust
a,v,lateral,a-lat.png,,,,,mrust
b,v,ap,b-ap.png,3,,U,1,rust
b,v,lateral,b-lat.png,,,,,rust
c,v,ap,c-ap.png,4,4,,,mrust
d,v,lateral,d-lat.png,1,,2,,mrust
"""


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Six films of noise of four patients, on two scales, with gaps."""
    folder, random = tmp_path_factory.mktemp("films"), np.random.default_rng(0)
    for line in TABLE.splitlines()[1:]:
        pixels = random.integers(0, 256, size=(90, 70), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / line.split(",")[3])
    (folder / "cohort.csv").write_text(TABLE)
    return read_cohort(folder / "cohort.csv")


@pytest.fixture(scope="module")
def examples(cohort: Cohort) -> Examples:
    return examples_of(cohort.examinations)


def film(examples: Examples, name: str) -> int:
    return [path.name for path in examples.paths].index(name)


def noise(films: int = 10, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, size=(films, SIZE, SIZE), dtype=np.uint8)


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


# What films are taught


def test_the_seeds_columns_are_the_view_and_the_score_as_written(cohort: Cohort, examples: Examples) -> None:
    targets = film_targets(examples, cohort.examinations, "seed18")
    assert targets.known.all()

    def row(name: str) -> list[list[float]]:
        values = targets.values[film(examples, name)].tolist()
        return [values[:2], *(values[start : start + 4] for start in (2, 6, 10, 14))]

    none = [0, 0, 0, 0]
    assert row("a-ap.png") == [[1, 0], [1, 0, 0, 0], [0, 1, 0, 0], none, none]
    assert row("a-lat.png") == [[0, 1], none, none, [0, 0, 1, 0], [0, 0, 0, 1]]
    assert row("b-ap.png") == [[1, 0], [0, 0, 1, 0], none, none, none]  # RUST 3 stands in column 3
    assert row("b-lat.png") == [[0, 1], none, none, none, [1, 0, 0, 0]]
    assert row("d-lat.png") == [[0, 1], none, none, [0, 1, 0, 0], none]


def test_an_examinations_levels_are_shared_by_its_films_and_gaps_do_not_count(
    cohort: Cohort, examples: Examples
) -> None:
    targets = film_targets(examples, cohort.examinations, "examination")
    first, second = film(examples, "b-ap.png"), film(examples, "b-lat.png")
    np.testing.assert_array_equal(targets.values[first], targets.values[second])
    values, known = targets.values[first].reshape(4, 4), targets.known[first].reshape(4, 4)
    assert values[0].tolist() == [0, 0, 0.5, 0.5]  # RUST 3 is mRUST 3 or 4
    assert values[3].tolist() == [1, 0, 0, 0]
    assert known.all(axis=1).tolist() == [True, False, False, True]
    assert known.any(axis=1).tolist() == [True, False, False, True]


def test_the_first_label_of_a_film_decides() -> None:
    examples = Examples(
        tuple(map(Path, "xyz")), (None,) * 3, np.array([False, True, False]),
        np.array([[0, 1], [0, 1], [2, ABSENT]]), np.ones((3, 4, 4), dtype=bool), np.ones((3, 4), dtype=np.float32),
        ("p", "p", "q"), np.array([0, 0, 1]),
    )  # fmt: skip
    assert first_rows(examples).tolist() == [0, 0, 2]
    assert films_of(examples, np.array([2])).tolist() == [2]
    assert films_of(examples, np.array([0, 1])).tolist() == [0, 1]


# How films are served


def test_each_sight_is_a_row_of_its_own_film_under_eightfold() -> None:
    assert WARPS[0] == FLIPS[0] == "none"
    features = (10 * np.arange(3)[:, None] + np.arange(8))[:, :, None].astype(np.float32)
    inputs = feature_inputs(features, each=True)
    rows = inputs.rows_of(np.array([2, 0]))
    assert rows.tolist() == [*range(16, 24), *range(8)]
    drawn = inputs.draw(torch.from_numpy(rows), torch.Generator())[:, 0].tolist()
    assert drawn == [*range(20, 28), *range(8)]
    assert inputs.draw(torch.tensor([2, 0]), None)[:, 0].tolist() == [20, 0]


def test_one_sight_is_drawn_of_each_film_in_training_and_the_first_shown_otherwise() -> None:
    features = (10 * np.arange(3)[:, None] + np.arange(4))[:, :, None].astype(np.float32)
    inputs = feature_inputs(features, each=False)
    assert inputs.rows_of(np.array([2, 0])).tolist() == [2, 0]
    random = torch.Generator().manual_seed(0)
    drawn = torch.stack([inputs.draw(torch.arange(3), random)[:, 0] for _ in range(60)])
    assert [sorted(set(column.tolist())) for column in drawn.T] == [[0, 1, 2, 3], [10, 11, 12, 13], [20, 21, 22, 23]]
    assert inputs.draw(torch.arange(3), None)[:, 0].tolist() == [0, 10, 20]


def test_films_are_flipped_both_ways_in_training_only() -> None:
    pixels = noise(1)
    pixels[0, 0, :2] = [0, 255]
    inputs, random = pixel_inputs(pixels, flips=True), torch.Generator().manual_seed(0)
    plain = inputs.draw(torch.tensor([0]), None)
    assert plain.shape == (1, 3, SIZE, SIZE)
    assert plain[0, :, 0, :2].tolist() == [[-1, 1]] * 3
    seen = {inputs.draw(torch.tensor([0]), random).numpy().tobytes() for _ in range(40)}
    wanted = [plain.flip(dims) for dims in ([], [2], [3], [2, 3])]
    as_served = [one.contiguous(memory_format=torch.channels_last).numpy().tobytes() for one in wanted]
    assert seen == set(as_served)
    still = pixel_inputs(pixels, flips=False)
    assert torch.equal(still.draw(torch.tensor([0]), random), plain)


def test_films_are_read_in_order_and_every_one_that_cannot_be_is_named(examples: Examples, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    forward = load_pixels(examples.paths, SQUASHED, progress=lambda *done: told.append(done))
    backward = load_pixels(examples.paths[::-1], SQUASHED, progress=lambda *_: None)
    assert told == [(number, 6) for number in range(1, 7)]
    np.testing.assert_array_equal(forward, backward[::-1])
    (tmp_path / "broken.png").write_bytes(b"no film")
    with pytest.raises(CohortError, match=r"2 of 3 are not") as caught:
        load_pixels(
            [tmp_path / "broken.png", examples.paths[0], tmp_path / "gone.png"], SQUASHED, progress=lambda *_: None
        )
    assert "broken.png" in str(caught.value)
    assert "gone.png" in str(caught.value)


# How they learn


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
    assert epoch["validation_auroc18"] == pytest.approx(macro_auroc(targets.values, chance), abs=1e-6)


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


def test_a_column_without_both_classes_has_no_auroc() -> None:
    truth = np.array([[1, 0], [1, 1], [1, 0]], dtype=np.float32)
    assert macro_auroc(truth, np.array([[0.1, 0.2], [0.2, 0.9], [0.3, 0.1]])) == 1.0
    assert macro_auroc(truth[:, :1], np.array([[0.1], [0.2], [0.3]])) is None


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


# What they say


def test_sigmoids_become_shares_and_their_sum_the_chance_to_be_scored() -> None:
    sigmoids = np.full((1, 18), 0.1, dtype=np.float32)
    sigmoids[0, :6] = [0.2, 0.6, 0.1, 0.1, 0.3, 0.0]
    said = said_of(sigmoids, "seed18")
    np.testing.assert_allclose(said.levels[0, 0], [0.2, 0.2, 0.6, 0.0], atol=1e-5)
    np.testing.assert_allclose(said.levels[0, 1], 0.25)
    np.testing.assert_allclose(said.scorable[0], [0.5, 0.4, 0.4, 0.4], atol=1e-5)
    np.testing.assert_allclose(said.lateral, 0.75)
    said = said_of(np.full((1, 18), 0.9, dtype=np.float32), "seed18")
    assert said.scorable.tolist() == [[1, 1, 1, 1]]
    said = said_of(np.zeros((1, 16), dtype=np.float32), "examination")
    np.testing.assert_allclose(said.levels, 0.25)
    assert said.scorable.tolist() == [[1, 1, 1, 1]]
    assert said.lateral.tolist() == [0.5]


def two_films() -> FilmSaid:
    levels = np.zeros((2, 4, 4), dtype=np.float32)
    levels[0, :, 0], levels[1, :, 3] = 1, 1
    scorable = np.array([[0.9] * 4, [0.7] * 4], dtype=np.float32)
    return FilmSaid(levels, scorable, np.array([0, 1], dtype=np.float32))


PAIRS = np.array([[0, 1], [0, ABSENT], [ABSENT, 1], [ABSENT, ABSENT]])


def test_a_cortex_is_read_from_the_film_that_shows_it_and_is_unknown_where_that_is_absent() -> None:
    joint = joint_of(two_films(), PAIRS, averaged=False)
    one, four, unknown = [1, 0, 0, 0], [0, 0, 0, 1], [0.25] * 4
    assert joint.levels[:, 0].tolist() == [
        [one, one, four, four], [one, one, unknown, unknown], [unknown, unknown, four, four], [unknown] * 4,
    ]  # fmt: skip
    expected = [[0.9, 0.9, 0.7, 0.7], [0.9, 0.9, 0.5, 0.5], [0.5, 0.5, 0.7, 0.7], [0.5] * 4]
    np.testing.assert_allclose(joint.scorable, expected, atol=1e-6)
    assert joint.weights.tolist() == [[1]] * 4


def test_averaged_films_each_speak_of_all_cortices() -> None:
    joint = joint_of(two_films(), PAIRS, averaged=True)
    both, one, four, unknown = [0.5, 0, 0, 0.5], [1, 0, 0, 0], [0, 0, 0, 1], [0.25] * 4
    assert joint.levels[:, 0].tolist() == [[both] * 4, [one] * 4, [four] * 4, [unknown] * 4]
    np.testing.assert_allclose(joint.scorable[:, 0], [0.8, 0.9, 0.7, 0.5], atol=1e-6)


class Told(nn.Module):
    """Says of a film the logits that its first pixels hold."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.columns = columns

    def forward(self, films: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits = films.flatten(1)[:, : self.columns]
        return logits[:, :3], logits


def equal(joint: JointLevels, found: tuple[torch.Tensor, ...], tolerance: float) -> None:
    for wanted, ours in zip((joint.weights, joint.levels, joint.scorable), found, strict=False):
        np.testing.assert_allclose(ours.numpy(), wanted, atol=tolerance)


@pytest.mark.parametrize(("outputs", "columns"), [("seed18", 18), ("examination", 16)])
def test_the_graph_says_what_the_study_says(outputs: Outputs, columns: int) -> None:
    random = np.random.default_rng(7)
    logits = random.normal(-1, 4, size=(12, columns)).astype(np.float32)
    logits[0, 2:6] = -40  # nothing at all is said of a cortex
    pairs = np.array([[0, 1], [2, 3], [4, ABSENT], [ABSENT, 5], [6, 7], [ABSENT, ABSENT], [8, ABSENT], [10, 11]])
    said = said_of(1 / (1 + np.exp(-logits)), outputs)
    joint = joint_of(said, pairs, averaged=outputs == "examination")
    films = np.zeros((len(pairs), 2, 1, 5, 5), dtype=np.float32)
    films.reshape(len(pairs), 2, -1)[:, :, :columns] = np.where((pairs != ABSENT)[:, :, None], logits[pairs], 3.0)
    present = torch.from_numpy((pairs != ABSENT).astype(np.float32))
    ap, lateral = torch.from_numpy(films).unbind(1)
    scorer = FilmScorer(Told(columns), outputs)
    found = scorer(ap, lateral, present)
    equal(joint, found, 1e-5)
    here = pairs != ABSENT
    np.testing.assert_allclose(found[3].numpy()[here], said.lateral[pairs][here], atol=1e-5)
    np.testing.assert_array_equal(found[4].numpy()[here], logits[pairs][here][:, :3])
    for row in range(len(pairs)):
        one = slice(row, row + 1)
        equal(joint[np.array([row])], scorer(ap[one], lateral[one], present[one]), 1e-5)


@pytest.mark.parametrize("outputs", ["seed18", "examination"])
def test_a_frozen_network_with_its_head_is_exported_whole(outputs: Outputs) -> None:
    import onnxruntime

    backbone = load_backbone(BackboneSpec("test_resnet", "none"))
    head = head_of(replace(HEAD, outputs=outputs), backbone.channels).eval()
    graph = export_onnx(FilmScorer(FrozenFilms(backbone.pooled(), head), outputs), SQUASHED)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    films = np.random.default_rng(8).random((2, 4, 1, SIZE, SIZE), dtype=np.float32)
    present = np.array([[1, 1], [1, 0], [0, 1], [1, 1]], dtype=np.float32)
    found = session.run(None, {"ap": films[0], "lateral": films[1], "present": present})
    with torch.inference_mode():
        sigmoids = head(backbone.pooled()(torch.from_numpy(films.reshape(8, 1, SIZE, SIZE)))).sigmoid().numpy()
    pairs = np.where(present > 0, np.array([[row, row + 4] for row in range(4)]), ABSENT)
    joint = joint_of(said_of(sigmoids, outputs), pairs, averaged=outputs == "examination")
    equal(joint, tuple(map(torch.from_numpy, found)), 1e-4)


# The learner


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
    ("changes", "message"),
    [
        ({"augmentation": "eightfold"}, "eightfold views are for frozen networks"),
        ({"tap": "stem"}, "trains end to end, found tap stem"),
        ({"trains": "head"}, "a frozen network needs a head"),
        ({"epochs": 0}, "at least 1, found 0 and 4"),
    ],
)
def test_settings_that_would_be_ignored_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        replace(LENET, **changes)  # type: ignore[arg-type]


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


def test_a_whole_network_sees_films_as_it_did_in_training() -> None:
    module = whole_network(LENET).eval()
    pixels = noise(2)
    with torch.inference_mode():
        wanted = module(pixel_inputs(pixels, flips=True).draw(torch.arange(2), None))
        features, logits = WholeFilms(module)(torch.from_numpy(pixels.astype(np.float32) / 255)[:, None])
    np.testing.assert_allclose(logits.numpy(), wanted.numpy(), atol=1e-5)
    assert features is logits


@pytest.mark.slow
def test_a_network_of_films_becomes_a_bundle_that_says_what_it_is_and_scores(tmp_path: Path) -> None:
    cohort = read_cohort(simulate(tmp_path / "films", Simulation(14, 5, format="png"), workers=1))
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
