"""Going on from a trained model: its weights are taken, what it finds is kept, and what cannot be is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.exports import export_any
from tests.simulated import simulated

from radunion.cohort import Cohort, read_cohort
from radunion.errors import BundleError, UsageError
from radunion.features import BackboneSpec
from radunion.scoring import Bundle, load_bundle, named_bundle, write_bundle
from radunion.scoring.bundle import WEIGHTS
from radunion.training import compact, teachers
from radunion.training.compact import CompactLearner
from radunion.training.examples import examples_of
from radunion.training.finder import Finder
from radunion.training.learner import quiet
from radunion.training.plan import Plan
from radunion.training.settings import COMPACT, FINDER
from radunion.training.start import Start, start_from
from radunion.training.train import train_model


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    export_any(monkeypatch)
    monkeypatch.setattr(compact, "FINDER", replace(FINDER, epochs=1))
    monkeypatch.setattr(compact, "CORTEX_FINDER", replace(FINDER, epochs=1))


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return read_cohort(simulated())


@pytest.fixture(scope="module")
def first(cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    with pytest.MonkeyPatch.context() as patch:
        export_any(patch)
        patch.setattr(teachers, "FEWEST_BOXES", 5)
        patch.setattr(compact, "FINDER", replace(FINDER, epochs=1))
        patch.setattr(compact, "CORTEX_FINDER", replace(FINDER, epochs=1))
        return train_model(cohort, tmp_path_factory.mktemp("first") / "model", replace(a_plan(), finders=2)).bundle


def a_plan(start: Start | None = None, *, rate: float = 1e-3) -> Plan:
    settings = replace(COMPACT, epochs=1, learning_rate=rate, precision="float32")
    return Plan(name="tiny", settings=settings, start=start)


def weights(bundle: Bundle) -> dict[str, np.ndarray]:
    return {name: one.numpy() for name, one in start_from(bundle).weights.items()}


def written(out: Path, like: Bundle, own: bytes | None) -> Bundle:
    return write_bundle(out, onnx=like.files["model.onnx"], card=like.card, reference=like.reference, weights=own)


def without_boxes(cohort: Cohort, folder: Path) -> Cohort:
    """Return the cohort as a user has it: its table says nothing of where fractures are."""
    columns = [name for name in cohort.frame.columns if not name.endswith("_box")]
    films = cohort.source.parent
    frame = cohort.frame.select(columns)
    frame = frame.with_columns((str(films) + "/" + frame["image"]).alias("image"))
    frame.write_csv(folder / "cohort.csv")
    return read_cohort(folder / "cohort.csv")


def test_without_boxes_the_finders_stay_as_they_were(cohort: Cohort, first: Bundle, tmp_path: Path) -> None:
    told: list[str] = []
    own = without_boxes(cohort, tmp_path)
    plan = a_plan(start_from(first))
    bundle = train_model(own, tmp_path / "model", plan, tell=lambda stage, *_: told.append(stage)).bundle
    assert set(told) == {"Reading films", "Learning to score", "Exporting"}
    before, after = weights(first), weights(bundle)
    assert before.keys() == after.keys()
    for name, one in before.items():
        same = np.array_equal(one, after[name])
        if name.startswith(("look.finder", "look.encoder.cortices")):
            assert same, name
    assert not np.array_equal(before["look.encoder.read.weight"], after["look.encoder.read.weight"])
    card = bundle.card
    assert card.trained_on.description.endswith("it started from tiny")
    assert card.settings["start.sha256"] == first.sha256
    assert card.settings["compact.finders"] == 2


def test_a_model_with_one_finder_is_gone_on_from_with_one(cohort: Cohort, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teachers, "FEWEST_BOXES", 5)
        one = train_model(cohort, tmp_path / "one", a_plan()).bundle
    assert start_from(one).finders == ("look.finder",)
    bundle = train_model(without_boxes(cohort, tmp_path), tmp_path / "model", a_plan(start_from(one))).bundle
    assert bundle.card.settings["compact.finders"] == 1
    kept = [name for name in weights(one) if name.startswith("look.finder.")]
    assert kept
    assert all(np.array_equal(weights(one)[name], weights(bundle)[name]) for name in kept)


def test_stopped_in_the_second_finder_it_goes_on_there(
    cohort: Cohort, first: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teachers, "FEWEST_BOXES", 5)
    told: list[str] = []

    def stop(stage: str, *_: object) -> None:
        told.append(stage)
        if stage.endswith("finder 2"):
            raise KeyboardInterrupt

    plan = replace(a_plan(), finders=2)
    with pytest.raises(KeyboardInterrupt):
        train_model(cohort, tmp_path / "model", plan, tell=stop)
    assert "Learning to find fractures" in told
    told.clear()
    again = train_model(cohort, tmp_path / "model", plan, tell=lambda stage, *_: told.append(stage)).bundle
    assert "Learning to find fractures" not in told
    assert "Learning to score" in told
    after, wanted = weights(again), weights(first)
    assert after.keys() == wanted.keys()
    assert all(np.array_equal(after[name], wanted[name]) for name in wanted)


def test_it_goes_on_from_where_the_other_ended(cohort: Cohort, first: Bundle, tmp_path: Path) -> None:
    bundle = train_model(
        without_boxes(cohort, tmp_path), tmp_path / "near", a_plan(start_from(first), rate=1e-9)
    ).bundle
    before, after = weights(first), weights(bundle)
    learned = [name for name in before if name.endswith("weight")]
    assert all(np.allclose(before[name], after[name], atol=1e-5) for name in learned)


def test_with_boxes_the_finders_go_on_learning(
    cohort: Cohort, first: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teachers, "FEWEST_BOXES", 5)
    bundle = train_model(cohort, tmp_path / "model", a_plan(start_from(first))).bundle
    finders = start_from(bundle).finders
    assert finders == ("look.finder.members.0", "look.finder.members.1")
    for part in (*(f"{finder}.focus.weight" for finder in finders), "look.encoder.cortices.slots.weight"):
        assert not np.array_equal(weights(first)[part], weights(bundle)[part])


def test_a_model_without_weights_is_refused_by_name(first: Bundle, tmp_path: Path) -> None:
    bare = written(tmp_path / "bare", first, None)
    with pytest.raises(BundleError, match=rf"bare: .*holds {WEIGHTS}; this one, tiny, does not"):
        start_from(bare)


def test_weights_that_are_damaged_or_of_another_network_are_refused(first: Bundle, tmp_path: Path) -> None:
    damaged = written(tmp_path / "damaged", first, first.files[WEIGHTS][:-9])
    with pytest.raises(BundleError, match=rf"{WEIGHTS} cannot be read"):
        start_from(damaged)
    lacking = replace(start_from(first), weights={"head.steps": start_from(first).weights["head.steps"]})
    with pytest.raises(BundleError, match="of a network that this version of radunion does not build"):
        lacking.fill(Finder(96), "look.finder")


def test_only_the_compact_network_starts_from_another(first: Bundle) -> None:
    with pytest.raises(UsageError, match="only the compact network starts from another model"):
        replace(a_plan(start_from(first)), backbone=BackboneSpec("test_resnet", weights="none"))


def test_a_bundle_written_anew_without_weights_keeps_no_old_ones(first: Bundle, tmp_path: Path) -> None:
    written(tmp_path / "model", first, first.files[WEIGHTS])
    written(tmp_path / "model", first, None)
    assert not (tmp_path / "model" / WEIGHTS).exists()


def test_folds_of_films_that_the_start_has_learned_from_are_refused(
    cohort: Cohort, first: Bundle, tmp_path: Path
) -> None:
    own = without_boxes(cohort, tmp_path)  # another table of the same films
    with pytest.raises(UsageError, match="tiny learned from films of this cohort"):
        train_model(own, tmp_path / "model", replace(a_plan(start_from(first)), folds=2))
    assert not (tmp_path / "model").exists()


def test_what_the_start_knew_is_known_of_the_next_model_too(cohort: Cohort, first: Bundle, tmp_path: Path) -> None:
    own = without_boxes(cohort, tmp_path)
    half = own.subset([index for index, one in enumerate(own.examinations) if one.patient > "S00001"])
    second = train_model(half, tmp_path / "second", a_plan(start_from(first))).bundle
    assert set(second.card.trained_on.film_digests) == set(first.card.trained_on.film_digests)
    real = second.card.model_copy(update={"trained_on": second.card.trained_on.model_copy(update={"simulated": False})})
    again = write_bundle(
        tmp_path / "real", onnx=second.files["model.onnx"], card=real, reference=second.reference,
        weights=second.files[WEIGHTS],
    )  # fmt: skip
    assert start_from(again).simulated


def test_a_path_is_a_path_and_box_is_the_packaged_model(
    first: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("radunion.scoring.default._packaged", lambda: iter([first.path]))
    monkeypatch.chdir(tmp_path)
    assert named_bundle("box").sha256 == load_bundle(first.path).sha256
    with pytest.raises(BundleError, match="there is no such bundle"):
        named_bundle("boxes")
    (tmp_path / "box").mkdir()
    with pytest.raises(BundleError, match=r"box: "):
        named_bundle("box")


@pytest.mark.parametrize("intact", [False, True])
def test_only_finders_that_saw_intact_legs_are_asked_whether_one_is(
    cohort: Cohort, intact: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teachers, "FEWEST_BOXES", 5)
    examples = examples_of(cohort.examinations)
    known = replace(examples, intact=np.full(len(examples.paths), intact))
    assert CompactLearner(known, a_plan().settings, work=tmp_path, tell=quiet).knows_nowhere is intact


@pytest.mark.parametrize("knows", [False, True])
def test_finders_that_stay_as_they_were_know_what_they_knew(
    cohort: Cohort, first: Bundle, knows: bool, tmp_path: Path
) -> None:
    start = start_from(first)
    assert not start.knows_nowhere  # all its legs were broken
    start = replace(start, weights={**start.weights, "look.knows_nowhere": torch.tensor(knows)})
    own = examples_of(without_boxes(cohort, tmp_path).examinations)
    learner = CompactLearner(own, a_plan().settings, work=tmp_path, tell=quiet, start=start)
    assert learner.knows_nowhere is knows
