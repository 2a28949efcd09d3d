"""Find every file below a folder, once, whatever lies there: loops of links, closed folders, pipes."""

import os
from collections import deque
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

from radunion.scoring.archive.codes import FileCode

Found = tuple[str, FileCode | None]
"""A name below the folder, parts joined by `/`, and why it is not to be opened; None when it is."""

_Identity = tuple[int, int]
_What = Literal["folder", "link"] | FileCode | None


def walk(folder: Path, *, leave_out: Collection[Path] = ()) -> Iterator[Found]:
    """Yield every file below a folder; links to folders are followed last, and no folder is looked at twice.

    What is in `leave_out`, files and folders of our own, is passed over. The folder itself comes as "." when it cannot
    be opened.
    """
    ours = {_identity(path) for path in leave_out if path.exists()}
    looked_at: set[_Identity] = set()
    folders, links = [""], deque[str]()
    while folders or links:
        name = folders.pop() if folders else links.popleft()
        try:
            identity = _identity(folder / name)
            entries = sorted(os.scandir(folder / name), key=lambda entry: entry.name)
        except OSError:
            yield name or ".", "RA406"
            continue
        if identity in looked_at:
            yield name, "RA421"
            continue
        looked_at.add(identity)
        for entry in entries:
            path, what = f"{name}/{entry.name}" if name else entry.name, _what(entry)
            if _is_ours(entry, ours):
                continue
            if what == "folder":
                folders.append(path)
            elif what == "link":
                links.append(path)
            else:
                yield path, what


def _what(entry: "os.DirEntry[str]") -> _What:
    """Say what an entry is; None is a file that can be opened."""
    try:
        if entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110 (False for loops too)
            return "RA420"
        if entry.is_dir():
            return "link" if entry.is_symlink() else "folder"
        return None if entry.is_file() else "RA422"
    except OSError:
        return "RA406"


def _is_ours(entry: "os.DirEntry[str]", ours: Collection[_Identity]) -> bool:
    return any(entry.inode() == number for _, number in ours) and _identity(Path(entry.path)) in ours


def _identity(path: Path) -> _Identity:
    found = path.stat()
    return found.st_dev, found.st_ino
