import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from radunion.errors import UsageError
from radunion.features import FeatureCache, FeatureKey

VALUES = np.arange(1280, dtype=np.float32)


def key(film: str = "f", **change: str) -> FeatureKey:
    parts = {"film": film, "preprocessing": "p", "backbone": "b", "precision": "float32", "flip": "none"}
    return FeatureKey(**{**parts, **change})  # type: ignore[arg-type]


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_put_comes_back_exactly(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    assert cache.get(key()) is None
    cache.put(key(), VALUES)
    np.testing.assert_array_equal(FeatureCache(tmp_path).get(key()), VALUES)


@pytest.mark.parametrize(
    "change",
    [{"film": "g"}, {"preprocessing": "q"}, {"backbone": "c"}, {"precision": "bfloat16"}, {"flip": "both"}],
)
def test_every_part_of_the_key_counts(tmp_path: Path, change: dict[str, str]) -> None:
    cache = FeatureCache(tmp_path)
    cache.put(key(), VALUES)
    assert cache.get(key(**change)) is None


@pytest.mark.parametrize("cut", [0, 10, 31, 40, 500, 5000])
def test_a_truncated_entry_counts_as_absent_and_is_written_again(tmp_path: Path, cut: int) -> None:
    cache = FeatureCache(tmp_path)
    cache.put(key(), VALUES)
    (path,) = entries(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    assert cache.get(key()) is None
    cache.put(key(), VALUES)
    np.testing.assert_array_equal(cache.get(key()), VALUES)


@pytest.mark.parametrize("place", [0, 40, 200, 5000])
def test_one_flipped_bit_is_noticed(tmp_path: Path, place: int) -> None:
    cache = FeatureCache(tmp_path)
    cache.put(key(), VALUES)
    (path,) = entries(tmp_path)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert cache.get(key()) is None


def test_an_entry_costs_little_more_than_its_numbers(tmp_path: Path) -> None:
    FeatureCache(tmp_path).put(key(), VALUES)
    (path,) = entries(tmp_path)
    assert path.stat().st_size <= VALUES.nbytes + 200


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(UsageError, match=r"must be a folder that can be written, .*file is not \(Not a directory\)"):
        FeatureCache(tmp_path / "file").put(key(), VALUES)
    assert FeatureCache(tmp_path / "file").get(key()) is None


def test_sweeping_removes_old_remains_only(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    cache.put(key(), VALUES)
    (entry,) = entries(tmp_path)
    old, new = entry.with_name("old.partial"), entry.with_name("new.partial")
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    assert cache.sweep() == 1
    assert entries(tmp_path) == sorted([entry, new])


WRITER = """
import sys
import numpy as np
from radunion.features import FeatureCache, FeatureKey
cache = FeatureCache(sys.argv[1])
print("ready", flush=True)
count = 0
while True:
    cache.put(FeatureKey(str(count % 50), "p", "b", "float32", "none"), np.full(200_000, count % 50, np.float32))
    count += 1
"""


def test_a_kill_at_any_moment_leaves_only_whole_entries(tmp_path: Path) -> None:
    rounds = 8
    seen = 0
    for delay in np.linspace(0.0, 0.06, rounds):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(float(delay))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        for number in range(50):
            found = FeatureCache(tmp_path).get(key(str(number)))
            assert found is None or (found.shape == (200_000,) and (found == number).all())
            seen += found is not None
        for path in entries(tmp_path):
            assert path.suffix == ".partial" or path.stat().st_size > 800_000
    assert seen > 0


def _write_all(folder: Path, film: int) -> None:
    cache = FeatureCache(folder)
    for _ in range(40):
        for number in range(5):
            cache.put(key(str(number)), np.full(20_000, number, np.float32))
            found = cache.get(key(str((number + film) % 5)))
            if found is not None and not (found == (number + film) % 5).all():
                raise SystemExit(3)
            if found is None and (number + film) % 5 <= number:
                raise SystemExit(4)


def test_processes_share_one_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_all, args=(tmp_path, film)) for film in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert len(entries(tmp_path)) == 5
