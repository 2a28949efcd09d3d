"""What a study is asked for, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from radunion.errors import UsageError
from radunion.evaluation.bootstrap import REPLICATES
from radunion.features import Precision
from radunion.report.study.material import Unit
from radunion.study.protocols import PROTOCOLS, THESIS, Protocol, Variant

Units = Literal["patient", "image", "both"]
Preset = Literal["thesis"]


@dataclass(frozen=True, kw_only=True)
class StudySettings:
    """`units` both splits by patient, and once more by image so that the report shows what that leak is worth.

    `maps` is on how many marked examinations, held out of the first fold, heat-maps are measured; 0 for none.
    `about` holds what only the user knows, for the model cards: provenance, ethics approval and the like.
    """

    protocols: tuple[Protocol, ...]
    k: int = 10
    units: Units = "patient"
    seed: int = 0
    variant: Variant = field(default_factory=Variant)
    precision: Precision = "float32"
    replicates: int = REPLICATES
    coverage: float = 0.9
    maps: int = 24
    preset: Preset | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [protocol.name for protocol in self.protocols]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise UsageError(f"a study runs each protocol once; found {', '.join(repeated)} more than once")
        if not names:
            raise UsageError("a study needs at least one protocol, found none")

    @property
    def unit(self) -> Unit:
        """How the comparison of the report is split."""
        return "image" if self.units == "image" else "patient"


def thesis_protocols() -> tuple[Protocol, ...]:
    """Return what the preset `thesis` compares."""
    return tuple(PROTOCOLS[name] for name in THESIS)
