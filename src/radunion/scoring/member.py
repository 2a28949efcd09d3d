"""Read one file of a bundle from its folder or its zip, by plain name and under a bound."""

import zipfile
import zlib
from pathlib import Path

from radunion.errors import BundleError

MAX_MEMBER_BYTES = 1 << 31
"""A graph is one message of at most 2 GiB; what claims more is no bundle."""
_WAY_OUT = "give the folder or the zip that `radunion train` wrote, whole"


def read_member(path: Path, name: str) -> bytes:
    """Return the content of one file of a bundle; nothing is ever unpacked to disk.

    Raises BundleError.
    """
    try:
        return _from_folder(path, name) if path.is_dir() else _from_zip(path, name)
    except FileNotFoundError:
        raise BundleError(f"{path}: a bundle must hold {name} and this has none; {_WAY_OUT}") from None
    except (OSError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile, zlib.error):
        raise BundleError(f"{path}: {name} cannot be read from it; {_WAY_OUT}") from None


def _from_folder(path: Path, name: str) -> bytes:
    file = path / name
    if not file.is_file():
        raise FileNotFoundError(name)
    _must_fit(path, name, file.stat().st_size)
    return file.read_bytes()


def _from_zip(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        member = _find(archive, name)
        _must_fit(path, name, member.file_size)
        with archive.open(member) as stream:
            content = stream.read(member.file_size + 1)
    _must_fit(path, name, len(content))
    return content


def _find(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Find a file at the top, or in the one folder that whoever zipped a folder leaves around it."""
    found = [one for one in archive.infolist() if one.filename == name]
    nested = [one for one in archive.infolist() if one.filename.count("/") == 1 and one.filename.endswith(f"/{name}")]
    for candidates in (found, [one for one in nested if not one.filename.startswith("__MACOSX")]):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            raise zipfile.BadZipFile(f"{name} stands in it more than once")
    raise FileNotFoundError(name)


def _must_fit(path: Path, name: str, size: int) -> None:
    if size > MAX_MEMBER_BYTES:
        raise BundleError(f"{path}: {name} claims more than {MAX_MEMBER_BYTES >> 30} GiB; {_WAY_OUT}")
