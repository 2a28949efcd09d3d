"""The labels of an examination: rows of one reader and reading are merged, each cell is read on its scale."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from radunion.cohort.examination import Label
from radunion.cohort.faults import Fault, any_of, quoted
from radunion.scale import CORTICES, SCALES, TOP_SCORE, UNSCORED, Convention, Cortex, CortexLabel, Scale, cortex_label

Row = tuple[int, Mapping[str, str]]
"""A line of the table and its known cells by column."""


@dataclass
class MergedCell:
    """A cell that several rows of one unit may carry: blank and a value give the value, two values contradict."""

    column: str
    unit: str
    text: str = ""
    line: int = 0
    seen: dict[int, str] = field(default_factory=dict)

    def add(self, line: int, text: str, faults: list[Fault]) -> None:
        """Take the cell of a row; a contradiction becomes a fault that names both lines."""
        if not text:
            return
        self.seen[line] = text
        if not self.text:
            self.text, self.line = text, line
        elif text != self.text:
            found = f"{quoted(text)} where line {self.line} has {quoted(self.text)}"
            allowed = f"the rows of one {self.unit} must agree; correct one"
            faults.append(Fault("RU006", line, self.column, found, allowed))


def read_labels(rows: Sequence[Row], convention: Convention, faults: list[Fault]) -> tuple[Label, ...]:
    """Return the labels of an examination's rows that record anything, and add what is wrong to `faults`."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for line, cells in rows:
        groups.setdefault((cells["reader"], cells["reading"]), []).append((line, cells))
    labels = (_read_label(key, group, convention, faults) for key, group in groups.items())
    return tuple(label for label in labels if label is not None)


def _read_label(key: tuple[str, str], rows: Sequence[Row], convention: Convention, faults: list[Fault]) -> Label | None:
    """Merge the rows of one label; None when they record nothing or cannot be read."""
    scale, cells = _merge(rows, faults)
    recorded = [cell for cell in cells.values() if cell.text]
    if not recorded or scale is None:
        if recorded and not any(row["scale"] for _, row in rows):
            allowed = f"a row with levels must name its scale: {any_of(SCALES)}"
            faults.append(Fault("RU003", recorded[0].line, "scale", "an empty cell", allowed))
        return None
    cortices = {cortex: _read_cortex(cell, scale, convention, faults) for cortex, cell in cells.items()}
    return Label(*key, scale, cortices, {cortex: _score(cells[cortex], label) for cortex, label in cortices.items()})


def _merge(rows: Sequence[Row], faults: list[Fault]) -> tuple[Scale | None, dict[Cortex, MergedCell]]:
    scale = MergedCell("scale", "label")
    cells: dict[Cortex, MergedCell] = {cortex: MergedCell(cortex, "label") for cortex in CORTICES}
    for line, row in rows:
        scale.add(line, row["scale"], faults)
        for cortex, cell in cells.items():
            cell.add(line, _level_text(row[cortex]), faults)
    return next((known for known in SCALES if known == scale.text), None), cells


def _read_cortex(cell: MergedCell, scale: Scale, convention: Convention, faults: list[Fault]) -> CortexLabel:
    """Read the first cell of a cortex, and check those of the other rows too."""
    labels = []
    for line, text in cell.seen.items():
        try:
            labels.append(cortex_label(text, scale, convention))
        except ValueError:
            allowed = f"a level on the {scale} scale is 1 to {TOP_SCORE[scale]}, U (unscorable) or empty"
            faults.append(Fault("RU005", line, cell.column, quoted(text), allowed))
    return labels[0] if labels else UNSCORED


def _score(cell: MergedCell, label: CortexLabel) -> int | None:
    return int(cell.text) if label.scorable and cell.text.isdigit() else None


def _level_text(cell: str) -> str:
    """Return a level as a whole number where a spreadsheet wrote `3.0`, and `U` in one spelling."""
    whole = re.fullmatch(r"(\d+)\.0+", cell)
    return whole[1] if whole else cell.upper()
