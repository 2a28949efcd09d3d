"""What every section must hold, whatever the metrics: baselines first and no metric left out."""

from dataclasses import replace

from tests.test_report_study_samples import a_comparison, a_ledger, a_light_material, a_material

from radunion.evaluation.compare import Row
from radunion.report.study.blocks import grids_in
from radunion.report.study.write import study_sections


def test_baselines_come_before_the_protocols() -> None:
    material = a_material()
    for section in study_sections(material, a_ledger(material)):
        for grid in grids_in(section.blocks):
            kinds = [line.kind for line in grid.lines if line.kind in ("blind", "model")]
            assert kinds == sorted(kinds)


def test_a_metric_without_a_table_of_its_own_is_still_shown() -> None:
    compared = a_comparison({"pair": 0.5}, n=60)
    extra = Row("pair", "new-metric", "total", "mrust", 0.123, None, None, 5, 5)
    material = a_light_material(replace(compared, rows=(*compared.rows, extra)))
    grids = {grid.name: grid for one in study_sections(material, a_ledger(material)) for grid in grids_in(one.blocks)}
    assert "new metric, total" in grids["others-mrust"].headings
