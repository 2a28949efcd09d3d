"""The folder of a search: its own, or nobody's; several processes may work in it at a time."""

from pathlib import Path

from radunion.errors import UsageError

TRIALS = "trials.db"
AGAIN = "again"
LOCK = ".search.lock"
_OURS = (TRIALS, "search.json", AGAIN)


def search_folder(out: Path) -> Path:
    """Make the folder of a search, or take an earlier one's. Raises UsageError when it holds something else."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: a search is written to a folder and this is a file; name another")
    if out.exists() and any(out.iterdir()) and not any((out / name).exists() for name in _OURS):
        raise UsageError(
            f"{out}: a search is written to a new folder, an empty one or an earlier search's; this one holds other "
            "files"
        )
    (out / AGAIN).mkdir(parents=True, exist_ok=True)
    return out
