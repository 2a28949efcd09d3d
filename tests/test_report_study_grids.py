"""Readers beside the model, as a table."""

from tests.test_report_study_samples import a_ledger, a_material

from radunion.report.study.grids import reader_grids


def test_readers_stand_beside_the_model_that_was_compared_with_them() -> None:
    material = a_material()
    levels, differences = reader_grids(material.readers, a_ledger(material), "pair")
    assert [line.head for line in levels.lines] == ["readers", "pair | readers"]
    assert [cell.mark for line in differences.lines for cell in line.cells] == ["better"]
    (alone,) = reader_grids(material.readers[:1], a_ledger(material), "pair")
    kappa = material.comparison.find("pair", "kappa", "cortices", "mrust")
    assert kappa is not None
    assert [(line.head, line.cells[0].value) for line in alone.lines] == [("readers", 0.71), ("pair", kappa.estimate)]
