"""The folder of a search: new, its own, or refused."""

from pathlib import Path

import pytest

from radunion.errors import UsageError
from radunion.search.place import search_folder
from radunion.search.settings import SearchSettings
from radunion.search.space import SPACES

ASKED = SearchSettings(space=SPACES["regime-1"], word="regime-1")


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(UsageError, match="holds other files"):
        search_folder(tmp_path, ASKED, {})
    with pytest.raises(UsageError, match="this is a file"):
        search_folder(tmp_path / "letter.txt", ASKED, {})


def test_a_search_goes_on_in_its_folder_and_is_told_what_has_changed(tmp_path: Path) -> None:
    before = {"films and labels": "a" * 64, "torch": "2.13.0"}
    assert search_folder(tmp_path / "out", ASKED, before) == tmp_path / "out"
    assert search_folder(tmp_path / "out", ASKED, before) == tmp_path / "out"
    with pytest.raises(UsageError) as refused:
        search_folder(tmp_path / "out", ASKED, {"films and labels": "b" * 64, "torch": "2.14.1"})
    assert "films and labels (aaaaaaaaaaaa… there, bbbbbbbbbbbb… here), torch (2.13.0 there, 2.14.1 here)" in str(
        refused.value
    )
    search_folder(tmp_path / "out", ASKED, before)
