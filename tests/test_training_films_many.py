"""Many heads trained together learn what each learns alone, and none disturbs another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.test_training_films_samples import HEAD
from torch import nn

from radunion.errors import TrainingError, UsageError
from radunion.evaluation.discrimination import macro_auroc
from radunion.training.films import many, many_memory
from radunion.training.films.data import feature_inputs
from radunion.training.films.loop import FilmRun, train_films
from radunion.training.films.many import HeadJob, HeadPrecision, How, film_rows, form_teams, memory_of, train_heads
from radunion.training.films.many_draws import NoiseTapes
from radunion.training.films.many_memory import layout_of
from radunion.training.films.network import columns, head_of
from radunion.training.films.settings import FilmSettings
from radunion.training.films.targets import FilmTargets
from radunion.training.loop import Epoch
from radunion.training.seed.head import SeedHead

FILMS, CHANNELS, HIDDEN = 40, 16, (24, 16, 8)
Head = Callable[[FilmSettings, int], nn.Module]
HOWS: tuple[How, ...] = ("loop", "batched")
PRECISIONS: tuple[HeadPrecision, ...] = ("float32", "bfloat16", "float64")


def some_features(sights: int = 4) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(FILMS, sights, CHANNELS)).astype(np.float32)


def some_targets(features: np.ndarray, columns: int = 18, *, gaps: bool = False) -> FilmTargets:
    random = np.random.default_rng(1)
    scores = features[:, 0] @ random.normal(size=(CHANNELS, columns)) + random.normal(size=(len(features), columns))
    known = random.random((len(features), columns)) < 0.7 if gaps else np.ones((len(features), columns), dtype=bool)
    return FilmTargets((scores > 0).astype(np.float32), known)


def folds(settings: FilmSettings, count: int = 3) -> list[HeadJob]:
    """Folds of unequal size."""
    films = np.arange(FILMS)
    fold = np.minimum(films % (count + 1), count - 1)
    return [HeadJob(settings, films[fold != one], films[fold == one]) for one in range(count)]


def small_head(settings: FilmSettings, channels: int) -> nn.Module:
    torch.manual_seed(settings.seed)
    hidden = HIDDEN if settings.head == "thesis" else ()
    return SeedHead(channels, dropout=settings.dropout, outputs=columns(settings.outputs), hidden=hidden)


@pytest.fixture(autouse=True)
def _narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make hidden layers narrow, so that a hundred steps take a moment."""
    if "full_width" not in request.node.name:
        monkeypatch.setattr(many, "head_of", small_head)
        monkeypatch.setattr(many_memory, "HIDDEN", HIDDEN)


def alone(
    features: np.ndarray, targets: FilmTargets, job: HeadJob, *, double: bool = False, head: Head = small_head
) -> tuple[torch.Tensor, tuple[Epoch, ...]]:
    """Return weights and history of `train_films`; `double` gives it the same features in float64."""
    inputs = feature_inputs(features, each=job.settings.augmentation == "eightfold")
    module = head(job.settings, features.shape[2])
    if double:
        draw = inputs.draw
        module, inputs = module.double(), replace(inputs, draw=lambda rows, random: draw(rows, random).double())
    history = train_films(module, FilmRun(inputs, targets, job.learned, job.watched, job.settings, "alone"))
    return layout_of(job.settings, features.shape[2]).flatten(module), history


def weights_after(
    features: np.ndarray, targets: FilmTargets, jobs: Sequence[HeadJob], precision: HeadPrecision, how: How
) -> dict[int, torch.Tensor]:
    """Return each job's weights after its epochs."""
    groups = [[one] for one in range(len(jobs))] if how == "loop" else [list(range(len(jobs)))]
    rows = film_rows(features, targets, precision=precision, device="cpu")
    found: dict[int, torch.Tensor] = {}
    for team in form_teams(jobs, groups, rows, precision=precision):
        for number in range(jobs[0].settings.epochs):
            tapes = NoiseTapes(number, dtype=rows.features.dtype, device="cpu", quick=precision == "bfloat16")
            team.epoch(number, tapes, judged=False)
        found |= {number: team.stack.master[place] for place, number in enumerate(team.numbers)}
    return found


