"""A large archive from simulated films: each rewritten many times with new identifiers and noise, some damaged.

The films of an examination keep together; their patient, study, series and instance are new in every copy. What is
made is kept and made only once; `archive.json` is written last.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.uid import generate_uid

_DONE = "archive.json"
_PREFIX = "2.25."
_NOISE = 12
"""Grey values of 4,096 by which a pixel is moved at most."""


@dataclass(frozen=True)
class Making:
    """How many films are taken, how often each is written, which share is damaged, and the seed of it all."""

    films: int
    copies: int
    damaged: float
    seed: int


def make_archive(films: Path, out: Path, making: Making) -> Path:
    """Return the folder of an archive made of the first films of a folder; it is made where it is not there yet."""
    noted, folder = out / _DONE, out / "films"
    if noted.exists() and json.loads(noted.read_text()) == asdict(making):
        return folder
    shutil.rmtree(out, ignore_errors=True)
    taken = sorted(films.glob("*.dcm"))[: making.films]
    if len(taken) < making.films:
        raise RuntimeError(f"{films}: {making.films} films are needed, found {len(taken)}")
    random = np.random.default_rng(making.seed)
    written = [path for film in taken for path in _copies(film, folder, making, random)]
    chosen = random.choice(len(written), round(making.damaged * len(written)), replace=False)
    for how, number in enumerate(chosen.tolist()):
        _damage(written[number], how)
    noted.write_text(json.dumps(asdict(making)))
    return folder


def _copies(film: Path, folder: Path, making: Making, random: np.random.Generator) -> Iterator[Path]:
    header = dcmread(film)
    stored = np.frombuffer(header.PixelData, dtype=np.uint16).astype(np.int16)
    patient, study = str(header.PatientID), str(header.StudyInstanceUID)
    for copy in range(making.copies):
        noise = random.integers(-_NOISE, _NOISE + 1, len(stored), dtype=np.int16)
        header.PixelData = np.clip(stored + noise, 0, 4095).astype(np.uint16).tobytes()
        _rename(header, patient=f"{patient}-{copy}", study=f"{study}-{copy}", film=f"{film.name}-{copy}")
        path = folder / f"{copy:02}" / film.stem[:3] / film.name
        path.parent.mkdir(parents=True, exist_ok=True)
        header.save_as(path)
        yield path


def _rename(header: Dataset, *, patient: str, study: str, film: str) -> None:
    header.PatientID, header.PatientName = patient, f"Simulated^{patient}"
    header.StudyInstanceUID = generate_uid(_PREFIX, entropy_srcs=[study])
    header.SeriesInstanceUID = generate_uid(_PREFIX, entropy_srcs=[film, "series"])
    header.SOPInstanceUID = generate_uid(_PREFIX, entropy_srcs=[film])
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID


def _damage(path: Path, how: int) -> None:
    """Cut a file, empty it, fill it with zeros or spoil its header, in turn."""
    content = path.read_bytes()
    kinds = (content[: len(content) // 2], b"", bytes(len(content)), content[:150] + b"\xff" * 200 + content[350:])
    path.write_bytes(kinds[how % len(kinds)])
