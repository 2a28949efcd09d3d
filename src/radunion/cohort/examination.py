"""The examination: the films of one patient, visit and side, and what the readers said of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from radunion.scale import Convention, Cortex, CortexLabel, Scale, View

Box = tuple[float, float, float, float]
"""(x0, y0, x1, y1) in pixels of the film as stored, origin at its top left corner."""


@dataclass(frozen=True)
class Film:
    """One film; `line` is its first line in the table (header = 1), `path` is absolute.

    `fracture_box` is where the fracture is, `cortex_boxes` where a cortex is beside it, for those that the view shows.
    `intact` says that nothing on it is broken; where neither is said it is not known.
    """

    line: int
    view: View
    path: Path
    fracture_box: Box | None = None
    intact: bool = False
    cortex_boxes: Mapping[Cortex, Box] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Label:
    """What one reader said at one reading, on one scale; at least one cortex is scored or unscorable.

    `scores` are the raw scores on `scale`, None where nothing was recorded or the cortex is unscorable.
    """

    reader: str
    reading: str
    scale: Scale
    cortices: Mapping[Cortex, CortexLabel]
    scores: Mapping[Cortex, int | None]


@dataclass(frozen=True)
class Examination:
    """The films and labels of one patient, visit and side; `lines` are its rows in the table."""

    patient: str
    visit: str
    side: str
    films: tuple[Film, ...]
    labels: tuple[Label, ...]
    site: str
    fixation: str
    days_since_injury: float | None
    lines: tuple[int, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two rows the same examination."""
        return self.patient, self.visit, self.side

    def film(self, view: View) -> Film | None:
        """Return the first film of a view, None when the table has none."""
        return next((film for film in self.films if film.view == view), None)


@dataclass(frozen=True)
class Cohort:
    """A label table and its examinations in the order of the table.

    `frame` holds every column as text, unknown ones too; `lines` is the line of each of its rows.
    """

    source: Path
    frame: pl.DataFrame
    convention: Convention
    examinations: tuple[Examination, ...]
    lines: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.examinations)

    @property
    def patients(self) -> tuple[str, ...]:
        """The distinct patients, sorted."""
        return tuple(sorted({examination.patient for examination in self.examinations}))

    def digest(self) -> str:
        """Return the sha256 of the content; the order of rows and columns and the place of the file do not matter."""
        columns = sorted(self.frame.columns)
        rows = sorted(self.frame.select(columns).rows())
        content = json.dumps([self.convention, columns, rows], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def subset(self, which: np.ndarray | Sequence[int]) -> "Cohort":
        """Return the cohort of some examinations, by a boolean mask or by indices in the order wanted."""
        chosen = np.asarray(which)
        if chosen.dtype == bool:
            if chosen.shape != (len(self),):
                raise ValueError(f"a mask needs {len(self)} entries, one an examination; found shape {chosen.shape}")
            chosen = np.flatnonzero(chosen)
        examinations = tuple(self.examinations[int(index)] for index in chosen)
        kept = {line for examination in examinations for line in examination.lines}
        rows = [row for row, line in enumerate(self.lines) if line in kept]
        lines = tuple(self.lines[row] for row in rows)
        return Cohort(self.source, self.frame[rows], self.convention, examinations, lines)
