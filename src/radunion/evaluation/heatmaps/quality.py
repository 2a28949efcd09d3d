"""All that is known of the heat-maps of one model, and its file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Float32

from radunion import NOTICE
from radunion.cohort import Box
from radunion.evaluation.bootstrap import FIXED_MODELS
from radunion.evaluation.compare import Row
from radunion.evaluation.heatmaps.sanity import SanityVerdict

Baseline = Literal["centre", "fixed", "fixed-tuned", "edges", "random-weights", "area", "random-order", "centre-order"]
BASELINES: tuple[Baseline, ...] = (
    "centre", "fixed", "fixed-tuned", "edges", "random-weights", "area", "random-order", "centre-order",
)  # fmt: skip
CurveKind = Literal["deletion", "insertion"]
Rank = Literal["best", "median", "worst"]


@dataclass(frozen=True)
class MeanCurve:
    """Hold the mean over `maps` curves of one order: how far the score moved, in levels, at each share of the film."""

    kind: CurveKind
    order: str
    shares: Float[np.ndarray, " s"]
    change: Float[np.ndarray, " s"]
    maps: int


@dataclass(frozen=True)
class Example:
    """Hold a small film, its map and the boxes on it, in its own pixels; `rank` is by the energy in the boxes."""

    rank: Rank
    view: str
    energy: float
    hit: bool
    film: Float32[np.ndarray, "h w"]
    values: Float32[np.ndarray, "h w"]
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class HeatmapQuality:
    """Hold the numbers of the maps of one model, the curves and examples that figures draw, and what must be said.

    `way` is how the maps were made, `tolerance` that of the pointing game; `films` were shown, of `patients`. `notes`
    are sentences. Without random weights `sanity` is None. `key` names its file, its tables and its figures.
    """

    model: str
    way: str
    tolerance: float
    films: int
    patients: int
    rows: tuple[Row, ...]
    curves: tuple[MeanCurve, ...]
    sanity: SanityVerdict | None
    examples: tuple[Example, ...]
    notes: tuple[str, ...]
    simulated: bool
    seed: int
    replicates: int
    key: str = "heatmaps"

    @property
    def protocols(self) -> tuple[str, ...]:
        """The model, then the baselines that stand beside it."""
        found = {row.protocol for row in self.rows}
        return (self.model, *(name for name in BASELINES if name in found))

    def find(self, protocol: str, metric: str, scope: str) -> Row | None:
        """Return one row; None when it was not taken."""
        wanted = (protocol, metric, scope)
        return next((row for row in self.rows if (row.protocol, row.metric, row.scope) == wanted), None)

    @property
    def file(self) -> str:
        """The name of the file that the numbers are written to, and that tables point into."""
        return f"{self.key}.json"

    def named(self, name: str, *, key: str) -> "HeatmapQuality":
        """Return the same of the same model under another name and another `key`."""

        def renamed(protocol: str) -> str:
            first, dash, second = protocol.partition(" - ")
            return f"{name if first == self.model else first}{dash}{second}"

        return replace(
            self,
            model=name,
            key=key,
            rows=tuple(replace(row, protocol=renamed(row.protocol)) for row in self.rows),
            curves=tuple(replace(one, order=renamed(one.order)) for one in self.curves),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able data, less the pictures."""
        return {
            "schema": 1,
            "notice": f"{'simulated films; ' if self.simulated else ''}{NOTICE}",
            "note": FIXED_MODELS,
            "model": self.model,
            "way": self.way,
            "tolerance": self.tolerance,
            "films": self.films,
            "patients": self.patients,
            "bootstrap": {"unit": "patient", "replicates": self.replicates, "seed": self.seed, "coverage": 0.95},
            "notes": list(self.notes),
            "sanity": None if self.sanity is None else {**asdict(self.sanity), "refused": self.sanity.refused},
            "rows": [asdict(row) for row in self.rows],
            "curves": [_listed(one) for one in self.curves],
        }

    def write(self, folder: Path) -> Path:
        """Write the numbers as JSON into a folder; return where."""
        path = folder / self.file
        text = json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n"
        path.write_text(text, encoding="utf-8")
        return path


def mean_curve(
    kind: CurveKind, order: str, shares: Float[np.ndarray, " s"], changes: Sequence[Float[np.ndarray, " s"]]
) -> MeanCurve:
    """Average curves of one order over their films."""
    return MeanCurve(kind, order, shares, np.mean(changes, axis=0), len(changes))


def _listed(curve: MeanCurve) -> dict[str, Any]:
    return {
        "kind": curve.kind, "order": curve.order, "maps": curve.maps,
        "shares": curve.shares.tolist(), "change": curve.change.tolist(),
    }  # fmt: skip
