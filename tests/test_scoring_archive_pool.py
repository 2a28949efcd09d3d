"""Workers that die, hang or cannot start cost what they were at and nothing else."""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from radunion.errors import BundleError, RadunionError
from radunion.scoring.archive.pool import Lost, Pool

Work = Callable[[int], int]


def steady(number: int) -> int:
    return number * 2


def fragile(folder: Path, number: int) -> int:
    """Die at 3 always, at 5 once, hang at 7; else double."""
    first = folder / str(number)
    died_before = first.exists()
    first.touch()
    if number == 3 or (number == 5 and not died_before):
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 7:
        time.sleep(60)
    return number * 2


def make_steady() -> Work:
    return steady


def make_fragile(folder: Path) -> Work:
    return partial(fragile, folder)


def make_refusing() -> Work:
    raise BundleError("the model is gone")


def make_broken() -> Work:
    raise KeyError("SECRET^NAME")


def make_stillborn() -> Work:
    os.kill(os.getpid(), signal.SIGKILL)
    return steady


def environment(_: int) -> tuple[str, bool]:
    blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return os.environ["OMP_NUM_THREADS"], blocked


def faults(_: int) -> int:
    """Hold 32 MB in arrays, three times, and return the pages that the last time had to be asked for."""
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        held = [np.ones(1 << 21, dtype=np.uint8) for _ in range(16)]
        asked = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
        del held
    return asked


def make_faults() -> Callable[[int], int]:
    return faults


def make_environment() -> Callable[[int], tuple[str, bool]]:
    return environment


def minute(_: int) -> float:
    return 60.0


def test_every_item_has_its_result() -> None:
    with Pool(make_steady, workers=2, seconds=minute) as pool:
        assert sorted(pool.run(range(50))) == [(number, number * 2) for number in range(50)]
        assert list(pool.run([])) == []
        assert list(pool.run([9])) == [(9, 18)]


@pytest.mark.slow
def test_one_that_dies_or_hangs_costs_its_item_only(tmp_path: Path) -> None:
    make = partial(make_fragile, tmp_path)
    with Pool(make, workers=2, seconds=lambda number: 0.5 if number == 7 else 60.0) as pool:
        found = dict(pool.run(range(12)))
    assert found == {number: number * 2 for number in range(12)} | {3: Lost("died"), 7: Lost("late")}


def test_one_that_shall_not_be_tried_twice_is_given_up_at_once(tmp_path: Path) -> None:
    with Pool(partial(make_fragile, tmp_path), workers=1, seconds=minute, twice=lambda _: False) as pool:
        assert list(pool.run([4, 5, 6])) == [(4, 8), (5, Lost("died")), (6, 12)]


def test_items_are_taken_no_faster_than_worked_on() -> None:
    taken = []

    def counted() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with Pool(make_steady, workers=1, seconds=minute, ahead=2) as pool:
        for done, _ in enumerate(pool.run(counted()), start=1):
            assert len(taken) <= done + 2


def test_workers_use_one_thread_and_leave_ctrl_c_to_their_parent() -> None:
    before = dict(os.environ)
    with Pool(make_environment, workers=1, seconds=minute) as pool:
        assert list(pool.run([1])) == [(1, ("1", True))]
    assert dict(os.environ) == before
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_workers_keep_the_memory_of_one_item_for_the_next() -> None:
    with Pool(make_faults, workers=1, seconds=minute) as pool:
        (asked,) = [result for _, result in pool.run([1]) if not isinstance(result, Lost)]
    assert asked < 100  # of 8,192 pages


def test_a_worker_that_cannot_work_says_why_and_nothing_of_a_patient() -> None:
    with (
        Pool(make_refusing, workers=1, seconds=minute) as pool,
        pytest.raises(RadunionError, match="the model is gone"),
    ):
        list(pool.run([1]))
    with Pool(make_broken, workers=1, seconds=minute) as pool, pytest.raises(RadunionError) as told:
        list(pool.run([1]))
    assert "unexpected KeyError" in str(told.value)
    assert "SECRET" not in str(told.value)


@pytest.mark.slow
def test_workers_that_end_as_they_start_end_the_run() -> None:
    with (
        Pool(make_stillborn, workers=2, seconds=minute) as pool,
        pytest.raises(RadunionError, match="too little memory for 2: use fewer"),
    ):
        list(pool.run(range(9)))


def test_nobody_is_left_behind() -> None:
    with Pool(make_steady, workers=2, seconds=minute) as pool:
        next(iter(pool.run(range(9))))
        processes = [worker.process for worker in pool.workers]
    assert not [process for process in processes if process.is_alive()]
