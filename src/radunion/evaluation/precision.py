"""Whether scores change when a network runs in fewer bits: what changed, and how much may change at most.

That nothing changed on some films is no proof for others; the upper bound of Clopper and Pearson 1934 says what it
proves. Its unit is the patient: examinations of one are alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from radunion.evaluation.compare import Row

Precision = Literal["float32", "int8", "bfloat16"]
FEWER_BITS: tuple[Precision, ...] = ("int8", "bfloat16")
Part = Literal["level", "total", "set", "interval", "union"]
PARTS: dict[Part, tuple[str, str]] = {
    "level": ("cortices", "mrust"),
    "total": ("totals", "both"),
    "set": ("cortices", "mrust"),
    "interval": ("totals", "both"),
    "union": ("union", "mrust"),
}
"""What is said of an examination, with the scope and the scale of its row."""
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Share:
    """How many changed, of how many."""

    changed: int
    of: int


@dataclass(frozen=True)
class FewerBits:
    """What a model says at one precision beside what it says in float32 as shipped, on the same examinations.

    `largest` is the largest change of any probability; `examinations` and `patients` are those with any part changed.
    `rates` are films a second of the network alone, at this precision and in float32, on `cores` cores.
    """

    model: str
    precision: Precision
    runtime: str
    largest: float
    parts: dict[Part, Share]
    examinations: Share
    patients: Share
    rates: tuple[float, float]
    cores: int

    @property
    def bound(self) -> float:
        """The share of patients for whom a score may change, by the 95 % upper bound."""
        return upper_bound(self.patients.changed, self.patients.of)

    def rows(self) -> Iterator[Row]:
        """Yield the rows of `metrics.json`: shares that changed, the largest change, and the rate."""
        for part, share in self.parts.items():
            scope, scale = PARTS[part]
            yield self._row(f"changed:{part}", scope, scale, share.changed / share.of, why=_BY_PATIENT)
        moved = self.patients.changed / self.patients.of
        yield self._row("changed:any", "patients", "both", moved, interval=(0.0, self.bound))
        yield self._row("largest-change", "probabilities", "none", self.largest, why="the largest of all has none")
        yield self._row("films-per-second", "network", "none", self.rates[0], why="one machine, one run")

    def _row(
        self,
        metric: str,
        scope: str,
        scale: str,
        estimate: float,
        *,
        interval: tuple[float, float] | None = None,
        why: str | None = None,
    ) -> Row:
        low, high = interval or (None, None)
        protocol, patients, exams = f"{self.model} in {self.precision}", self.patients.of, self.examinations.of
        return Row(protocol, metric, scope, scale, estimate, low, high, patients, exams, why)


_BY_PATIENT = "no interval of its own: the bound stands with changed:any, by patient"


def upper_bound(changed: int, of: int) -> float:
    """Return the 95 % upper bound of a share (Clopper and Pearson 1934). Raises ValueError without a trial."""
    from scipy.stats import binomtest

    found = binomtest(changed, of, alternative="less").proportion_ci(confidence_level=_CONFIDENCE, method="exact")
    return float(found.high)
