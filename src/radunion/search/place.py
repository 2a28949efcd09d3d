"""The folder of a search: its own, or nobody's; several processes of one search may work in it at a time."""

import json
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from radunion.errors import UsageError
from radunion.search.identity import differences
from radunion.search.settings import SearchSettings
from radunion.search.space import space_digest

TRIALS = "trials.db"
AGAIN = "again"
LOCK = ".search.lock"
_WHOSE = ".search.json"
_OURS = (TRIALS, "search.json", AGAIN)


def search_folder(out: Path, settings: SearchSettings, identity: Mapping[str, str]) -> Path:
    """Make the folder of a search, or take its own from before.

    Raises UsageError when it holds something else: other files, or a search of other work, whose trials and report
    must not be mixed with these or written over.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: a search is written to a folder and this is a file; name another")
    if out.exists() and any(out.iterdir()) and not any((out / name).exists() for name in _OURS):
        raise UsageError(
            f"{out}: a search is written to a new folder, an empty one or an earlier search's; this one holds other "
            "files"
        )
    (out / AGAIN).mkdir(parents=True, exist_ok=True)
    space = settings.space
    whole = {"space": space.name, "what it tries": space_digest(space), "seed": str(settings.seed), **identity}
    with FileLock(out / LOCK):
        _must_be_ours(out, whole)
    return out


def _must_be_ours(out: Path, whole: Mapping[str, str]) -> None:
    file = out / _WHOSE
    if not file.exists():
        file.write_text(json.dumps(whole, indent=1), encoding="utf-8")
        return
    before = json.loads(file.read_text(encoding="utf-8"))
    if before != whole:
        raise UsageError(
            f"{out}: this folder holds a search of other work, which must not be mixed with this one; different: "
            f"{differences(before, whole)}. Go on with what it was begun with, or name another folder"
        )
