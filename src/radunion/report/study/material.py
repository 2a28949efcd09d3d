"""Everything that the report of a study shows, as plain data; the report itself opens no film, model or table.

No field names a patient or a file; an examination is known by its first line in the label table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from radunion.cohort import Finding
from radunion.evaluation.compare import Comparison, Row
from radunion.evaluation.coverage import Coverage
from radunion.evaluation.heatmaps.quality import HeatmapQuality
from radunion.evaluation.measures import BETTER
from radunion.evaluation.reliability import ReliabilityBin as ReliabilityBin

Unit = Literal["patient", "image"]
WORD_OF: dict[Unit, str] = {"patient": "patient", "image": "film"}
"""What a study was split by, in words."""
CoverageRow = Coverage


@dataclass(frozen=True)
class FlowStep:
    """Hold one box of the flow diagram, from the label table down to what was measured.

    `left` says who left on the way to it. Boxes that are a `part` stand side by side below the last one that is none.
    """

    label: str
    patients: int
    examinations: int
    films: int
    left: str = ""
    part: bool = False


@dataclass(frozen=True)
class FoldSize:
    """Hold the sizes of one fold: what was learned from, and what was held out of it."""

    fold: int
    train_patients: int
    train_examinations: int
    train_films: int
    test_patients: int
    test_examinations: int
    test_films: int


@dataclass(frozen=True)
class ProtocolRun:
    """Hold how one protocol ran; `name` bears what differs from its `plain` form, `settings` all that decides it.

    `seconds` are those of this machine: all folds, and the look at all films before them. `constant` says that it
    gives every examination the same four levels, `taught` what it learned from beside the labels, e.g. `where fractures
    are: from the boxes of 678 films of the table`; empty where nothing.
    """

    name: str
    plain: str
    family: str
    title: str
    source: str
    settings: Mapping[str, Any]
    note: str
    parameters: int | None
    trained: int | None
    seconds: float
    constant: bool = False
    taught: str = ""

    @property
    def has_18_outputs(self) -> bool:
        """Whether it gives the seed study's 18 outputs itself; for others they are made up from its levels."""
        return self.family == "film" and self.settings.get("outputs") == "seed18"


@dataclass(frozen=True)
class Skipped:
    """Hold a protocol that did not run, and why: which file it needs and how to give it."""

    name: str
    reason: str


@dataclass(frozen=True)
class EpochRecord:
    """Hold one epoch of one fold; the `held` figures are of examinations that this fold did not learn from.

    `judged_on` is `test` where training runs for a fixed number of epochs (the curve chooses nothing), `validation`
    where other patients of the training part stop it. `*_auroc18` is the seed study's inflated macro AUROC.
    """

    protocol: str
    fold: int
    stage: str
    epoch: int
    train_loss: float
    held_loss: float | None
    train_auroc18: float | None
    held_auroc18: float | None
    judged_on: Literal["test", "validation"]


@dataclass(frozen=True)
class Gap:
    """Hold the same statistic on what a fold learned from and on what it did not, averaged over folds."""

    protocol: str
    metric: str
    scope: str
    scale: str
    train: float | None
    test: float | None

    @property
    def better_on_train(self) -> float | None:
        """How much better it is on what it learned from: positive also where less is better, as for errors."""
        if self.train is None or self.test is None:
            return None
        return self.test - self.train if BETTER.get(self.metric) == "lower" else self.train - self.test


@dataclass(frozen=True)
class RocPoint:
    """Hold one point of a receiver operating curve; `target` is e.g. `union mRUST >= 13`."""

    protocol: str
    target: str
    false_positive: float
    true_positive: float


@dataclass(frozen=True)
class WorstCase:
    """Hold an examination whose total is far off, with small pictures (PNG bytes) of its films where they exist."""

    protocol: str
    line: int
    scale: str
    reference: int
    predicted: int
    cortices: Mapping[str, tuple[int, int]]
    fixation: str
    ap: bytes | None
    lateral: bytes | None


@dataclass(frozen=True)
class StudyMaterial:
    """Hold all that a report of a study shows. `comparison` is split by `unit`; every number stands in its rows.

    `by_image` is the same protocols split by image, the seed study's leaking way, where that was asked for; `sealed`
    says whether a sealed hold-out was left out.
    `heatmaps` are those of the first fold's models, one for each protocol and way of making them.
    `about` holds what only the user knows: provenance, ethics approval, funding, contact; empty where not given.
    """

    title: str
    notice: str
    simulated: bool
    unit: Unit
    k: int
    seed: int
    comparison: Comparison
    cohort: Mapping[str, Any]
    flow: tuple[FlowStep, ...]
    findings: tuple[Finding, ...]
    folds: tuple[FoldSize, ...]
    runs: tuple[ProtocolRun, ...]
    skipped: tuple[Skipped, ...] = ()
    history: tuple[EpochRecord, ...] = ()
    gaps: tuple[Gap, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()
    roc: tuple[RocPoint, ...] = ()
    worst: tuple[WorstCase, ...] = ()
    heatmaps: tuple[HeatmapQuality, ...] = ()
    by_image: Comparison | None = None
    readers: tuple[Row, ...] = ()
    preset: str | None = None
    sealed: bool = False
    about: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def place_of(self, name: str) -> int | None:
        """Return the place of a protocol among the runs; None where it is none of them."""
        return next((place for place, one in enumerate(self.runs) if one.name == name), None)
