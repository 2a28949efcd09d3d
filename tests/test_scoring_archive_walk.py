"""Every file below a folder is found once, whatever lies there."""

import os
from pathlib import Path

import pytest

from radunion.scoring.archive.walk import walk


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_files_are_named_below_the_folder(tmp_path: Path) -> None:
    for name in ("a", "b/c", "b/d/e.dcm", ".hidden/f"):
        touch(tmp_path / name)
    assert sorted(walk(tmp_path)) == [(".hidden/f", None), ("a", None), ("b/c", None), ("b/d/e.dcm", None)]


def test_loops_of_links_end_and_are_told(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "film")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    assert sorted(walk(tmp_path)) == [("a/film", None), ("a/up", "RA421"), ("self", "RA420")]


def test_a_folder_is_looked_at_once_and_by_its_own_name(tmp_path: Path) -> None:
    touch(tmp_path / "z" / "film")
    (tmp_path / "a").symlink_to("z")
    assert sorted(walk(tmp_path)) == [("a", "RA421"), ("z/film", None)]


def test_links_that_lead_out_are_followed(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere" / "film")
    touch(tmp_path / "other")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path / "elsewhere")
    (inside / "file").symlink_to(tmp_path / "other")
    assert sorted(walk(inside)) == [("file", None), ("link/film", None)]


def test_what_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "open" / "film")
    touch(tmp_path / "closed" / "film")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to("nowhere")
    scandir = os.scandir

    def closed(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    found = dict(walk(tmp_path))
    assert found == {"open/film": None, "closed": "RA406", "pipe": "RA422", "broken": "RA420"}


def test_a_folder_that_is_closed_itself_is_told(tmp_path: Path) -> None:
    assert list(walk(tmp_path / "none")) == [(".", "RA406")]


def test_files_of_our_own_are_passed_over(tmp_path: Path) -> None:
    ours, folder = touch(tmp_path / "results.parquet"), touch(tmp_path / ".results.parquet.parts" / "listing.db")
    touch(tmp_path / "film")
    found = list(walk(tmp_path, leave_out=(ours, folder.parent, tmp_path / "not there")))
    assert found == [("film", None)]


def test_any_name_is_found(tmp_path: Path) -> None:
    name = os.fsdecode(b"f\xfcr \n'\"%")
    touch(tmp_path / name)
    assert list(walk(tmp_path)) == [(name, None)]
