"""How long the rest will take, from what was measured here, and what nobody can know yet."""

from collections.abc import Sequence


class Remaining:
    """Count folds done and to do, protocol by protocol."""

    def __init__(self, names: Sequence[str], folds: int) -> None:
        self._left = dict.fromkeys(names, folds)
        self._took: dict[str, list[float]] = {name: [] for name in names}

    def finished(self, name: str, seconds: float) -> None:
        """Note a finished fold and what it took."""
        self._left[name] -= 1
        self._took[name].append(seconds)

    def drop(self, name: str) -> None:
        """Note that a protocol does not run."""
        self._left.pop(name, None)

    def seconds(self) -> float:
        """Return what is left of the protocols that have a finished fold."""
        begun = [(left, self._took[name]) for name, left in self._left.items() if self._took[name]]
        return float(sum(left * sum(took) / len(took) for left, took in begun))

    def unknown(self) -> int:
        """Count the protocols of which no fold is finished, so that nobody knows how long they take."""
        return sum(not self._took[name] for name in self._left)

    def __str__(self) -> str:
        known = f"about {_told(self.seconds())} left of what has begun" if self.seconds() > 0 else ""
        waiting = self.unknown()
        rest = f"{waiting} protocol{'s' * (waiting != 1)} not begun" if waiting else ""
        return ", ".join(filter(None, (known, rest)))


def _told(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
