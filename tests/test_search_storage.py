"""Addresses of storages, and journals that a killed process has left."""

import importlib.util
from pathlib import Path

import optuna
import pytest
from filelock import FileLock

import radunion.search.storage as storage_module
from radunion.errors import UsageError
from radunion.search.storage import open_store


def keys(path: Path, name: str) -> dict[str, int]:
    study = optuna.create_study(study_name=name, storage=open_store(path).storage, load_if_exists=True)
    attributes: dict[str, int] = study.user_attrs
    return attributes


@pytest.mark.parametrize("address", ["{}/deep/a.sqlite", "sqlite:///{}/b.db", "{}/c.journal", "journal://{}/d"])
def test_a_file_is_kept_between_openings(tmp_path: Path, address: str) -> None:
    word = address.format(tmp_path)
    for value in (1, 2):
        store = open_store(word)
        study = optuna.create_study(study_name="s", storage=store.storage, load_if_exists=True)
        assert study.user_attrs.get("value") == (None if value == 1 else 1)
        study.set_user_attr("value", value)
        assert store.sole
        assert store.locks.is_dir()
    assert Path(word.split("://")[-1].replace("//", "/")).is_file()


def test_a_new_database_appears_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.sqlite"

    def killed(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", killed)
        open_store(path)
    assert not path.exists()
    (tmp_path / "a.sqlite.new").write_bytes(b"half a database")
    assert keys(path, "s") == {}
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.sqlite", "a.sqlite.locks"]


def test_half_a_line_of_a_killed_process_is_cut_off_its_journal(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    study = optuna.create_study(study_name="s", storage=open_store(path).storage)
    study.set_user_attr("one", 1)
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(b'{"op_code": 2, "long": "' + b"x" * 200_000)
    again = optuna.load_study(study_name="s", storage=open_store(path).storage)
    again.set_user_attr("two", 2)
    assert path.read_bytes().startswith(whole)
    assert keys(path, "s") == {"one": 1, "two": 2}
    path.write_bytes(b'{"op_co')
    assert keys(path, "t") == {}


def test_a_journal_that_is_out_of_reach_for_a_while_is_not_left_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path / "a.journal")
    study = optuna.create_study(study_name="s", storage=store.storage)
    with monkeypatch.context() as patch, pytest.raises(OSError, match="Stale file handle"):
        patch.setattr(storage_module, "_cut_half_a_line", unreachable)
        study.set_user_attr("one", 1)
    with FileLock(store.locks / "append", timeout=0):
        pass
    study.set_user_attr("two", 2)
    assert keys(tmp_path / "a.journal", "s") == {"two": 2}


def unreachable(journal: Path) -> None:
    raise OSError(116, "Stale file handle")


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("sqlite:///:memory:", "':memory:', which is no file"),
        ("sqlite://", "which is no file"),
        ("redis://server/0", "found redis, which Optuna fills with pickled objects"),
        ("nosuch://server/trials", "nosuch://server/trials: trials are kept in a file"),
        ("://", "cannot be read"),
    ],
)
def test_an_address_that_is_none_is_refused(address: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        open_store(address)


def test_a_folder_is_no_storage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="which is no file"):
        open_store(tmp_path)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_text("no database at all, but long enough to be taken for one. " * 20)
    with pytest.raises(UsageError, match=r"a.sqlite: the storage of trials cannot be opened .*not a database"):
        open_store(tmp_path / "a.sqlite")
    for text in ("no journal", "no journal\n", '{"table": 1}\n', '{"op_code": 77}\n', '{"op_code":0}\n{"op_code":0}\n'):
        (tmp_path / "a.journal").write_text(text)
        with pytest.raises(UsageError, match="this is no journal of trials"):
            open_store(tmp_path / "a.journal")
        assert (tmp_path / "a.journal").read_text() == text


def test_a_missing_driver_is_named_and_no_password_told(tmp_path: Path) -> None:
    module = "MySQLdb"
    assert importlib.util.find_spec(module) is None
    with pytest.raises(UsageError, match=r"needs the driver MySQLdb.*pip install mysqlclient") as refused:
        open_store("mysql://me:secret@server/trials", locks=tmp_path / "locks")
    assert "secret" not in str(refused.value)
    assert "me:***@server" in str(refused.value)
