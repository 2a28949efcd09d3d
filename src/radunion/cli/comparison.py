"""The headline numbers of a comparison as tables for a terminal: metrics down, protocols across, blinds first."""

from collections.abc import Iterator
from dataclasses import replace

from rich.box import HORIZONTALS
from rich.table import Table
from rich.text import Text

from radunion.evaluation.compare import Comparison
from radunion.report.numbers import SCALE_NAMES
from radunion.report.tables import HEADLINE, counted, differences, table
from radunion.report.tables import Table as Cells

_LONGEST_WORD = max(len(word) for _, _, heading in HEADLINE for word in heading.split())


def comparison_tables(comparison: Comparison) -> Iterator[Table]:
    """Yield the tables of each scale: estimates with 95 % intervals, and each model's paired differences."""
    for scale in comparison.scales:
        name = SCALE_NAMES[scale]
        caption = f"{counted(comparison, scale)} 95 % intervals, bootstrapped by patient."
        yield _turned(table(comparison, HEADLINE, scale=scale, caption=name), caption)
        paired = differences(comparison, HEADLINE, scale=scale, caption=name)
        for model in comparison.protocols:
            found = _of(model, paired)
            if any(cell.exact is not None for line in found.lines for cell in line.cells):
                yield _turned(found, "A difference is called better or worse where its interval excludes zero.")


def _of(model: str, paired: Cells) -> Cells:
    """Return the differences of one model from the others, which then head the columns."""
    mine = [line for line in paired.lines if line.name.startswith(f"{model} − ")]
    lines = tuple(replace(line, name=line.name.removeprefix(f"{model} ")) for line in mine)
    return replace(paired, caption=f"{paired.caption}: paired differences of {model}", lines=lines)


def _turned(cells: Cells, caption: str) -> Table:
    """Turn headings into rows, for a terminal is narrower than a page; what no protocol has is left out."""
    shown = Table(title=cells.caption, caption=caption, show_lines=True, box=HORIZONTALS, padding=(0, 1, 0, 0))
    shown.title_justify = shown.caption_justify = "left"
    shown.title_style = "bold"
    shown.add_column("", min_width=_LONGEST_WORD)
    for line in cells.lines:
        shown.add_column(Text(line.name), justify="right", overflow="fold")
    for place, heading in enumerate(cells.headings):
        column = [line.cells[place] for line in cells.lines]
        if all(cell.exact is None for cell in column):
            continue
        shown.add_row(
            heading, *("\n".join(filter(None, (cell.text, cell.interval, _mark(cell.mark)))) for cell in column)
        )
    return shown


def _mark(verdict: str) -> str:
    return verdict if verdict in ("better", "worse") else ""
