"""Whether calibration helped, judged by paired differences."""

from dataclasses import replace

import pytest
from tests.test_report_study_samples import (
    a_comparison,
    a_ledger,
    a_light_material,
    a_material,
    grid_of,
    words_of,
)

from radunion.evaluation.compare import Comparison, Row
from radunion.report.study.calibration import calibration_blocks, helped_words
from radunion.report.study.comparison import comparison_section


def calibrated(compared: Comparison, *, low: float, high: float) -> Comparison:
    """Add what calibration changed of the Brier score of the best."""
    shape = Row("pair, calibrated - pair", "difference:brier", "union", "mrust", (low + high) / 2, low, high, 40, 45)
    return replace(compared, rows=(*compared.rows, shape))


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.04, -0.02, "is better in"),
        (0.02, 0.04, "is worse in"),
        (-0.01, 0.01, "is not shown to be better or worse in"),
    ],
)
def test_calibration_is_judged_by_its_paired_difference(low: float, high: float, said: str) -> None:
    material = a_light_material(calibrated(a_comparison(), low=low, high=high))
    text = words_of(helped_words(a_ledger(material)))
    assert f"On mRUST, pair with calibration, minus without it, {said} the Brier score of union, " in text
    table = grid_of(calibration_blocks(material, a_ledger(material)), "calibration-mrust")
    assert [line.head for line in table.lines][-3:] == ["pair", "pair, calibrated", "pair, calibrated − pair"]
    assert table.lines[-1].kind == "difference"


def test_calibration_is_not_judged_without_a_paired_difference() -> None:
    material = a_light_material(a_comparison())
    assert helped_words(a_ledger(material)) is None
    table = grid_of(calibration_blocks(material, a_ledger(material)), "calibration-mrust")
    assert [line.kind for line in table.lines] == ["model"] * len(table.lines)


def test_calibrated_pairs_stay_out_of_the_table_of_all_pairs() -> None:
    compared = calibrated(a_comparison(), low=-0.02, high=0.02)
    grid = grid_of(comparison_section(a_ledger(a_material(compared))).blocks, "differences-mrust")
    assert "pair − thesis-1" in {line.head for line in grid.lines}
    assert not any("calibrated" in line.head for line in grid.lines)
