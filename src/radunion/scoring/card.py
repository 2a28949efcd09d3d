"""The card of a model: what it is, what it was trained on, how good it was measured to be, what it is not for."""

import hashlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, StringConstraints, field_validator, model_validator

from radunion import NOTICE
from radunion.evaluation.calibration import Calibration
from radunion.evaluation.conformal import Conformal
from radunion.joint import JointLevels
from radunion.radiograph import Preprocessing
from radunion.scale import Convention
from radunion.scoring.strict import Strict

Heatmap = Literal["none", "evidence"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$")]
"""A plain name: a bundle is flat, and no name leads out of it."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

_SIDES = range(16, 4097)
FilmDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


def film_digest(path: Path) -> str:
    """Return the first 16 digits of the SHA-256 of a film's bytes."""
    with path.open("rb") as film:
        return hashlib.file_digest(film, "sha256").hexdigest()[:16]


class TrainedOn(Strict):
    """What the model learned from; `fracture_boxes` counts the films that had one.

    `film_digests` let an evaluation see that it was given films of training; they tell nothing else of a film.
    """

    description: Words
    simulated: bool
    cohort_sha256: str
    patients: int = Field(ge=0)
    examinations: int = Field(ge=0)
    films: int = Field(ge=0)
    fracture_boxes: int = Field(default=0, ge=0)
    film_digests: tuple[FilmDigest, ...] = ()


class Metric(Strict):
    """One measured number, as in `metrics.json`; null where it is undefined, and then why."""

    protocol: str
    metric: str
    scope: str
    scale: str
    estimate: float | None
    low: float | None
    high: float | None
    patients: int
    exams: int
    reason: str | None = None


class FamiliarityCard(Strict):
    """When an input counts as unfamiliar: its distance is above the quantile that held-out films had."""

    threshold: float = Field(gt=0)
    tuned_on: Words
    quantile: float = Field(gt=0, lt=1)


class CalibrationCard(Strict):
    """How the model's probabilities are corrected and its sets are made, and what is promised by it.

    `sets` hold one entry a coverage that a score can be asked with.
    """

    correction: Calibration
    sets: tuple[Conformal, ...] = Field(min_length=1)
    fitted_on: Words
    promise: Words
    notes: tuple[Words, ...] = ()

    @field_validator("correction", mode="before")
    @classmethod
    def _reads_correction(cls, given: Any) -> Any:
        return Calibration.from_dict(given) if isinstance(given, dict) else given

    @field_validator("sets", mode="before")
    @classmethod
    def _reads_sets(cls, given: Any) -> Any:
        if not isinstance(given, list | tuple):
            return given
        return tuple(Conformal.from_dict(one) if isinstance(one, dict) else one for one in given)

    def sets_for(self, coverage: float) -> Conformal | None:
        """Return the sets of a coverage; None when none were fitted for it."""
        return next((one for one in self.sets if abs(one.coverage - coverage) < 1e-9), None)


class Card(Strict):
    """Hold all that must be known of a model; the first two fields say what nobody may miss.

    `preprocessing_digest` and `files` are filled in when the bundle is written.
    """

    summary: Words
    notice: Words
    schema_: Literal[1] = Field(default=1, alias="schema")
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    version: Words
    protocol: Words
    convention: Convention
    preprocessing: Preprocessing
    preprocessing_digest: str = ""
    trained_on: TrainedOn
    settings: dict[str, str | bool | int | float | None]
    metrics: tuple[Metric, ...] = ()
    metrics_note: str = ""
    baselines: tuple[dict[str, JsonValue], ...] = ()
    coverage: float = Field(default=0.9, gt=0, lt=1)
    calibration: CalibrationCard | None = None
    heatmap: Heatmap = "none"
    familiarity: FamiliarityCard
    intended_use: Words
    limits: tuple[Words, ...] = Field(min_length=1)
    files: dict[FileName, Sha256] = Field(default_factory=dict)

    @field_validator("notice")
    @classmethod
    def _says_notice(cls, notice: str) -> str:
        if NOTICE not in notice:
            raise ValueError(f"the notice must contain {NOTICE!r}")
        return notice

    @field_validator("preprocessing", mode="before")
    @classmethod
    def _knows_every_setting(cls, given: Any) -> Any:
        settings = asdict(given) if isinstance(given, Preprocessing) else given
        known = {field.name for field in fields(Preprocessing)}
        if not isinstance(settings, dict) or set(settings) != known:
            raise ValueError(f"preprocessing has exactly the settings {', '.join(sorted(known))}")
        if any(settings[side] not in _SIDES for side in ("height", "width")):
            raise ValueError(f"a prepared film has {_SIDES.start} to {_SIDES.stop - 1} pixels a side")
        return given

    @field_validator("calibration", mode="before")
    @classmethod
    def _reads_older_none(cls, given: Any) -> Any:
        return None if given == "none" else given

    @model_validator(mode="after")
    def _has_sets_for_its_coverage(self) -> "Card":
        if self.calibration is not None and self.calibration.sets_for(self.coverage) is None:
            raise ValueError(f"a calibrated card must have sets for its own coverage, {self.coverage:g}")
        return self

    def calibrated(self, joint: JointLevels) -> JointLevels:
        """Return distributions of the model's graph as scores are made of them: corrected where the card says how."""
        return joint if self.calibration is None else self.calibration.correction.apply(joint)

    def to_json(self) -> str:
        """Return the text of `card.json`, the fields in their order."""
        return self.model_dump_json(indent=2) + "\n"
