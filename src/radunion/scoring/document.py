"""The score document: what `score --json` prints, `score.json` holds and the API answers. Schema 1."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from radunion.scale import CORTICES, Convention, Cortex, View
from radunion.scoring.strict import Strict
from radunion.scoring.views import ViewSaid
from radunion.scoring.warning import ScoreWarning

Probability = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[int, Field(ge=1, le=4)]
Range = tuple[int, int]
"""Lowest and highest, both included."""


class CortexScore(Strict):
    """One cortex: `level` is the median mRUST level, null when it is not seen or not scorable.

    `levels` is the run of levels that holds the coverage; all four when `level` is null.
    """

    level: Level | None
    probabilities: tuple[Probability, Probability, Probability, Probability]
    levels: tuple[Level, ...]
    scorable: Probability
    seen: bool


class TotalScore(Strict):
    """A total: its median, mean and interval; only `bounds` and `interval` when a cortex is missing.

    `bounds` are the medians with every missing cortex at its lowest and at its highest score.
    """

    total: int | None
    bounds: Range | None
    expected: float | None
    interval: Range


class UnionScore(Strict):
    """P(union) by a rule; when a cortex is missing, the bounds between it at its lowest and at its highest."""

    probability: Probability | None
    bounds: tuple[Probability, Probability] | None
    rule: str


class FilmInput(Strict):
    """One film as scored: its path as given, and its distance from the films of training.

    `leg` is how like a film of a lower leg it is, in log-odds less a limit: below 0 it is flagged.
    """

    path: str
    sha256: str
    view: View
    view_source: ViewSaid
    distance: float
    leg: float


class ModelStamp(Strict):
    """Which model scored; `sha256` is the bundle's."""

    name: str
    version: str
    sha256: str
    trained_on: str


class Familiarity(Strict):
    """Whether the films are like those of training: the largest distance is not above the threshold."""

    familiar: bool
    distance: float
    threshold: float


class ScoreDocument(Strict):
    """All that is said of one examination.

    Where `calibrated`, `levels` and the intervals of totals of four cortices are conformal sets, which hold a reader's
    score on `coverage` of patients like those calibrated on; elsewhere they hold `coverage` of the model's probability.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    notice: str = Field(min_length=1)
    cortices: dict[Cortex, CortexScore]
    mrust: TotalScore
    rust: TotalScore
    union: UnionScore
    inputs: tuple[FilmInput, ...]
    model: ModelStamp
    convention: Convention
    coverage: float
    calibrated: bool = False
    familiarity: Familiarity
    heatmaps: dict[str, str] = Field(default_factory=dict)
    warnings: tuple[ScoreWarning, ...]

    @field_validator("cortices")
    @classmethod
    def _has_all_four(cls, cortices: dict[Cortex, CortexScore]) -> dict[Cortex, CortexScore]:
        if tuple(cortices) != CORTICES:
            raise ValueError(f"the cortices are {', '.join(CORTICES)}, in this order")
        return cortices

    def to_json(self) -> str:
        """Return one JSON document, indented."""
        return self.model_dump_json(indent=2) + "\n"
