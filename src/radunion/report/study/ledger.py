"""A comparison as a page reads it: every row is found at once and can say where in its file it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

from radunion.evaluation.compare import Comparison, Row
from radunion.report.verdicts import Verdict, highest, verdict
from radunion.scale import Scale

HEADLINE = ("kappa", "cortices")
"""The metric and scope by which protocols are ranked: mean cortex kappa."""
SEED_WAY = ("seed18-macro", "films")
"""The seed study's measure, inflated by structure."""


@dataclass(frozen=True)
class Paired:
    """Hold a paired difference of `first` minus `second`; `row` is as it stands in the file, maybe the other way."""

    first: str
    second: str
    row: Row

    @property
    def turned(self) -> bool:
        """Whether the file has it the other way round."""
        return self.row.protocol != f"{self.first} - {self.second}"

    @property
    def shown(self) -> Row:
        """The difference as first minus second."""
        if not self.turned:
            return self.row
        low, high = (_negative(value) for value in (self.row.high, self.row.low))
        name = f"{self.first} - {self.second}"
        return replace(self.row, protocol=name, estimate=_negative(self.row.estimate), low=low, high=high)

    @property
    def verdict(self) -> Verdict:
        """What it says of `first`."""
        return verdict(self.shown)


@dataclass(frozen=True)
class Ledger(Comparison):
    """Hold a comparison and the name of the file that it is written to."""

    file: str = "metrics.json"

    @cached_property
    def _places(self) -> dict[tuple[str, str, str, str], int]:
        keys = [(row.protocol, row.metric, row.scope, row.scale) for row in self.rows]
        return {key: place for place, key in reversed(list(enumerate(keys)))}

    def find(self, protocol: str, metric: str, scope: str, scale: str) -> Row | None:
        """Return one row; None when it was not taken.

        The same as a comparison's own, by an index: a page asks thousands of times, and needs the place anyway.
        """
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
        """Return the protocol with the highest mean cortex kappa on the headline scale, the first where none has it."""
        return self.highest(self.models, HEADLINE, self.headline_scale) or next(iter(self.models), None)

    def runner_up(self) -> str | None:
        """Return the protocol with the next mean cortex kappa on the headline scale; None where there is none."""
        best = self.best_model()
        return self.highest([name for name in self.models if name != best], HEADLINE, self.headline_scale)

    def strongest_blind(self) -> str | None:
        """Return the no-image baseline with the highest mean cortex kappa on the headline scale, else the first."""
        return self.highest(self.baselines, HEADLINE, self.headline_scale) or next(iter(self.baselines), None)

    def highest(self, names: Sequence[str], key: tuple[str, str], scale: str) -> str | None:
        """Return which of some protocols has the highest row of a metric and scope; None where none has it."""
        return highest(self, names, key, scale)

    def paired(self, first: str, second: str, metric: str, scope: str, scale: str) -> Paired | None:
        """Return the difference of two protocols, whichever way round it was taken."""
        for one, other in ((first, second), (second, first)):
            row = self.find(f"{one} - {other}", f"difference:{metric}", scope, scale)
            if row is not None:
                return Paired(first, second, row)
        return None


def _negative(value: float | None) -> float | None:
    return None if value is None else 0.0 - value  # no negative zero


def ledger_of(comparison: Comparison, file: str) -> Ledger:
    """Return the same comparison, ready to be read by a page."""
    return Ledger(**{one.name: getattr(comparison, one.name) for one in fields(Comparison)}, file=file)
