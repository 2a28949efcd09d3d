"""The folder of a study: its own, or nobody's, and worked in by one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from radunion.errors import UsageError

_OURS = ("study.json", "folds")
_LOCK = ".study.lock"


@contextmanager
def claimed(out: Path) -> Iterator[Path]:
    """Hold a folder while a study works in it.

    Raises UsageError when it holds something else than a study, or another process is at work there.
    """
    from filelock import FileLock, Timeout

    _must_be_ours(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "folds").mkdir(exist_ok=True)
    try:
        with FileLock(out / _LOCK, timeout=0):
            yield out
    except Timeout:
        raise UsageError(
            f"{out}: another study is at work in this folder; wait for it, or name another folder"
        ) from None


def _must_be_ours(out: Path) -> None:
    """Refuse a folder whose files a study would overwrite without having written them."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: a study is written to a folder and this is a file; name another")
    if not out.exists() or any((out / name).exists() for name in _OURS):
        return
    if any(path.name != _LOCK for path in out.iterdir()):
        raise UsageError(
            f"{out}: a study is written to a new folder, an empty one or an earlier study's; this one holds other files"
        )
