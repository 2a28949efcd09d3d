"""How far simulated readers agree, beside the published agreement that they are tuned to.

    python -m benchmarks.readers [--tune]

Published: Mitchell 2019 (J Orthop Trauma 33:301), 213 open tibias with bone defects at the last visit within 13 months,
three readers each. The study does not tell its levels: cases stand as those of the seed study's PAIN arm at 12 months.
Studies of its size are drawn again and again; `--tune` finds the doubts once more and prints them first.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from jaxtyping import Int
from rich.console import Console
from rich.table import Table

from benchmarks.readers_study import (
    MITCHELL,
    OVERALL,
    RATERS,
    Published,
    Study,
    agreement,
    cases_of,
    scores_of,
    simulated_study,
)
from radunion import NOTICE
from radunion.phantom.fixation import FixationKind
from radunion.phantom.readers import DOUBTS, Doubt, sample_reader

ALONE = 0.2
"""Share of the variance of a place's doubt that is a cortex's own. Assumed: more would make four equal scores rare."""
STUDIES, TUNED_ON, TUNED_BY = 100, 700, 12
LARGE, LARGER = 4, 30
"""Studies of many times the size, whose mean is what readers reach in the long run: a small study's ICC is biased."""
WIDTH = 190


def main() -> None:
    """Print the doubts if tuned anew, then the agreement and the ceiling."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tune", action="store_true")
    doubts = DOUBTS
    if parser.parse_args().tune:
        doubts = tuned()
        for kind, doubt in doubts.items():
            print(f"{kind}: Doubt({doubt.halo:.2f}, {doubt.alone:.2f}, {doubt.covering:.2f})")
    Console(width=max(WIDTH, Console().width)).print(agreement_table(doubts))


def tuned() -> dict[FixationKind, Doubt]:
    """Return, for each kind, the doubts that give the published ICC and agreement on which cortices are scorable."""
    found: dict[FixationKind, Doubt] = {}
    for kind, published in MITCHELL.items():
        size = _falling(partial(_icc, kind), published.icc, 1.5)
        found[kind] = _doubt(size, _falling(partial(_pattern, kind, size), published.pattern, 1.0))
    return found


def agreement_table(doubts: Mapping[FixationKind, Doubt]) -> Table:
    """Lay out how far readers agree, and the truth with a reader: in the long run, and how much a study varies."""
    studies = [simulated_study(doubts, np.random.default_rng([7, number])) for number in range(STUDIES)]
    large = [simulated_study(doubts, np.random.default_rng([8, number]), larger=LARGER) for number in range(LARGE)]
    parts = ("ICC(2,1)", "alpha", "same scorable", "two totals")
    heads = ["fixation", "cases", *(head for part in parts for head in (part, "published")), "truth | reader, ICC"]
    caption = f"total mRUST; in brackets the middle 95 % of {STUDIES} simulated studies of that size; {NOTICE}"
    shown = Table(*heads, title="Agreement of three simulated readers", caption=caption)
    rows: list[tuple[str, Published]] = [*MITCHELL.items(), ("all", OVERALL)]
    for kind, published in rows:
        *told, ceiling = (_told(studies, large, kind, part) for part in range(5))
        values = (published.icc, published.alpha, published.pattern, published.usable)
        beside = ["" if np.isnan(value) else f"{value:.2f}" for value in values]
        cells = [cell for pair in zip(told, beside, strict=True) for cell in pair]
        shown.add_row(kind, str(published.cases), *cells, ceiling)
    return shown


def _icc(kind: FixationKind, size: float) -> float:
    return agreement(_tried(kind, _doubt(size, 0.0), covers=False))[0]


def _pattern(kind: FixationKind, size: float, covering: float) -> float:
    scores = _tried(kind, _doubt(size, covering), covers=True)
    return float(np.mean([agreement(scores[start : start + RATERS])[2] for start in range(0, TUNED_BY, RATERS)]))


def _tried(kind: FixationKind, doubt: Doubt, *, covers: bool) -> Int[np.ndarray, "r n 4"]:
    """Return what many readers say of many cases of one kind, with the same draws at every call."""
    random = np.random.default_rng(11)
    cases = cases_of(kind, TUNED_ON, random)
    readers = [sample_reader(random, doubts={kind: doubt}) for _ in range(TUNED_BY)]
    return scores_of(readers, cases, random, covers=covers)


def _falling(value: Callable[[float], float], target: float, high: float) -> float:
    """Return where a falling function meets its target, by bisection."""
    low = 0.0
    for _ in range(9):
        middle = (low + high) / 2
        low, high = (middle, high) if value(middle) > target else (low, middle)
    return (low + high) / 2


def _doubt(size: float, covering: float) -> Doubt:
    return Doubt(size * (1 - ALONE) ** 0.5, size * ALONE**0.5, covering)


def _told(studies: list[Study], large: list[Study], kind: str, part: int) -> str:
    low, high = np.nanquantile([study[kind][part] for study in studies], (0.025, 0.975))
    return f"{np.mean([study[kind][part] for study in large]):.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
