"""Who is asked after an epoch, and which heads end."""

import pytest

from radunion.search.endings import Endings


def test_a_trial_is_asked_for_the_mean_of_its_folds_and_ends_alone() -> None:
    asked: list[tuple[str, int, float]] = []

    def first(epoch: int, value: float) -> bool:
        asked.append(("first", epoch, round(value, 6)))
        return True

    def second(epoch: int, value: float) -> bool:
        asked.append(("second", epoch, round(value, 6)))
        return epoch < 2

    endings = Endings(2, [first, second])
    assert endings({job: {"epoch": 1.0, "validation_auroc18": 0.5 + job / 10} for job in range(4)}) == []
    assert endings({job: {"epoch": 2.0, "validation_auroc18": 0.5 + job / 10} for job in range(4)}) == [2, 3]
    assert asked == [("first", 1, 0.55), ("second", 1, 0.75), ("first", 2, 0.55), ("second", 2, 0.75)]


def test_a_trial_with_a_fold_that_diverged_ends_and_is_told_nothing() -> None:
    def never(epoch: int, value: float) -> bool:
        raise AssertionError("told a mean over fewer folds")

    endings = Endings(3, [never, lambda epoch, value: True])
    assert endings({job: {"epoch": 1.0, "validation_auroc18": 0.5} for job in (0, 2, 3, 4, 5)}) == [0, 2]


def test_without_the_eighteen_outputs_the_loss_is_told() -> None:
    told: list[float] = []

    def ask(epoch: int, value: float) -> bool:
        told.append(value)
        return True

    Endings(1, [ask])({0: {"epoch": 1.0, "validation_loss": 0.25}})
    assert told == pytest.approx([-0.25])
