"""Cross-validation: folds by patient and by image, kept folds, pooled predictions, and runs that were killed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.simulated import simulated

from radunion.cohort import read_cohort
from radunion.errors import CohortError, UsageError
from radunion.features import FeatureCache
from radunion.joint import JointLevels
from radunion.report.study.material import Skipped
from radunion.study.crossval import methods, naming
from radunion.study.crossval.data import StudyData, study_data
from radunion.study.crossval.pool import fold_of_examination, of_fold, out_of_fold, seed18_out_of_fold
from radunion.study.crossval.remaining import Remaining
from radunion.study.crossval.result import FoldResult, FoldStore
from radunion.study.crossval.run import Job, Planned, Ran, Setting, run_jobs
from radunion.study.crossval.splits import Split, size_of, splits_of
from radunion.study.protocols import PROTOCOLS, FilmProtocol, Protocol
from radunion.training.classical.said import FilmSaid
from radunion.training.examples import ABSENT

PATIENTS = 16


@pytest.fixture(scope="module")
def data() -> StudyData:
    return study_data(read_cohort(simulated(PATIENTS, 11)))


def small(name: str = "tiny", **changes: object) -> FilmProtocol:
    """Return a LeNet that learns in a second."""
    lenet = PROTOCOLS["lenet"]
    assert isinstance(lenet, FilmProtocol)
    return replace(lenet, **{"name": name, "size": 64, "epochs": 2, "batch": 16, **changes})  # type: ignore[arg-type]


def run_all(
    data: StudyData, splits: tuple[Split, ...], out: Path, *protocols: Protocol
) -> tuple[list[Ran], list[Skipped]]:
    job = Job("patient", splits, tuple(Planned(protocol, protocol.name, protocol) for protocol in protocols))
    setting = Setting(0, "float32", FeatureCache(out / "cache"), out, lambda *_: None)
    (found,) = run_jobs([job], data, setting)
    return found


def run(data: StudyData, splits: tuple[Split, ...], out: Path, *protocols: Protocol) -> list[Ran]:
    ran, skipped = run_all(data, splits, out, *protocols)
    assert not skipped
    return ran


def same(first: FoldResult, second: FoldResult) -> bool:
    assert first.said is not None
    assert second.said is not None
    return np.array_equal(first.said.levels, second.said.levels) and first.history == second.history


def test_folds_by_patient_hold_every_film_out_once_and_share_no_patient(data: StudyData) -> None:
    splits = splits_of(data, k=3, unit="patient", seed=0)
    assert sorted(np.concatenate([split.test_films for split in splits]).tolist()) == list(range(data.films))
    assert sorted(np.concatenate([split.test for split in splits]).tolist()) == list(range(len(data)))
    for split in splits:
        assert not set(data.patients[split.train]) & set(data.patients[split.test])
        size = size_of(data, split)
        assert size.train_patients + size.test_patients == len(data.cohort.patients)


def test_folds_by_image_tear_examinations_apart(data: StudyData) -> None:
    splits = splits_of(data, k=3, unit="image", seed=0)
    assert sorted(np.concatenate([split.test_films for split in splits]).tolist()) == list(range(data.films))
    assert any(set(split.train.tolist()) & set(split.test.tolist()) for split in splits)


def test_by_image_an_examination_is_ranked_only_among_those_with_the_same_folds(data: StudyData) -> None:
    splits = splits_of(data, k=3, unit="image", seed=0)
    codes = fold_of_examination(data, splits)
    fold = {int(film): split.fold for split in splits for film in split.test_films}
    told = [tuple(fold.get(int(film), 0) for film in pair) for pair in data.pairs]
    both = [pair if 0 in pair or pair[0] != pair[1] else (pair[0], 0) for pair in told]
    alone = [(max(pair), 0) if 0 in pair else pair for pair in both]
    assert len(set(zip(codes.tolist(), alone, strict=True))) == len(set(alone)) == len(set(codes.tolist()))


def test_too_many_folds_are_refused(data: StudyData) -> None:
    patients = len(set(data.patients))
    most = patients // 4
    said = f"k must be 2 to {most} with {patients} patients, four to a fold at least; found {most + 1}"
    with pytest.raises(UsageError, match=said):
        splits_of(data, k=most + 1, unit="patient", seed=0)


def test_a_study_needs_labelled_films_of_twelve_patients(data: StudyData) -> None:
    few = np.flatnonzero(np.isin(data.patients, sorted(set(data.patients))[:11]))
    with pytest.raises(CohortError, match="at least 12 patients, found 11"):
        study_data(data.cohort.subset(few))


def test_each_film_is_told_by_the_fold_that_held_it_out(data: StudyData, tmp_path: Path) -> None:
    splits = splits_of(data, k=2, unit="patient", seed=0)
    (ran,) = run(data, splits, tmp_path, small())
    pooled = out_of_fold(ran, data, splits)
    outputs = seed18_out_of_fold(ran, data, splits)
    assert outputs is not None
    for fold, split in zip(ran.folds, splits, strict=True):
        own = of_fold(fold, ran.planned.protocol, data)
        np.testing.assert_array_equal(pooled.levels[split.test], own.levels[split.test])
        assert fold.sigmoids is not None
        np.testing.assert_array_equal(outputs[split.test_films], fold.sigmoids[split.test_films])
    first, second = (of_fold(fold, ran.planned.protocol, data).levels for fold in ran.folds)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(fold_of_examination(data, splits)[splits[1].test], 2)


def test_a_film_protocol_reads_each_cortex_from_the_film_that_shows_it(data: StudyData, tmp_path: Path) -> None:
    splits = splits_of(data, k=2, unit="patient", seed=0)
    (ran,) = run(data, splits, tmp_path, small())
    said = ran.folds[0].said
    assert said is not None
    joint = of_fold(ran.folds[0], ran.planned.protocol, data)
    row = next(row for row, pair in enumerate(data.pairs) if (pair != ABSENT).all())
    ap, lateral = data.pairs[row]
    np.testing.assert_allclose(joint.levels[row, 0, :2], said.levels[ap, :2], rtol=1e-6)
    np.testing.assert_allclose(joint.levels[row, 0, 2:], said.levels[lateral, 2:], rtol=1e-6)


def test_mean_over_views_is_the_mean_of_both_films(data: StudyData, tmp_path: Path) -> None:
    splits = splits_of(data, k=2, unit="patient", seed=0)
    (ran,) = run(data, splits, tmp_path, small(outputs="examination"))
    said = ran.folds[0].said
    assert said is not None
    joint = of_fold(ran.folds[0], ran.planned.protocol, data)
    row = next(row for row, pair in enumerate(data.pairs) if (pair != ABSENT).all())
    np.testing.assert_allclose(joint.levels[row, 0], said.levels[data.pairs[row]].mean(axis=0), rtol=1e-5)
    assert seed18_out_of_fold(ran, data, splits) is None


def test_a_finished_fold_is_never_run_again(data: StudyData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    splits = splits_of(data, k=2, unit="patient", seed=0)
    (first,) = run(data, splits, tmp_path, small())

    def refuse(*_: object) -> None:
        raise AssertionError("a finished fold was run again")

    monkeypatch.setattr("radunion.study.crossval.run.method_of", refuse)
    (second,) = run(data, splits, tmp_path, small())
    assert all(same(*pair) for pair in zip(first.folds, second.folds, strict=True))
    assert first.record == second.record
    assert first.record.parameters is not None
    assert first.record.prepared > 0
    with pytest.raises(AssertionError, match="run again"):
        run(data, splits, tmp_path, small(dropout=0.1, learning_rate=5e-4))


def test_a_run_killed_between_and_within_folds_ends_with_the_same_numbers(
    data: StudyData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    splits = splits_of(data, k=2, unit="patient", seed=0)
    (whole,) = run(data, splits, tmp_path / "whole", small(epochs=3))
    from radunion.training.films import loop

    keep, told = loop._keep, []

    def killed(*args: object) -> None:
        keep(*args)  # type: ignore[arg-type]
        told.append(1)
        if len(told) in (2, 5):
            raise KeyboardInterrupt

    monkeypatch.setattr(loop, "_keep", killed)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run(data, splits, tmp_path / "killed", small(epochs=3))
    (resumed,) = run(data, splits, tmp_path / "killed", small(epochs=3))
    assert len(told) == 6  # no epoch ran twice
    assert all(same(*pair) for pair in zip(whole.folds, resumed.folds, strict=True))


def test_a_damaged_fold_counts_as_absent(tmp_path: Path) -> None:
    store = FoldStore(tmp_path, "run")
    levels = np.full((2, 4, 4), 0.25, dtype=np.float32)
    said = FilmSaid(levels, np.ones((2, 4), dtype=np.float32), np.zeros(2, dtype=np.float32))
    joint = JointLevels(np.ones((2, 1), dtype=np.float32), np.full((2, 1, 4, 4), 0.25), np.ones((2, 4)))
    kept = FoldResult(joint, said, None, {"films": [{"epoch": 1.0, "train_loss": 0.5}]}, 1.5)
    store.put("fold", kept)
    found = store.get("fold")
    assert found is not None
    assert found.joint is not None
    np.testing.assert_array_equal(found.joint.levels, joint.levels)
    assert (found.history, found.seconds, found.sigmoids) == (kept.history, 1.5, None)
    path = tmp_path / "fold.npz"
    path.write_bytes(path.read_bytes()[:200])
    assert store.get("fold") is None
    assert store.get("another") is None


def test_a_protocol_without_its_weights_is_skipped_and_the_rest_runs(data: StudyData, tmp_path: Path) -> None:
    splits = splits_of(data, k=2, unit="patient", seed=0)
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"not weights")
    thesis = PROTOCOLS["thesis-2"]
    assert isinstance(thesis, FilmProtocol)
    misfit = replace(thesis, name="misfit", weights=str(wrong))
    ran, skipped = run_all(data, splits, tmp_path, PROTOCOLS["thesis-3"], misfit, PROTOCOLS["blind-view"])
    assert [one.planned.name for one in ran] == ["blind-view"]
    assert [one.name for one in skipped] == ["thesis-3", "misfit"]
    assert "--weights radimagenet=FILE" in skipped[0].reason
    assert "must be a whole safetensors file" in skipped[1].reason


def test_a_blind_learns_from_the_training_side_only(data: StudyData) -> None:
    splits = splits_of(data, k=2, unit="patient", seed=0)
    tools = methods.Tools(FeatureCache(None), "float32", 0, Path(), lambda *_: None)
    blind = methods.method_of(PROTOCOLS["blind-view"], data, tools)
    every = [blind.fit(split, work=Path()).joint for split in splits]
    assert every[0] is not None
    assert every[1] is not None
    assert not np.allclose(every[0].margins()[0], every[1].margins()[0])


def test_the_remaining_time_is_of_what_was_measured_and_says_what_is_unknown() -> None:
    remaining = Remaining([("patient", "a"), ("image", "a")], 3)
    assert str(remaining) == "2 protocols not begun"
    remaining.finished(("patient", "a"), 10.0)
    remaining.finished(("patient", "a"), 20.0)
    assert (remaining.seconds(), remaining.unknown()) == (15, 1)
    assert str(remaining) == "about 15 s left of what has begun, 1 protocol not begun"
    remaining.drop(("image", "a"))
    remaining.finished(("patient", "a"), 600.0)
    assert str(remaining) == ""


def test_a_tap_that_does_not_exist_is_refused_before_any_fold_runs(data: StudyData, tmp_path: Path) -> None:
    splits = splits_of(data, k=2, unit="patient", seed=0)
    thesis = PROTOCOLS["thesis-2"]
    assert isinstance(thesis, FilmProtocol)
    wrong = replace(thesis, name="wrong", network="test_resnet", weights="none", tap="Mixed_9z")
    with pytest.raises(UsageError, match="wrong: the tap must be a layer of the backbone, found 'Mixed_9z'"):
        run(data, splits, tmp_path, small(), wrong)
    assert not (tmp_path / "folds").exists()


def test_a_protocol_that_diverges_is_skipped_and_the_rest_runs(data: StudyData, tmp_path: Path) -> None:
    splits = splits_of(data, k=2, unit="patient", seed=0)
    ran, skipped = run_all(data, splits, tmp_path, small("wild", learning_rate=1e38), small())
    assert [one.planned.name for one in ran] == ["tiny"]
    assert [one.name for one in skipped] == ["wild"]
    assert "training diverged" in skipped[0].reason


def test_a_fold_is_named_by_all_that_decides_it(data: StudyData, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = splits_of(data, k=2, unit="patient", seed=0)
    plain = naming.naming_of(data, seed=0, precision="float32")
    run_of = plain.run(small())
    names = {plain.fold(run_of, first), plain.fold(run_of, second), plain.fold(plain.run(small(dropout=0.3)), first)}
    for other in (
        naming.naming_of(data, seed=1, precision="float32"),
        naming.naming_of(data, seed=0, precision="bfloat16"),
    ):
        names.add(other.fold(other.run(small()), first))
    monkeypatch.setattr("radunion.study.crossval.naming.metadata.version", lambda name: "0.0.1")
    older = naming.naming_of(data, seed=0, precision="float32")
    names.add(older.fold(older.run(small()), first))
    assert len(names) == 6
    assert plain.run(replace(small(), title="another title")) == run_of
