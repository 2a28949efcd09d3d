"""The section on fewer bits: a sentence that says what is proved, and the counts behind it."""

from tests.test_evaluation_precision import fewer_bits

from radunion.report.precision import in_a_line, precision_section
from radunion.report.study.blocks import grids_in


def test_no_change_is_told_with_what_it_proves() -> None:
    told = in_a_line(fewer_bits())
    assert "pair in int8 (ONNX Runtime): no score changed on 40 examinations of 40 patients" in told
    assert "at most 7.2 % of such patients may have a score that changes (95 % upper bound)" in told


def test_changes_are_counted() -> None:
    assert "scores of 3 of 40 examinations of 40 patients changed" in in_a_line(fewer_bits(changed=3))
    (grid,) = grids_in(precision_section([fewer_bits(changed=3)]).blocks)
    cells = [cell.text for cell in grid.lines[0].cells]
    assert cells == ["40", "0.003", *["3 of 160"] * 5, "3 of 40", "900 (600)"]
    assert len(grid.headings) == len(cells)
