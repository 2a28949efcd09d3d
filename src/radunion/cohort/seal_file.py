"""The file of a sealed hold-out, beside the label table: who is held out, as salted hashes, and every opening.

A hash over the content (`seal`), and one over each opening and all before it (`chain`), show a later edit. They guard
against slips, not against somebody who computes them anew.
"""

import hashlib
import json
import os
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool

from radunion import NOTICE
from radunion.cohort.examination import Cohort
from radunion.errors import CohortError
from radunion.scale import Convention

SCHEMA = 1
_SUFFIX = ".holdout.json"
_PATIENCE_S = 30.0


@dataclass(frozen=True)
class Opening:
    """One look at the hold-out: when (UTC, ISO 8601), which model, by which version, into which folder (its name)."""

    when: str
    model: str
    model_sha256: str
    radunion: str
    out: str


@dataclass(frozen=True)
class Seal:
    """Hold who is held out of a label table, since when, and how often the hold-out was opened.

    `held_out` are salted SHA-256 of patients, sorted; `cohort_sha256`, `patients` and `examinations` (both of the
    hold-out) are those of the day of sealing.
    """

    cohort_sha256: str
    fraction: float
    seed: int
    convention: Convention
    when: str
    patients: int
    examinations: int
    salt: str
    held_out: tuple[str, ...]
    openings: tuple[Opening, ...] = ()

    def held(self, cohort: Cohort) -> Bool[np.ndarray, " exams"]:
        """Say which examinations are of a held-out patient; whoever joined the table later is not held out."""
        hashes = set(self.held_out)
        sealed = {patient for patient in cohort.patients if hash_of(patient, self.salt) in hashes}
        return np.array([examination.patient in sealed for examination in cohort.examinations], dtype=bool)

    def vanished(self, cohort: Cohort) -> int:
        """Count the held-out patients that the table no longer has."""
        return len(set(self.held_out) - {hash_of(patient, self.salt) for patient in cohort.patients})

    def digest(self) -> str:
        """Return the hash over everything but the openings."""
        return _sha256(_canonical(_content(self)))


def hash_of(patient: str, salt: str) -> str:
    """Return the salted SHA-256 of a patient; blanks around and between the words count as one."""
    words = " ".join(unicodedata.normalize("NFC", patient).split())
    return _sha256(f"{salt}\n{words}")


def seal_path(table: Path) -> Path:
    """Return where the seal of a table lies; a link leads to the seal of the table that it points to."""
    resolved = table.resolve()
    return resolved.with_name(resolved.stem + _SUFFIX)


def read_seal(table: Path) -> Seal | None:
    """Read the seal of a label table, None when it has none.

    Raises CohortError for one that cannot be read or was edited.
    """
    path = seal_path(table)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, OSError) as error:
        raise _damaged(path, f"it cannot be read ({type(error).__name__})") from None
    if isinstance(data, dict) and data.get("schema", SCHEMA) != SCHEMA:
        raise CohortError(f"{path}: a seal of schema {SCHEMA} is wanted; this one is of another, use its radunion")
    try:
        return _sealed(path, data)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, f"an entry is missing or of a wrong kind ({type(error).__name__})") from None


def write_seal(table: Path, seal: Seal) -> None:
    """Write the seal beside its table, whole or not at all; call it within `locked`."""
    path = seal_path(table)
    links = _chain(seal)
    document = {
        **_content(seal),
        "seal": seal.digest(),
        "openings": [{**asdict(opening), "chain": link} for opening, link in zip(seal.openings, links, strict=True)],
    }
    with _told(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(document, stream, indent=1)
                stream.write("\n")
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)


@contextmanager
def locked(table: Path) -> Iterator[None]:
    """Let one process at a time write the seal of a table.

    Raises CohortError where the folder cannot be written, or another process keeps the lock.
    """
    from filelock import FileLock, Timeout

    path = seal_path(table)
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=_PATIENCE_S)
    with _told(path):
        try:
            lock.acquire()
        except Timeout:
            raise CohortError(f"{path}: another process is writing this seal; try again when it is done") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise CohortError(
            f"{path}: the seal is written beside its table, and this folder cannot be written ({reason}); make it "
            "writable, or copy the table to one that is, before sealing"
        ) from None


def _sealed(path: Path, data: dict[str, Any]) -> Seal:
    content = {name: value for name, value in data.items() if name not in ("seal", "openings")}
    if data["seal"] != _sha256(_canonical(content)):
        raise _damaged(path, "its content does not match its own hash, so it was edited or cut")
    openings = [{name: entry[name] for name in _names(Opening)} for entry in data["openings"]]
    seal = Seal(
        **{name: data[name] for name in _names() if name not in ("held_out", "openings")},
        held_out=tuple(data["held_out"]),
        openings=tuple(Opening(**opening) for opening in openings),
    )
    if [entry["chain"] for entry in data["openings"]] != _chain(seal):
        raise _damaged(path, "its list of openings does not match its hashes, so it was edited")
    return seal


def _content(seal: Seal) -> dict[str, Any]:
    own = {name: getattr(seal, name) for name in _names() if name != "openings"}
    return {"schema": SCHEMA, "notice": NOTICE, **own, "held_out": list(seal.held_out)}


def _chain(seal: Seal) -> list[str]:
    """Hash every opening together with the hash before it; the first follows the seal."""
    links, last = [], seal.digest()
    for opening in seal.openings:
        last = _sha256(last + _canonical(asdict(opening)))
        links.append(last)
    return links


def _names(kind: type[Seal] | type[Opening] = Seal) -> list[str]:
    return [field.name for field in fields(kind)]


def _canonical(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _damaged(path: Path, found: str) -> CohortError:
    return CohortError(
        f"{path}: the seal of a hold-out must be as radunion wrote it; {found}. Put back the file as it was; without "
        "it nobody can say who is held out, and a new seal is a new hold-out"
    )
