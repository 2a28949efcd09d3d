"""A comparison as a page reads it: every row is found at once and can say where in its file it stands."""

from dataclasses import dataclass, fields
from functools import cached_property

from radunion.evaluation.compare import Comparison, Row
from radunion.report.words import Verdict, verdict
from radunion.scale import Scale

HEADLINE = ("kappa", "cortices")
"""The metric and scope by which protocols are ranked: mean cortex kappa."""
SEED_WAY = ("seed18-macro", "films")
"""The seed study's measure, inflated by structure."""

_OPPOSITE: dict[Verdict, Verdict] = {"better": "worse", "worse": "better", "unclear": "unclear"}


@dataclass(frozen=True)
class Paired:
    """Hold a paired difference as it stands in the file, and what it says of `first` against `second`."""

    first: str
    second: str
    row: Row
    verdict: Verdict


@dataclass(frozen=True)
class Ledger(Comparison):
    """Hold a comparison and the name of the file that it is written to."""

    file: str = "metrics.json"

    @cached_property
    def _places(self) -> dict[tuple[str, str, str, str], int]:
        keys = [(row.protocol, row.metric, row.scope, row.scale) for row in self.rows]
        return {key: place for place, key in reversed(list(enumerate(keys)))}

    def find(self, protocol: str, metric: str, scope: str, scale: str) -> Row | None:
        """Return one row; None when it was not taken."""
        place = self._places.get((protocol, metric, scope, scale))
        return None if place is None else self.rows[place]

    def at(self, row: Row) -> str:
        """Return the JSON pointer of a row in its file."""
        return f"{self.file}#/rows/{self._places[row.protocol, row.metric, row.scope, row.scale]}"

    @property
    def headline_scale(self) -> Scale:
        """The scale that the headline is told on: mRUST where the cohort has it."""
        return self.scales[0]

    @property
    def models(self) -> tuple[str, ...]:
        """The protocols that read films."""
        return tuple(name for name in self.protocols if name not in self.baselines)

    def best_model(self) -> str | None:
        """Return the protocol with the highest mean cortex kappa on the headline scale."""
        return self._highest(self.models)

    def strongest_blind(self) -> str | None:
        """Return the no-image baseline with the highest mean cortex kappa on the headline scale."""
        return self._highest(self.baselines)

    def paired(self, first: str, second: str, metric: str, scope: str, scale: str) -> Paired | None:
        """Return the difference of two protocols, whichever way round it was taken."""
        row = self.find(f"{first} - {second}", f"difference:{metric}", scope, scale)
        if row is not None:
            return Paired(first, second, row, verdict(row))
        row = self.find(f"{second} - {first}", f"difference:{metric}", scope, scale)
        return None if row is None else Paired(first, second, row, _OPPOSITE[verdict(row)])

    def _highest(self, names: tuple[str, ...]) -> str | None:
        found = [(name, self.find(name, *HEADLINE, self.headline_scale)) for name in names]
        ranked = [(row.estimate, name) for name, row in found if row is not None and row.estimate is not None]
        return max(ranked, key=lambda one: one[0])[1] if ranked else next(iter(names), None)


def ledger_of(comparison: Comparison, file: str) -> Ledger:
    """Return the same comparison, ready to be read by a page."""
    return Ledger(**{one.name: getattr(comparison, one.name) for one in fields(Comparison)}, file=file)
