"""The clinical instrument: cortices, views, levels as sets, totals and union rules. No I/O.

Sources: RUST, Whelan 2010; mRUST, Litrenta 2015. A score is a *set* of mRUST levels, so that one likelihood and one
arithmetic serve both scales, unscored cortices and unscorable ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Cortex = Literal["medial", "lateral", "anterior", "posterior"]
View = Literal["ap", "lateral", "other"]
Scale = Literal["rust", "mrust"]
Convention = Literal["metrc", "litrenta"]

CORTICES: tuple[Cortex, ...] = get_args(Cortex)
VIEWS: tuple[View, ...] = get_args(View)
SCALES: tuple[Scale, ...] = get_args(Scale)
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)
DEFAULT_CONVENTION: Convention = "metrc"

LEVELS: tuple[int, ...] = (1, 2, 3, 4)
"""The mRUST levels; every score on either scale is a set of these."""
ALL_LEVELS: frozenset[int] = frozenset(LEVELS)
TOP_SCORE: dict[Scale, int] = {"rust": 3, "mrust": 4}

CORTICES_ON: dict[View, tuple[Cortex, ...]] = {
    "ap": ("medial", "lateral"),
    "lateral": ("anterior", "posterior"),
    "other": (),
}
"""Which cortices a view shows in profile. Anatomical names: a flipped picture changes nothing here."""

_RUST_LEVELS: dict[Convention, dict[int, frozenset[int]]] = {
    "metrc": {1: frozenset({1}), 2: frozenset({2}), 3: frozenset({3, 4})},
    "litrenta": {1: frozenset({1}), 2: frozenset({2, 3}), 3: frozenset({4})},
}


def view_of(cortex: Cortex) -> View:
    """Return the view that shows a cortex in profile."""
    return "ap" if cortex in CORTICES_ON["ap"] else "lateral"


def levels_of(score: int, scale: Scale, convention: Convention = DEFAULT_CONVENTION) -> frozenset[int]:
    """Return the mRUST levels that a score allows.

    Raises ValueError when the score is not on the scale.
    """
    if not 1 <= score <= TOP_SCORE[scale]:
        raise ValueError(f"a {scale} score is 1 to {TOP_SCORE[scale]}, found {score}")
    return frozenset({score}) if scale == "mrust" else _RUST_LEVELS[convention][score]


def rust_of(level: int, convention: Convention = DEFAULT_CONVENTION) -> int:
    """Return the RUST score of an mRUST level; RUST scores are a partition of the levels, so it is unique."""
    for score, levels in _RUST_LEVELS[convention].items():
        if level in levels:
            return score
    raise ValueError(f"an mRUST level is 1 to 4, found {level}")


def score_of(level: int, scale: Scale, convention: Convention = DEFAULT_CONVENTION) -> int:
    """Return the score of an mRUST level on a scale."""
    return level if scale == "mrust" else rust_of(level, convention)


@dataclass(frozen=True, slots=True)
class CortexLabel:
    """What one reader said of one cortex.

    `levels` is the set of mRUST levels allowed; all of them when the cortex was not scored. `scorable` is True for a
    score, False for `U` (unscorable), None when nothing was recorded: blank is not unscorable.
    """

    levels: frozenset[int]
    scorable: bool | None


UNSCORED = CortexLabel(ALL_LEVELS, None)
UNSCORABLE = CortexLabel(ALL_LEVELS, False)


def cortex_label(cell: str | None, scale: Scale, convention: Convention = DEFAULT_CONVENTION) -> CortexLabel:
    """Read one cell of a label table: a score, `U` (unscorable) or nothing.

    Raises ValueError that says what the scale allows.
    """
    text = (cell or "").strip()
    if not text:
        return UNSCORED
    if text.upper() == "U":
        return UNSCORABLE
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"a {scale} cell is 1 to {TOP_SCORE[scale]}, U or empty, found {text!r}")
    return CortexLabel(levels_of(int(text), scale, convention), True)


@dataclass(frozen=True, slots=True)
class Total:
    """A total as bounds; `low == high` when all four cortices are scored to one score each."""

    low: int
    high: int
    scale: Scale

    @property
    def exact(self) -> int | None:
        """The total when it is known, else None: a bound is never turned into a guess."""
        return self.low if self.low == self.high else None


def total(labels: Mapping[Cortex, CortexLabel], scale: Scale, convention: Convention = DEFAULT_CONVENTION) -> Total:
    """Sum four cortices on a scale; a missing, unscored or unscorable cortex widens the bounds."""
    low = high = 0
    for cortex in CORTICES:
        scores = [score_of(level, scale, convention) for level in labels.get(cortex, UNSCORED).levels]
        low, high = low + min(scores), high + max(scores)
    return Total(low, high, scale)


@dataclass(frozen=True, slots=True)
class UnionRule:
    """Union is called when the total on `scale` is at least `threshold`."""

    scale: Scale
    threshold: int

    def __str__(self) -> str:
        name = "RUST" if self.scale == "rust" else "mRUST"
        return f"{name} >= {self.threshold}"

    def united(self, value: Total) -> bool | None:
        """Apply the rule; None when the bounds do not decide it.

        Raises ValueError when the total is on the other scale.
        """
        if value.scale != self.scale:
            raise ValueError(f"the rule {self} needs a {self.scale} total, found {value.scale}")
        if value.low >= self.threshold:
            return True
        return False if value.high < self.threshold else None


UNION_RULES: dict[str, UnionRule] = {
    "mrust-13": UnionRule("mrust", 13),
    "mrust-11": UnionRule("mrust", 11),
    "rust-10": UnionRule("rust", 10),
    "rust-9": UnionRule("rust", 9),
}
"""Thresholds in use: mRUST 13 (over 90 % of surgeons call union), 11 (majority); RUST 10, and 9 (majority)."""
DEFAULT_UNION_RULE = UNION_RULES["mrust-13"]
