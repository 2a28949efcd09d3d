"""Who is alive: locks on this machine, the pulse of others."""

import shutil
import time
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from radunion.search.workers import Pulse, Watch, Worker


def test_a_worker_is_alive_as_long_as_it_holds_its_lock(tmp_path: Path) -> None:
    one, other = Worker(tmp_path), Worker(tmp_path)
    assert one.machine == other.machine
    assert one.is_alive(one.name)
    assert one.is_alive(other.name)
    other.close()
    assert not one.is_alive(other.name)
    one.close()
    assert [path.name for path in tmp_path.iterdir()] == ["machine"]


def test_a_lock_left_by_a_dead_worker_is_free(tmp_path: Path) -> None:
    (tmp_path / "worker-dead").touch()
    worker = Worker(tmp_path)
    assert not worker.is_alive("dead")
    assert not (tmp_path / "worker-dead").exists()
    assert not worker.is_alive("dead")
    worker.close()


def test_a_lock_is_let_go_before_its_file_is_removed_which_windows_wants(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_on_windows(self: Path, missing_ok: bool = False) -> None:
        try:
            with FileLock(self, timeout=0):
                asked.append(self.name)
        except Timeout:
            raise PermissionError(13, "The process cannot access the file") from None

    asked: list[str] = []
    worker, other = Worker(tmp_path), Worker(tmp_path)
    (tmp_path / "worker-dead").touch()
    monkeypatch.setattr(Path, "unlink", as_on_windows)
    assert not worker.is_alive("dead")
    worker.close()
    assert asked == ["worker-dead", f"worker-{worker.name}"]
    look = FileLock(tmp_path / f"worker-{other.name}")
    other._lock.release()
    with look:  # another process looks whether it is alive
        other.close()


def test_a_folder_elsewhere_is_another_machine(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    one = Worker(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b" / "machine").write_text("another word")
    other = Worker(tmp_path / "b")
    assert one.machine != other.machine
    for worker in (one, other):
        worker.close()


def test_a_pulse_that_stands_still_is_noticed_after_the_grace_by_one_clock() -> None:
    now = 0.0
    watch = Watch(10.0, clock=lambda: now)
    assert not watch.is_silent(1, 5)
    now = 9.0
    assert not watch.is_silent(1, 5)
    assert not watch.is_silent(2, None)
    now = 10.0
    assert watch.is_silent(1, 5)
    assert not watch.is_silent(1, 6)
    now = 19.0
    assert not watch.is_silent(1, 6)
    assert watch.is_silent(2, None)


def test_a_pulse_beats_until_it_is_stopped() -> None:
    beats: list[float] = []
    pulse = Pulse(lambda: beats.append(time.monotonic()), 0.001)
    while len(beats) < 3:
        time.sleep(0.001)
    pulse.stop()
    count = len(beats)
    time.sleep(0.02)
    assert len(beats) == count
