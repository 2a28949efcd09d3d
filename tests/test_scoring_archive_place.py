"""The work folder is of one archive, used by one process, and gone when the result is there."""

from pathlib import Path

import pytest

from radunion.errors import UsageError
from radunion.scoring.archive.place import Place, claimed

IDENTITY = {"source": "/films", "model": "tiny 1"}


def begin(place: Place) -> None:
    place.must_be(IDENTITY)
    place.begin_parts()
    place.listing.touch()


def test_the_folder_lies_beside_the_result_and_is_nobody_elses(tmp_path: Path) -> None:
    with claimed(tmp_path / "new" / "r.parquet", overwrite=False) as place:
        assert place.folder == tmp_path / "new" / ".r.parquet.parts"
        assert place.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["r.csv", "r", "folder.parquet"])
def test_only_a_parquet_file_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.parquet").mkdir()
    with pytest.raises(UsageError, match=r"a file that ends in \.parquet"), claimed(tmp_path / name, overwrite=False):
        pass


def test_a_result_is_replaced_only_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    out.write_text("mine")
    with pytest.raises(UsageError, match="this would be replaced"), claimed(out, overwrite=False):
        pass
    assert [one.name for one in tmp_path.iterdir()] == ["r.parquet"]
    with claimed(out, overwrite=True) as place:
        begin(place)
        place.joined.write_text("new")
        place.finish()
        place.remove()
    assert out.read_text() == "new"
    assert [one.name for one in tmp_path.iterdir()] == ["r.parquet"]


def test_another_process_is_kept_out(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    with (
        claimed(out, overwrite=False),
        pytest.raises(UsageError, match="another process is at work on this archive"),
        claimed(out, overwrite=False),
    ):
        pass


def test_another_archive_is_refused_and_told_apart(tmp_path: Path) -> None:
    with claimed(tmp_path / "r.parquet", overwrite=False) as place:
        begin(place)
        place.must_be(IDENTITY)
        with pytest.raises(UsageError, match=r"different: model \(tiny 1 there, tiny 2 here\)\. Go on as it was begun"):
            place.must_be({**IDENTITY, "model": "tiny 2"})


def test_before_anything_is_known_of_an_archive_another_may_take_its_place(tmp_path: Path) -> None:
    with claimed(tmp_path / "r.parquet", overwrite=False) as place:
        place.must_be(IDENTITY)
        place.must_be({**IDENTITY, "model": "tiny 2"})


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".r.parquet.parts").mkdir()
    (tmp_path / ".r.parquet.parts" / "letter").touch()
    with (
        claimed(tmp_path / "r.parquet", overwrite=False) as place,
        pytest.raises(UsageError, match="not that of an arch"),
    ):
        place.must_be(IDENTITY)


def test_killed_as_it_finished_it_is_finished(tmp_path: Path) -> None:
    out = tmp_path / "r.parquet"
    with claimed(out, overwrite=False) as place:
        begin(place)
        place.joined.write_text("rows")
        assert not place.is_finished()
        place.finish()
    with claimed(out, overwrite=False) as place:
        assert place.is_finished()
    out.unlink()
    out.write_text("another's rows")
    with pytest.raises(UsageError, match="this would be replaced"), claimed(out, overwrite=False):
        pass
