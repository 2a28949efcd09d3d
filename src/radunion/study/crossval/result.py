"""What one fold of one protocol leaves, and the file that it is kept in."""

import io
import json
import os
import zipfile
import zlib
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from radunion.evaluation.heatmaps import kept
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.joint import JointLevels
from radunion.training.classical.said import FilmSaid

History = dict[str, list[dict[str, float]]]


@dataclass(frozen=True)
class FoldResult:
    """What a fold's model says of all examinations (`joint`) or all films (`said`), those learned from too.

    `sigmoids` are the seed study's 18 outputs where a protocol has them. `seconds` is what fitting and predicting took.
    `heatmaps` are those of the first fold, one a way of making them.
    """

    joint: JointLevels | None
    said: FilmSaid | None
    sigmoids: Float32[np.ndarray, "m 18"] | None
    history: History
    seconds: float
    heatmaps: tuple[HeatmapQuality, ...] = ()


@dataclass(frozen=True)
class Record:
    """What is known of all folds of a run: parameters (of the whole network, of what learned) where it has any, what it
    learned from beside the labels, and the seconds that looking at the films took."""

    parameters: tuple[int, int] | None = None
    taught: str = ""
    prepared: float = 0.0


class FoldStore:
    """Finished folds of a run in a folder, each whole or not at all, named by everything that decides it."""

    def __init__(self, folder: Path, run: str) -> None:
        self.folder = folder
        self._record = folder / f"run-{run[:16]}.json"

    def get(self, name: str) -> FoldResult | None:
        """Return a finished fold; None when there is none or its file is damaged."""
        path = self.folder / f"{name}.npz"
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as content:
                return _unpacked({key: content[key] for key in content.files})
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            return None

    def put(self, name: str, result: FoldResult) -> None:
        """Keep a finished fold."""
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **_packed(result))  # type: ignore[arg-type,unused-ignore]
        self._write(self.folder / f"{name}.npz", buffer.getvalue())

    def record(self) -> Record:
        """Return what is known of all folds."""
        try:
            kept = json.loads(self._record.read_text(encoding="utf-8"))
            counted = kept["parameters"]
            return Record(None if counted is None else (counted[0], counted[1]), kept["taught"], kept["prepared"])
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return Record()

    def prepared(self, seconds: float) -> None:
        """Add what looking at the films took."""
        known = self.record()
        self._keep(replace(known, prepared=known.prepared + seconds))

    def finish(self, parameters: tuple[int, int] | None, taught: str) -> None:
        """Note what is known once a fold is fitted."""
        self._keep(replace(self.record(), parameters=parameters, taught=taught))

    def _keep(self, record: Record) -> None:
        self._write(self._record, json.dumps(asdict(record)).encode())

    def _write(self, path: Path, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            fresh.write_bytes(content)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)


_PARTS: dict[str, type[Any]] = {"joint": JointLevels, "said": FilmSaid}


def _packed(result: FoldResult) -> dict[str, np.ndarray]:
    said = {"history": result.history, "seconds": result.seconds, "heatmaps": len(result.heatmaps)}
    text = json.dumps(said).encode()
    packed = {"record": np.frombuffer(text, dtype=np.uint8)}
    for part in _PARTS:
        value = getattr(result, part)
        if value is not None:
            packed |= {f"{part}.{field.name}": getattr(value, field.name) for field in fields(value)}
    if result.sigmoids is not None:
        packed["sigmoids"] = result.sigmoids
    for place, one in enumerate(result.heatmaps):
        packed |= {f"heatmaps{place}.{key}": value for key, value in kept.packed(one).items()}
    return packed


def _unpacked(content: dict[str, np.ndarray]) -> FoldResult:
    record = json.loads(content["record"].tobytes())
    parts: dict[str, Any] = {}
    for part, kind in _PARTS.items():
        values = _under(part, content)
        parts[part] = kind(**values) if values else None
    maps = tuple(kept.unpacked(_under(f"heatmaps{place}", content)) for place in range(record["heatmaps"]))
    return FoldResult(
        parts["joint"], parts["said"], content.get("sigmoids"), record["history"], record["seconds"], maps
    )


def _under(part: str, content: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {key.removeprefix(f"{part}."): value for key, value in content.items() if key.startswith(f"{part}.")}
