"""The worst misses on real films, as pictures: maps far from the box, low totals of intact bones, high ones of "
"breaks."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from markupsafe import Markup

from benchmarks.heatmaps_real import TOLERANCE
from benchmarks.real_looks import Looked, Said
from benchmarks.real_maps import view_of_side
from benchmarks.real_pictures import CAPTION, Shower
from radunion.report.study.blocks import Block, Case, Cases, Cell, Grid, Heading, Line, Prose, Section
from radunion.scale import CORTICES

_MOST = 6
_HOW = (
    "These are the worst, not a sample: look for what they share. Names are those of the public data set. "
    f"{CAPTION} Levels are expected mRUST levels of each cortex, 1 to 4."
)


def failures_section(looked: Sequence[Looked], show: Shower) -> Section:
    """Show the maps farthest from their box, intact bones with the lowest totals, fractures with the highest."""
    blocks: list[Block] = []
    for title, cases in (
        ("Heat-maps farthest from the box on the tibia", _missed(looked, show)),
        ("Intact, with the lowest totals", _extreme(looked, "intact", show)),
        ("Tibia fractured, with the highest totals", _extreme(looked, "tibia fractured", show)),
    ):
        found = tuple(cases)
        blocks += [Heading(title), Cases(found) if found else Prose("There is none.")]
    return Section("failures", "The worst misses", _HOW, tuple(blocks))


def levels_grid(name: str, columns: Mapping[str, Said]) -> Grid:
    """Lay out the expected level of each cortex, a column a version of the films."""
    lines = tuple(
        Line(
            cortex.capitalize(),
            tuple(Cell(f"{said.levels[row]:.1f}" if said.used[row] else "not scored") for said in columns.values()),
        )
        for row, cortex in enumerate(CORTICES)
    )
    return Grid(name, "", "Cortex", tuple(columns), lines)


def missed(looked: Sequence[Looked]) -> list[tuple[float, int, Looked]]:
    """Return how far each map misses its box on the tibia, which film it is, and the examination; the farthest first.

    An empty map is farther than any.
    """
    found = [
        (far if np.isfinite(far) else float("inf"), side, one)
        for one in looked
        if one.examination.tibial
        for side, far in enumerate(one.away)
        if far is not None
    ]
    return sorted((one for one in found if one[0] > TOLERANCE), key=lambda one: -one[0])


def _missed(looked: Sequence[Looked], show: Shower) -> Iterator[Case]:
    for far, side, one in missed(looked)[:_MOST]:
        where = f"{100 * far:.0f} % of the film’s height from the box" if np.isfinite(far) else "the map is empty"
        words = Markup("The map’s peak: {}. Expected total {:.1f}. {}.").format(
            where, one.filed.total, one.examination.kind_in_words.capitalize()
        )
        name = one.examination.name
        title = f"{name}, {view_of_side(side)}"
        yield Case(
            title, show(one, sides=(side,)), "", words, levels_grid(f"missed-{name}-{side}", {"Level": one.filed})
        )


def _extreme(looked: Sequence[Looked], state: str, show: Shower) -> Iterator[Case]:
    low = state == "intact"
    part = [one for one in looked if one.examination.whole and one.examination.state == state]
    for one in sorted(part, key=lambda one: one.filed.total if low else -one.filed.total)[:_MOST]:
        words = Markup("Expected total {:.1f}. {}.").format(one.filed.total, one.examination.kind_in_words.capitalize())
        name = one.examination.name
        yield Case(name, show(one), "", words, levels_grid(f"extreme-{name}", {"Level": one.filed}))
