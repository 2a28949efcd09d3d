"""Features on disk, addressed by content: what went in names the entry, so an entry is never out of date.

One small file an entry: the SHA-256 of the rest, then a `.npy` array. A file appears whole (written beside, then
renamed) or not at all, so a kill at any moment and several processes at once do no harm; an entry that does not match
its own checksum counts as absent and is written again.
"""

import hashlib
import io
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32
from platformdirs import user_cache_path

from radunion.errors import UsageError
from radunion.features.sight import key_of
from radunion.features.spec import Precision, Sight

_CHECKSUM_BYTES = 32
_STALE_S = 3600.0
_PARTIAL = ".partial"


@dataclass(frozen=True)
class FeatureKey:
    """Everything that a feature vector depends on; digests are hexadecimal SHA-256."""

    film: str
    preprocessing: str
    backbone: str
    precision: Precision
    flip: Sight

    @property
    def digest(self) -> str:
        """The SHA-256 of the key."""
        parts = ("1", self.film, self.preprocessing, self.backbone, self.precision, key_of(self.flip))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class FeatureCache:
    """Feature vectors in a folder that any number of processes may share."""

    def __init__(self, folder: Path | str | None = None) -> None:
        """Use a folder, by default radunion's own under the user's cache folder; nothing is touched before use."""
        self.folder = Path(folder) if folder is not None else user_cache_path("radunion") / "features"

    def get(self, key: FeatureKey) -> Float32[np.ndarray, " c"] | None:
        """Return the entry, or None when it is absent or damaged."""
        try:
            content = self._path(key).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        checksum, payload = content[:_CHECKSUM_BYTES], content[_CHECKSUM_BYTES:]
        if hashlib.sha256(payload).digest() != checksum:
            return None
        return np.load(io.BytesIO(payload), allow_pickle=False)

    def put(self, key: FeatureKey, features: Float32[np.ndarray, " c"]) -> None:
        """Store an entry; it is visible whole or not at all.

        Raises UsageError when the folder cannot be written.
        """
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, _packed(features))
        except OSError as error:
            raise UsageError(
                f"the feature cache must be a folder that can be written, {self.folder} is not "
                f"({error.strerror}); choose another folder or make room"
            ) from error

    def sweep(self) -> int:
        """Remove what killed writers left more than an hour ago; return how many files that was."""
        removed = 0
        for path in self.folder.glob(f"*/*{_PARTIAL}"):
            try:
                if time.time() - path.stat().st_mtime > _STALE_S:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:
                continue  # another process was faster
        return removed

    def _path(self, key: FeatureKey) -> Path:
        digest = key.digest
        return self.folder / digest[:2] / digest[2:]


def _packed(features: Float32[np.ndarray, " c"]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, features, allow_pickle=False)
    payload = buffer.getvalue()
    return hashlib.sha256(payload).digest() + payload


def _write_whole(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=_PARTIAL)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
