"""Files that a command writes: nothing of the user's is replaced unless asked, and no file is left half written."""

import os
from collections.abc import Sequence
from pathlib import Path

from radunion.errors import UsageError


def must_be_free(paths: Sequence[Path], *, overwrite: bool) -> None:
    """Refuse to replace files that exist; called before any long work.

    Raises UsageError that names all of them, and for a folder or a file where the other is needed.
    """
    for path in paths:
        if path.is_dir():
            raise UsageError(f"{path}: a file is to be written here and this is a folder; name another")
        parent = next(parent for parent in path.absolute().parents if parent.exists())
        if not parent.is_dir():
            raise UsageError(f"{path}: its folder must be a folder and {parent} is a file; name another")
    taken = [str(path) for path in paths if path.exists()]
    if taken and not overwrite:
        raise UsageError(f"{' and '.join(taken)}: this would be replaced; name another place, or give --overwrite")


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for whom the user's umask allows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
