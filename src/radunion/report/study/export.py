"""What a page shows as files beside it: tables as CSV with exact numbers and as LaTeX (booktabs), figures as SVG."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from radunion.report.figures import svg
from radunion.report.study.blocks import Cell, Grid, Section, figures_in, grids_in

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "−": "$-$",
    "±": r"$\pm$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "α": r"$\alpha$",
    "κ": r"$\kappa$",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "’": "'",
    "‘": "`",
    "“": "``",
    "”": "''",
    "\u00a0": "~",
    "†": r"\textdagger{}",
    "\n": " ",
}
_WIDE = 40
"""From this many letters on a column of words is set as a paragraph."""


def write_tables(folder: Path, sections: Sequence[Section]) -> None:
    """Write each table as CSV and LaTeX, and all of them as one LaTeX document; tables of an earlier page go."""
    _emptied(folder, ".csv", ".tex")
    grids = [grid for section in sections for grid in grids_in(section.blocks)]
    for grid in grids:
        (folder / f"{grid.name}.csv").write_text(csv_text(grid), encoding="utf-8")
        (folder / f"{grid.name}.tex").write_text(tex_text(grid), encoding="utf-8")
    (folder / "all.tex").write_text(tex_document(grids), encoding="utf-8")


def write_figures(folder: Path, sections: Sequence[Section]) -> dict[str, str]:
    """Write each figure as SVG and its table as CSV; return the SVG by name. Figures of an earlier page go."""
    _emptied(folder, ".csv", ".svg")
    drawn = {}
    for figure in (one for section in sections for one in figures_in(section.blocks)):
        drawn[figure.name] = svg(figure)
        head = '<?xml version="1.0" encoding="utf-8"?>\n'
        (folder / f"{figure.name}.svg").write_text(head + drawn[figure.name], encoding="utf-8")
        figure.frame().write_csv(folder / f"{figure.name}.csv")
    return drawn


def csv_text(grid: Grid) -> str:
    """Return a table as CSV; a column with intervals is followed by their exact bounds, a dagger stands last."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    bounded = [any(line.cells[place].bounds for line in grid.lines) for place in range(len(grid.headings))]
    heads = [grid.corner]
    for heading, has in zip(grid.headings, bounded, strict=True):
        heads += [heading, f"{heading}, low", f"{heading}, high"] if has else [heading]
    writer.writerow([*heads, *(("†",) if grid.foot else ())])
    for line in grid.lines:
        row: list[object] = [line.head]
        for cell, has in zip(line.cells, bounded, strict=True):
            row += [_exact(cell), *(cell.bounds or ("", ""))] if has else [_exact(cell)]
        writer.writerow([*row, *((grid.foot if line.dagger else "",) if grid.foot else ())])
    return stream.getvalue()


def tex_text(grid: Grid) -> str:
    """Return a table as a LaTeX tabular that needs the package booktabs."""
    columns = "".join(_column(grid, place) for place in range(len(grid.headings)))
    rows = [
        _row(f"{line.head} †" if line.dagger else line.head, [_printed(cell) for cell in line.cells])
        for line in grid.lines
    ]
    body = [
        f"% {tex(grid.caption)}",
        rf"\begin{{tabular}}{{{_first(grid)}{columns}}}",
        r"\toprule",
        _row(grid.corner, list(grid.headings)),
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
        *((f"% {tex(grid.foot)}",) if grid.foot else ()),
    ]
    return "\n".join(body) + "\n"


def tex_document(grids: list[Grid]) -> str:
    """Return a document that sets every table on a page of its own."""
    parts = [
        rf"\begin{{table}}[p]\centering\caption{{{tex(grid.caption)}}}"
        rf"\resizebox{{\ifdim\width>\linewidth\linewidth\else\width\fi}}{{!}}{{\input{{{grid.name}.tex}}}}"
        rf"{_foot(grid)}\end{{table}}\clearpage"
        for grid in grids
    ]
    head = (
        r"\documentclass[a4paper,landscape]{article}",
        r"\usepackage[T1]{fontenc}",
        r"\usepackage[utf8]{inputenc}",
        r"\usepackage{booktabs,graphicx,textcomp}",
        r"\usepackage[margin=15mm]{geometry}",
        r"\begin{document}",
    )
    return "\n".join((*head, *parts, r"\end{document}")) + "\n"


def tex(text: str) -> str:
    """Escape a text for LaTeX."""
    return re.sub("|".join(map(re.escape, _SPECIAL)), lambda found: _SPECIAL[found.group()], text)


def _foot(grid: Grid) -> str:
    return rf"\par\smallskip\footnotesize {tex(grid.foot)}" if grid.foot else ""


def _exact(cell: Cell) -> object:
    return cell.plain if cell.value is None else cell.value


def _printed(cell: Cell) -> str:
    return f"{cell.plain} ({cell.interval})" if cell.interval else cell.plain


def _row(head: str, cells: list[str]) -> str:
    return " & ".join(tex(text) for text in (head, *cells)) + r" \\"


def _first(grid: Grid) -> str:
    return "p{55mm}" if any(len(line.head) > _WIDE for line in grid.lines) else "l"


def _column(grid: Grid, place: int) -> str:
    texts = [_printed(line.cells[place]) for line in grid.lines]
    if any(len(text) > _WIDE for text in texts):
        return "p{75mm}"
    return "l" if any("text" in line.cells[place].mark.split() for line in grid.lines) else "r"


def _emptied(folder: Path, *suffixes: str) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.suffix in suffixes:
            path.unlink()
