"""The seed study's questions and endpoints, answered by the run."""

from dataclasses import replace

import pytest
from tests.test_report_study_samples import a_comparison, a_ledger, a_material

from radunion.report.study.ways import endpoint_grid, question_grid, run_of


def test_questions_are_answered_beside_the_blind_or_not_run() -> None:
    material = a_material()
    lines = question_grid(material, a_ledger(material)).lines
    first, second, third = ([cell.plain for cell in line.cells] for line in lines)
    assert first[0] == "thesis-1 − lenet (5 epochs, not converged)" and first[2].startswith("yes")
    assert second[0] == "thesis-2@Mixed_7a − thesis-1"
    assert "thesis-1 beats blind-site" in second[3]
    assert "lenet (5 epochs, not converged) is not shown to beat blind-site" in first[3]
    assert third[0] == "thesis-3: not run" and third[1:] == ["not run"] * 3


def test_a_variant_stands_for_its_plain_protocol_only_where_that_did_not_run() -> None:
    material = a_material()
    ledger = a_ledger(material)
    assert run_of(material, ledger, "thesis-2") == "thesis-2@Mixed_7a"
    assert run_of(material, ledger, "thesis-1") == "thesis-1"
    assert run_of(material, ledger, "thesis-final") is None


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.76, 0.79, "above"), (0.70, 0.74, "below"), (0.72, 0.78, "not decided")]
)
def test_an_endpoint_is_judged_by_the_interval(low: float, high: float, said: str) -> None:
    compared = a_comparison()
    rows = [
        replace(row, estimate=(low + high) / 2, low=low, high=high)
        if (row.protocol, row.metric) == ("pair", "seed18-macro")
        else row
        for row in compared.rows
    ]
    material = a_material(replace(compared, rows=tuple(rows)))
    grid = endpoint_grid(material, a_ledger(material), None)
    line = next(one for one in grid.lines if one.head == "pair")
    assert line.cells[grid.headings.index("0.75")].text == said
