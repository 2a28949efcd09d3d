"""How long the rest will take, from what was measured here, and what nobody can know yet."""

from collections.abc import Sequence

Run = tuple[str, str]
"""A way of splitting, and the protocol."""


class Remaining:
    """Count folds done and to do, protocol by protocol."""

    def __init__(self, runs: Sequence[Run], folds: int) -> None:
        self._left = dict.fromkeys(runs, folds)
        self._took: dict[Run, list[float]] = {run: [] for run in runs}

    def finished(self, run: Run, seconds: float) -> None:
        """Note a finished fold and what it took."""
        self._left[run] -= 1
        self._took[run].append(seconds)

    def drop(self, run: Run) -> None:
        """Note that a protocol does not run."""
        self._left.pop(run, None)

    def seconds(self) -> float:
        """Return what is left of the protocols that have a finished fold."""
        begun = [(left, self._took[run]) for run, left in self._left.items() if self._took[run]]
        return float(sum(left * sum(took) / len(took) for left, took in begun))

    def unknown(self) -> int:
        """Count the protocols of which no fold is finished, so that nobody knows how long they take."""
        return sum(not self._took[run] for run in self._left)

    def __str__(self) -> str:
        known = f"about {_told(self.seconds())} left of what has begun" if self.seconds() > 0 else ""
        waiting = self.unknown()
        rest = f"{waiting} protocol{'s' * (waiting != 1)} not begun" if waiting else ""
        return ", ".join(filter(None, (known, rest)))


def _told(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
