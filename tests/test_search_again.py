"""The best trials once more: each once, whoever does it, and what failed is told."""

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from radunion.errors import TrainingError
from radunion.report.search.material import Trial, Value
from radunion.search.again import Repeater, Repeats
from radunion.search.fitted import Fitted
from radunion.search.space import SPACES
from radunion.training.learner import quiet

TRIALS = [Trial(number, {"batch": 16 + number}, "complete", (0.5,), {}, (), 2, 0.1) for number in range(3)]


def fitted(seed: int) -> Fitted:
    return Fitted(({"auroc18": seed / 10_000}, {"auroc18": 0.5}), (), epochs=3, seconds=2.0, stopped=False)


def repeated(folder: Path, trained: list[tuple[int, int]], *, identity: str = "a", fails: int = -1) -> Repeats:
    def train(values: Mapping[str, Value], seed: int) -> Fitted:
        trained.append((int(values["batch"]), seed))
        if values["batch"] == fails:
            raise TrainingError("fold 0 diverged")
        return fitted(seed)

    folder.mkdir(exist_ok=True)
    repeater = Repeater(train, SPACES["regime-1"], {"films": identity}, folder, quiet)
    return repeater.again(TRIALS, [0, 2], seed=7, seeds=2)


def test_what_the_folder_holds_is_not_trained_again(tmp_path: Path) -> None:
    trained: list[tuple[int, int]] = []
    first = repeated(tmp_path / "again", trained)
    assert sorted(trained) == [(16, 1007), (16, 1008), (18, 1007), (18, 1008)]
    assert [(one.number, one.seed, one.folds) for one in first.found] == [
        (number, seed, (seed / 10_000, 0.5)) for seed in (1007, 1008) for number in (0, 2)
    ]
    assert first.epochs == 4 * 2 * 3
    assert first.seconds == pytest.approx(8.0)
    assert repeated(tmp_path / "again", trained) == first
    assert len(trained) == 4
    repeated(tmp_path / "again", trained, identity="other films")
    assert len(trained) == 8


def test_a_repeat_that_fails_is_told_once_and_leaves_the_others(tmp_path: Path) -> None:
    trained: list[tuple[int, int]] = []
    for _ in range(2):
        found = repeated(tmp_path / "again", trained, fails=18)
        assert [one.number for one in found.found] == [0, 0]
        assert found.failed == (
            "trial 2, seed 1007: fold 0 diverged", "trial 2, seed 1008: fold 0 diverged"
        )  # fmt: skip
    assert len(trained) == 4


def test_a_damaged_file_is_trained_again(tmp_path: Path) -> None:
    trained: list[tuple[int, int]] = []
    whole = repeated(tmp_path / "again", trained)
    next((tmp_path / "again").glob("*.json")).write_text("{")
    assert repeated(tmp_path / "again", trained) == whole
    assert len(trained) == 5


def test_processes_of_one_folder_share_the_repeats(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=20)
    trained: list[tuple[int, int]] = []

    def train(values: Mapping[str, Value], seed: int) -> Fitted:
        trained.append((int(values["batch"]), seed))
        if len(trained) <= 2:
            both.wait()  # each has taken up one: passes only where they do not take up the same
        return fitted(seed)

    found: list[Repeats] = []

    def one() -> None:
        repeater = Repeater(train, SPACES["regime-1"], {}, tmp_path, quiet)
        found.append(repeater.again(TRIALS, [0, 2], seed=7, seeds=2))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(trained) == [(16, 1007), (16, 1008), (18, 1007), (18, 1008)]
    assert found[0] == found[1]


def test_no_repeats_is_no_work(tmp_path: Path) -> None:
    repeater = Repeater(lambda values, seed: fitted(seed), SPACES["regime-1"], {}, tmp_path, quiet)
    assert repeater.again(TRIALS, [0, 2], seed=7, seeds=0) == Repeats()