@pytest.mark.parametrize(
    ("settings", "sights", "outputs"),
    [
        (replace(HEAD, batch=3, epochs=15, dropout=0.3), 4, 18),
        (replace(HEAD, batch=5, epochs=4, dropout=0.3, augmentation="eightfold", epsilon=1e-2), 8, 18),
        (replace(HEAD, batch=3, epochs=15, augmentation="none", outputs="examination", optimiser="adamw"), 1, 16),
        (replace(HEAD, batch=3, epochs=15, outputs="examination", head="linear", optimiser="sgd"), 4, 16),
    ],
    ids=["flips", "eightfold", "gaps", "linear"],
)
def test_in_float64_weights_after_a_hundred_steps_are_those_of_training_each_alone(
    settings: FilmSettings, sights: int, outputs: int
) -> None:
    features = some_features(sights)
    targets = some_targets(features, outputs, gaps=settings.outputs == "examination")
    jobs = [replace(job, watched=np.arange(0)) for job in folds(settings)[1:]]
    assert len({len(job.learned) for job in jobs}) == 2
    found = {how: weights_after(features, targets, jobs, "float64", how) for how in HOWS}
    for place, job in enumerate(jobs):
        rows = len(job.learned) * (sights if settings.augmentation == "eightfold" else 1)
        assert -(-rows // settings.batch) * settings.epochs >= 100
        wanted, _ = alone(features, targets, job, double=True)
        for how in HOWS:
            torch.testing.assert_close(found[how][place], wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("how", HOWS)
def test_the_history_is_that_of_train_films(how: How) -> None:
    features = some_features()
    targets, jobs = some_targets(features), folds(replace(HEAD, batch=9, epochs=2, dropout=0.2))
    for head, job in zip(train_heads(features, targets, jobs, precision="float32", how=how), jobs, strict=True):
        _, wanted = alone(features, targets, job)
        assert "validation_auroc18" in wanted[0]
        assert [dict(epoch) for epoch in head.history] == [pytest.approx(epoch, abs=1e-5) for epoch in wanted]
        assert (head.stopped, head.diverged) == (False, False)


def test_sigmoids_are_those_of_the_last_epoch() -> None:
    features = some_features()
    targets, jobs = some_targets(features), folds(replace(HEAD, batch=9, epochs=3))
    for head, job in zip(train_heads(features, targets, jobs, precision="float32"), jobs, strict=True):
        assert head.sigmoids.shape == (len(job.watched), 18)
        found = macro_auroc(head.sigmoids, targets.values[job.watched] > 0.5, np.ones((1, len(job.watched))))[0]
        assert head.history[-1]["validation_auroc18"] == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("precision", PRECISIONS[:2])
def test_a_head_is_the_same_whatever_learns_beside_it(precision: HeadPrecision, how: How) -> None:
    features = some_features()
    targets, first = some_targets(features), replace(HEAD, batch=9, epochs=3)
    others = folds(replace(first, seed=3, dropout=0.0)) + folds(replace(first, batch=40, epochs=2))
    jobs = folds(first)[1:]
    together = train_heads(features, targets, [*others, *jobs], precision=precision, how=how)[len(others) :]
    for job, head in zip(jobs, together, strict=True):
        (single,) = train_heads(features, targets, [job], precision=precision)
        assert len(head.history) == 3
        np.testing.assert_allclose(head.sigmoids, single.sigmoids, atol=3e-3 if precision == "bfloat16" else 1e-5)


def test_the_seed_decides_and_two_calls_agree() -> None:
    features = some_features()
    targets, jobs = some_targets(features), folds(HEAD) + folds(replace(HEAD, seed=1))
    once, again = (train_heads(features, targets, jobs, precision="bfloat16") for _ in range(2))
    assert all(np.array_equal(one.sigmoids, two.sigmoids) for one, two in zip(once, again, strict=True))
    assert np.abs(once[0].sigmoids - once[3].sigmoids).max() > 0.01


def test_two_threads_give_what_one_gives() -> None:
    features = some_features()
    targets, jobs = some_targets(features), folds(HEAD)
    before = torch.get_num_threads()
    found = []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found.append(train_heads(features, targets, jobs, precision="float32", how="loop"))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    for one, two in zip(*found, strict=True):
        np.testing.assert_allclose(one.sigmoids, two.sigmoids, atol=1e-5)


@pytest.mark.parametrize("how", HOWS)
def test_a_job_that_is_told_to_stop_stops_alone(how: How) -> None:
    features = some_features()
    targets, jobs = some_targets(features), folds(replace(HEAD, batch=10, epochs=5))
    asked: list[tuple[int, float]] = []

    def ending(epochs: Mapping[int, Epoch]) -> list[int]:
        asked.extend((job, epoch["epoch"]) for job, epoch in epochs.items())
        return [job for job, epoch in epochs.items() if (job, epoch["epoch"]) == (1, 2.0)]

    heads = train_heads(features, targets, jobs, precision="float32", how=how, ending=ending)
    whole = train_heads(features, targets, jobs, precision="float32", how=how)
    assert [(len(head.history), head.stopped) for head in heads] == [(5, False), (2, True), (5, False)]
    assert asked == [(job, float(epoch)) for epoch in range(1, 6) for job in range(3) if job != 1 or epoch < 3]
    assert heads[1].history == whole[1].history[:2]
    (short,) = train_heads(
        features, targets, [replace(jobs[1], settings=replace(HEAD, batch=10, epochs=2))], precision="float32"
    )
    np.testing.assert_allclose(heads[1].sigmoids, short.sigmoids, atol=1e-5)
    np.testing.assert_allclose(heads[2].sigmoids, whole[2].sigmoids, atol=1e-5)


@pytest.mark.parametrize("how", HOWS)
def test_all_jobs_stop_where_they_are_told_to_together(how: How) -> None:
    features = some_features()
    targets, jobs = some_targets(features), folds(replace(HEAD, batch=10, epochs=5))
    seen = []

    def ending(epochs: Mapping[int, Epoch]) -> list[int]:
        seen.append(sorted(epochs))
        return [] if epochs[0]["epoch"] < 3 else list(epochs)

    heads = train_heads(features, targets, jobs, precision="float32", how=how, ending=ending)
    assert seen == [[0, 1, 2]] * 3
    assert [(len(head.history), head.stopped) for head in heads] == [(3, True)] * 3
    assert all(head.sigmoids.any() for head in heads)


def test_watching_the_last_epoch_only_gives_the_same_end() -> None:
    features = some_features()
    targets, jobs = some_targets(features), folds(HEAD)
    always = train_heads(features, targets, jobs, precision="float32")
    once = train_heads(features, targets, jobs, precision="float32", watch="last epoch")
    for one, two in zip(always, once, strict=True):
        assert two.history[-1] == one.history[-1]
        assert [set(epoch) for epoch in two.history[:-1]] == [{"epoch", "train_loss"}] * (len(one.history) - 1)
        np.testing.assert_array_equal(one.sigmoids, two.sigmoids)


@pytest.mark.parametrize("how", HOWS)
def test_a_job_that_diverges_says_so_and_leaves_the_others_alone(how: How) -> None:
    features = some_features()
    targets, jobs = some_targets(features), folds(replace(HEAD, optimiser="sgd", learning_rate=0.01, epochs=4))
    wild = replace(jobs[1], settings=replace(jobs[1].settings, learning_rate=1e30))
    calm = train_heads(features, targets, jobs, precision="float32", how=how)
    found = train_heads(features, targets, [jobs[0], wild, jobs[2]], precision="float32", how=how)
    assert [head.diverged for head in found] == [False, True, False]
    with pytest.raises(TrainingError, match="diverged in epoch 1"):
        alone(features, targets, wild)
    assert found[1].history == () and not found[1].stopped
    np.testing.assert_array_equal(found[1].sigmoids, np.zeros((len(wild.watched), 18), dtype=np.float32))
    for place in (0, 2):
        np.testing.assert_allclose(found[place].sigmoids, calm[place].sigmoids, atol=1e-5)


@pytest.mark.parametrize("how", HOWS)
def test_jobs_beyond_the_limit_wait_for_the_next_wave(how: How) -> None:
    features = some_features()
    targets, jobs = some_targets(features), folds(HEAD)
    order: list[int] = []

    def ending(epochs: Mapping[int, Epoch]) -> list[int]:
        order.extend(epochs)
        return []

    limit = memory_of(jobs[:2], features, precision="float32")
    few = train_heads(features, targets, jobs, precision="float32", how=how, limit=limit, ending=ending)
    assert order == [0, 1] * HEAD.epochs + [2] * HEAD.epochs
    for one, two in zip(few, train_heads(features, targets, jobs, precision="float32", how=how), strict=True):
        np.testing.assert_allclose(one.sigmoids, two.sigmoids, atol=1e-5)
    with pytest.raises(UsageError, match="each head must fit the memory limit of 0 MB"):
        train_heads(features, targets, jobs, precision="float32", limit=1000)


def test_nothing_watched_gives_no_figures_of_it() -> None:
    features = some_features()
    job = HeadJob(HEAD, np.arange(FILMS), np.arange(0))
    (head,) = train_heads(features, some_targets(features), [job], precision="float32")
    assert head.sigmoids.shape == (0, 18)
    assert not any(name.startswith("validation") for name in head.history[-1])
    assert train_heads(features, some_targets(features), [], precision="float32") == []


def test_bfloat16_fits_films_nearly_as_float32_does() -> None:
    features = some_features(1)
    settings = replace(HEAD, batch=10, epochs=10, dropout=0.1, learning_rate=0.01, augmentation="none")
    targets, jobs = some_targets(features), folds(settings)
    exact, rough = (
        [head.history[-1]["train_auroc18"] for head in train_heads(features, targets, jobs, precision=precision)]
        for precision in PRECISIONS[:2]
    )
    assert 0.7 < np.mean(exact) < 0.99
    assert np.mean(rough) == pytest.approx(np.mean(exact), abs=0.02)


@pytest.mark.slow
def test_at_full_width_fold_auroc_is_that_of_train_films() -> None:
    random = np.random.default_rng(5)
    shown = random.normal(size=(600, 1, 256)) + 0.3 * random.normal(size=(600, 4, 256))
    features = shown.astype(np.float32)
    targets = FilmTargets((features[:, 0, :18] > 0).astype(np.float32), np.ones((600, 18), dtype=bool))
    films = np.arange(600)
    jobs = [
        HeadJob(replace(HEAD, batch=64, epochs=6, dropout=0.2), films[films % 6 != k], films[films % 6 == k])
        for k in (0, 1)
    ]
    for how in HOWS:
        for head, job in zip(train_heads(features, targets, jobs, precision="float32", how=how), jobs, strict=True):
            _, wanted = alone(features, targets, job, head=head_of)
            assert 0.6 < wanted[-1]["validation_auroc18"] < 0.99
            assert head.history[-1]["validation_auroc18"] == pytest.approx(wanted[-1]["validation_auroc18"], abs=5e-3)
