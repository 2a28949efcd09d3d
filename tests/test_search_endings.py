"""Who is asked after an epoch, and which heads end."""

from radunion.search.endings import Endings


def test_a_trial_is_asked_once_all_its_folds_have_learned_an_epoch_and_ends_alone() -> None:
    asked: list[tuple[str, int, float]] = []

    def first(epoch: int, value: float) -> bool:
        asked.append(("first", epoch, value))
        return True

    def second(epoch: int, value: float) -> bool:
        asked.append(("second", epoch, value))
        return epoch < 2

    endings = Endings(2, [first, second])
    assert endings({job: {"epoch": 1.0, "validation_auroc18": 0.5 + job / 10} for job in range(4)}) == []
    assert endings({0: {"epoch": 2.0, "validation_auroc18": 0.5}}) == []
    assert asked == [("first", 1, 0.55), ("second", 1, 0.75)]
    later = {job: {"epoch": 2.0, "validation_auroc18": 0.7} for job in (1, 2, 3)}
    assert endings(later) == [2, 3]
    assert asked[2:] == [("first", 2, 0.6), ("second", 2, 0.7)]


def test_without_the_eighteen_outputs_the_loss_is_told() -> None:
    told: list[float] = []

    def ask(epoch: int, value: float) -> bool:
        told.append(value)
        return True

    Endings(1, [ask])({0: {"epoch": 1.0, "validation_loss": 0.25}})
    assert told == [-0.25]
