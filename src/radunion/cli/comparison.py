"""The headline numbers of a comparison as tables for a terminal: metrics down, protocols across, blinds first."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from radunion.evaluation.compare import Comparison
from radunion.report.numbers import SCALE_NAMES
from radunion.report.tables import HEADLINE, counted, differences, table
from radunion.report.tables import Table as Cells


def comparison_tables(comparison: Comparison) -> Iterator[Table]:
    """Yield two tables a scale: estimates with 95 % intervals, and paired differences."""
    for scale in comparison.scales:
        name = SCALE_NAMES[scale]
        caption = f"{counted(comparison, scale)} 95 % intervals, bootstrapped by patient."
        yield _turned(table(comparison, HEADLINE, scale=scale, caption=name), caption)
        paired = differences(comparison, HEADLINE, scale=scale, caption=f"{name}: paired differences")
        if any(cell.exact is not None for line in paired.lines for cell in line.cells):
            yield _turned(paired, "A difference is called better or worse where its interval excludes zero.")


def _turned(cells: Cells, caption: str) -> Table:
    """Turn headings into rows, for a terminal is narrower than a page; what no protocol has is left out."""
    shown = Table(title=cells.caption, title_justify="left", title_style="bold", caption=caption, show_lines=True)
    shown.caption_justify = "left"
    shown.add_column("")
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
