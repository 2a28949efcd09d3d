"""A table as CSV and as LaTeX."""

from radunion.report.study.blocks import Cell, Grid, Line
from radunion.report.study.export import csv_text, tex_document, tex_text


def test_a_table_without_intervals_has_one_column_a_heading() -> None:
    grid = Grid("g", "c", "Who", ("One", "Two"), (Line("a", (Cell("1.0", value=1.04), Cell("–"))),))
    assert csv_text(grid) == "Who,One,Two\na,1.04,–\n"
    assert r"\begin{tabular}{lrr}" in tex_text(grid)
    assert r"\input{g.tex}" in tex_document([grid])
