"""A model as a bundle: a folder, or a zip of it, with a graph, a card and a reference. Nothing in it is executed.

A model that another training can start from holds its weights too.

The card lists the SHA-256 of the other files; the bundle's own is over all of them and the card. What is loaded is
held in memory, so that what was verified is what runs.
"""

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from radunion.errors import BundleError
from radunion.radiograph import Preprocessing
from radunion.scoring.card import Card
from radunion.scoring.familiarity import FamiliarityReference
from radunion.scoring.graph import Graph, open_graph
from radunion.scoring.member import read_member

CARD, MODEL, REFERENCE, WEIGHTS = "card.json", "model.onnx", "reference.safetensors", "weights.safetensors"
RECORDS = ("history.json", "metrics.json")
"""What training leaves beside a bundle's own files."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip, so that the same bundle gives the same bytes."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """A verified model; `files` holds the content of every file that the card lists."""

    card: Card
    files: Mapping[str, bytes]
    sha256: str
    path: Path

    @property
    def preprocessing(self) -> Preprocessing:
        """How a film becomes an input of the graph."""
        return self.card.preprocessing

    @cached_property
    def reference(self) -> FamiliarityReference:
        """What an input is compared with."""
        try:
            return FamiliarityReference.from_bytes(self.files[REFERENCE])
        except ValueError as error:
            raise BundleError(f"{self.path}: {REFERENCE} cannot be used: {error}; {_AGAIN}") from None

    @cached_property
    def graph(self) -> Graph:
        """The network, ready to run; made and checked at the first use."""
        evidence = self.card.heatmap == "evidence"
        return open_graph(self.files[MODEL], preprocessing=self.preprocessing, path=self.path, evidence=evidence)


_AGAIN = "train the model again or take the bundle anew from where it came"


def load_bundle(path: Path | str) -> Bundle:
    """Read and verify a bundle, a folder or a zip.

    Raises BundleError that names the path and the way out.
    """
    path = Path(path)
    if not path.exists():
        raise BundleError(f"{path}: there is no such bundle; give the folder or the zip that `radunion train` wrote")
    text = read_member(path, CARD)
    card = _card(path, text)
    files = {name: read_member(path, name) for name in sorted(card.files)}
    for name, content in files.items():
        if _sha256(content) != card.files[name]:
            raise BundleError(f"{path}: {name} is not the file that the card describes (SHA-256 differs); {_AGAIN}")
    return Bundle(card, files, _bundle_sha256({**card.files, CARD: _sha256(text)}), path)


def write_bundle(
    out: Path,
    *,
    onnx: bytes,
    card: Card,
    reference: FamiliarityReference,
    weights: bytes | None = None,
    records: Mapping[str, bytes] | None = None,
) -> Bundle:
    """Write a bundle into the folder `out` and return it; an older bundle there is replaced.

    `weights` are what another training can start from, as safetensors. The card's `files` and `preprocessing_digest`
    are filled in. `records` (of `RECORDS`) are written beside them and replace those of an older bundle; None keeps
    those. Other files of its folder stay. Raises BundleError when `out` is anything else than a bundle, an empty folder
    or nothing.
    """
    must_be_free(out)
    files = {MODEL: onnx, REFERENCE: reference.to_bytes(), **({} if weights is None else {WEIGHTS: weights})}
    filled = card.model_copy(
        update={
            "files": {name: _sha256(content) for name, content in files.items()},
            "preprocessing_digest": card.preprocessing.digest(),
        }
    )
    stale = (*(() if records is None else RECORDS), *(() if weights is not None else (WEIGHTS,)))
    write_files(out, {**files, **(records or {}), CARD: filled.to_json().encode()}, stale=stale)
    return load_bundle(out)


def write_files(out: Path, files: Mapping[str, bytes], *, stale: Sequence[str] = ()) -> None:
    """Write the files of a bundle beside `out`, then rename; `stale` files of the older folder are not taken over."""
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        fresh.chmod(0o777 & ~_umask())
        _swap(fresh, out, stale)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def zip_bundle(folder: Path | str, out: Path) -> Path:
    """Write a verified bundle as a zip; the same bundle gives the same bytes on any machine.

    Stored, not deflated: weights do not shrink, and compressors differ.
    """
    bundle = load_bundle(folder)
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for member, content in sorted({**bundle.files, CARD: read_member(Path(folder), CARD)}.items()):
                archive.writestr(_zip_info(member), content)
        fresh.chmod(0o666 & ~_umask())
        fresh.replace(out)
    finally:
        fresh.unlink(missing_ok=True)
    return out


def _card(path: Path, text: bytes) -> Card:
    try:
        card = Card.model_validate_json(text)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'card'}: {one['msg']}" for one in error.errors()[:5])
        raise BundleError(f"{path}: {CARD} is not a card of this version of radunion: {faults}; {_AGAIN}") from None
    missing = {MODEL, REFERENCE} - set(card.files)
    if missing:
        raise BundleError(f"{path}: {CARD} must list {' and '.join(sorted(missing))} among its files; {_AGAIN}")
    if card.preprocessing_digest != card.preprocessing.digest():
        raise BundleError(
            f"{path}: the model was trained on films that another version of radunion prepared otherwise; "
            "train it again, or score with that version"
        )
    return card


def must_be_free(out: Path) -> None:
    """Raise BundleError where a bundle cannot be written."""
    if not out.exists() and not out.is_symlink():
        return
    if out.is_dir() and not out.is_symlink():
        names = {one.name for one in out.iterdir()}
        if not names or {CARD, MODEL} <= names:
            return
    raise BundleError(
        f"{out}: a bundle is written to a new folder or over an older bundle, and this is neither; name another"
    )


def _swap(fresh: Path, out: Path, stale: Sequence[str]) -> None:
    if not out.exists():
        fresh.rename(out)
        return
    older = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.old."))
    older.rmdir()
    out.rename(older)
    try:
        fresh.rename(out)
    except BaseException:
        older.rename(out)
        raise
    for stranger in older.iterdir():
        if stranger.name not in stale and not (out / stranger.name).exists():
            stranger.rename(out / stranger.name)
    shutil.rmtree(older, ignore_errors=True)


def _zip_info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_EPOCH)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _bundle_sha256(hashes: Mapping[str, str]) -> str:
    return _sha256("".join(f"{name} {digest}\n" for name, digest in sorted(hashes.items())).encode())
