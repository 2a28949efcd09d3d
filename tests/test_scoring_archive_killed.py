"""`radunion archive` killed at any moment, or its workers, ends with the rows of one that was not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.test_scoring_archive_samples import files_of, save_dicom
from tests.test_scoring_samples import a_film, write

EXAMINATIONS, KILLS = 100, 6
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
Run = subprocess.Popen[bytes]


def large(random: np.random.Generator, *, lateral: float, levels: tuple[int, int]) -> np.ndarray:
    """Return a film of a usual size with noise of its own."""
    film = np.kron(a_film(lateral=lateral, levels=levels), np.ones((20, 20), dtype=np.float32))
    return np.clip(film + random.normal(0, 0.03, film.shape), 0, 1)


def damage(path: Path, how: int) -> None:
    content = path.read_bytes()
    kinds = (content[: len(content) // 2], b"", bytes(len(content)), content[:150] + b"\xff" * 200 + content[350:])
    path.write_bytes(kinds[how % len(kinds)])


def made(folder: Path) -> Path:
    """Write 200 films of 50 patients, eight of them damaged, two in one examination."""
    random = np.random.default_rng(3)
    for number in range(EXAMINATIONS):
        date = f"2001{1 + number % 2:02}01"
        levels = (1 + number % 4, 1 + number // 4 % 4)
        for view, position in ((0.0, "AP"), (1.0, "LL")):
            film = large(random, lateral=view, levels=levels)
            place = folder / f"{number % 7}" / f"{number:03}-{position}.dcm"
            save_dicom(place, film, PatientID=f"p{number // 2}", StudyDate=date, ViewPosition=position)
    films = sorted(folder.rglob("*.dcm"))
    for how, place in enumerate([*films[::30], films[1]]):
        damage(place, how)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    write(folder / "model", simulated=False, threshold=20.0)
    made(folder / "films")
    assert begin(folder, "whole").wait() == 0
    return folder


def begin(folder: Path, name: str, *more: str) -> Run:
    words = [
        "archive",
        str(folder / "films"),
        "--model",
        str(folder / "model"),
        "--out",
        str(folder / f"{name}.parquet"),
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "radunion", *words, "--workers", "1", *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def parts_of(folder: Path, name: str) -> int:
    return len(list((folder / f".{name}.parquet.parts" / "parts").glob("scores-*.parquet")))


def must_be_the_same(folder: Path, name: str) -> None:
    """Compare all but the pseudonyms, and those by whom they take together."""
    whole, other = (pl.read_parquet(folder / f"{one}.parquet") for one in ("whole", name))
    rest = pl.exclude("patient", "examination")
    assert other.select(rest).equals(whole.select(rest))
    for column in ("patient", "examination"):
        together = pl.DataFrame({"ours": other[column], "theirs": whole[column]}).unique()
        assert together["ours"].is_unique().all()
        assert together["theirs"].is_unique().all()
    assert not list(folder.glob(f".{name}*"))


def test_whole_every_file_is_in_one_row(folder: Path) -> None:
    rows = pl.read_parquet(folder / "whole.parquet")
    names = sorted(path.relative_to(folder / "films").as_posix() for path in (folder / "films").rglob("*.dcm"))
    assert files_of(rows) == names
    assert (rows["kind"] == "error").sum() == 8
    assert rows["patient"].n_unique() == EXAMINATIONS // 2 + 1  # and none for what has no header


def test_killed_at_any_moment_it_ends_the_same(folder: Path) -> None:
    random = np.random.default_rng(7)
    total = -(-EXAMINATIONS // 8)
    for kill in range(KILLS):
        run = begin(folder, "killed")
        time.sleep(random.uniform(0.0, 1.5))
        while parts_of(folder, "killed") < kill * total // (KILLS + 1) and run.poll() is None:
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.1))
        assert run.poll() is None
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    assert begin(folder, "killed").wait() == 0
    must_be_the_same(folder, "killed")


def test_when_only_its_workers_are_killed_it_goes_on(folder: Path) -> None:
    run = begin(folder, "orphaned", "--workers", "2")
    killed, seen = 0, -1
    while run.poll() is None and killed < 4:
        parts = parts_of(folder, "orphaned")
        workers = children_of(run.pid)
        if parts > seen and parts and workers:
            os.kill(workers[-1], signal.SIGKILL)
            killed, seen = killed + 1, parts
        time.sleep(0.01)
    assert run.wait() == 0
    assert killed
    must_be_the_same(folder, "orphaned")


def test_interrupted_by_ctrl_c_it_says_how_to_go_on(folder: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "radunion", "archive", "films", "--model", "model", "--out", "stopped.parquet"],
        cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    while not parts_of(folder, "stopped"):
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
    _, told = run.communicate()
    assert run.returncode == 130
    assert "run the same command again and it goes on, what was written is kept" in told
    assert "Traceback" not in told
    assert begin(folder, "stopped").wait() == 0
    must_be_the_same(folder, "stopped")


def children_of(process: int) -> list[int]:
    """Return the processes that another has begun, less the one that only keeps its books."""
    try:
        found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return [int(one) for one in found if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
    except OSError:
        return []
