"""The work folder of an archive beside its result: of one archive only, and used by one process at a time."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from radunion.errors import UsageError

_LOCK, _IDENTITY, _FINISHED = "lock", "archive.json", "finished.json"
_BRIEF = 60


@dataclass(frozen=True)
class Place:
    """The result to be written, and the folder of what is known so far; nobody but the user may read that."""

    out: Path

    @property
    def folder(self) -> Path:
        """The work folder."""
        return self.out.with_name(f".{self.out.name}.parts")

    @property
    def listing(self) -> Path:
        """The frozen listing."""
        return self.folder / "listing.db"

    @property
    def parts(self) -> Path:
        """The folder of part files."""
        return self.folder / "parts"

    @property
    def joined(self) -> Path:
        """The whole result before it has its name."""
        return self.folder / "joined.parquet"

    def must_be_free(self, *, overwrite: bool) -> None:
        """Raise UsageError where a result is there that was not made here and may not be replaced."""
        if self.out.exists() and not overwrite and not self.is_finished():
            raise UsageError(f"{self.out}: this would be replaced; name another place, or give --overwrite")

    def begin_parts(self) -> None:
        """Make the folder of part files, empty: those of another listing are worth nothing."""
        shutil.rmtree(self.parts, ignore_errors=True)
        self.parts.mkdir()

    def finish(self) -> None:
        """Give the result its name; killed in the midst of it, the next run sees that this was done."""
        found = self.joined.stat()
        self._note(_FINISHED, {"inode": str(found.st_ino), "size": str(found.st_size)})
        self.joined.replace(self.out)

    def is_finished(self) -> bool:
        """Say whether the result that is there is the one of this folder."""
        file = self.folder / _FINISHED
        if not file.exists() or not self.out.exists():
            return False
        found = self.out.stat()
        return bool(json.loads(file.read_text()) == {"inode": str(found.st_ino), "size": str(found.st_size)})

    def remove(self) -> None:
        """Remove the work folder, all at once as others see it."""
        old = self.folder.with_name(f"{self.folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        self.folder.rename(old)
        shutil.rmtree(old)

    def must_be(self, identity: Mapping[str, str]) -> None:
        """Note which archive the folder is of.

        Raises UsageError when it is of another, telling what differs.
        """
        file = self.folder / _IDENTITY
        if not file.exists() or not self.listing.exists():
            if not file.exists() and {one.name for one in self.folder.iterdir()} - {_LOCK, f"{_IDENTITY}.fresh"}:
                raise UsageError(
                    f"{self.folder}: this folder is not that of an archive; move it, or name another --out"
                )
            self._note(_IDENTITY, identity)
            return
        begun = json.loads(file.read_text(encoding="utf-8"))
        if begun != identity:
            raise UsageError(
                f"{self.out}: an archive was begun here that must not be mixed with this one; different: "
                f"{_differences(begun, identity)}. Go on as it was begun, name another --out, or remove {self.folder}"
            )

    def _note(self, name: str, content: Mapping[str, str]) -> None:
        fresh = self.folder / f"{name}.fresh"
        fresh.write_text(json.dumps(content, indent=1), encoding="utf-8")
        fresh.replace(self.folder / name)


@contextmanager
def claimed(out: Path, *, overwrite: bool) -> Iterator[Place]:
    """Hold the work folder while an archive is scored.

    Raises UsageError where the result would replace a file unasked, or another process is at work on it.
    """
    from filelock import FileLock, Timeout

    place = Place(out)
    if out.suffix.lower() != ".parquet" or out.is_dir():
        raise UsageError(f"{out}: the result is a file that ends in .parquet; name one")
    place.must_be_free(overwrite=overwrite)
    out.parent.mkdir(parents=True, exist_ok=True)
    place.folder.mkdir(mode=0o700, exist_ok=True)
    try:
        with FileLock(place.folder / _LOCK, timeout=0):
            place.must_be_free(overwrite=overwrite)  # another process may just have finished
            yield place
    except Timeout:
        raise UsageError(
            f"{out}: another process is at work on this archive; wait for it, or name another --out"
        ) from None


def _differences(begun: Mapping[str, str], identity: Mapping[str, str]) -> str:
    names = [name for name in dict.fromkeys([*begun, *identity]) if begun.get(name) != identity.get(name)]
    return ", ".join(f"{name} ({_brief(begun.get(name))} there, {_brief(identity.get(name))} here)" for name in names)


def _brief(words: str | None) -> str:
    if words is None:
        return "none"
    return words if len(words) <= _BRIEF else f"{words[:_BRIEF]}…"
