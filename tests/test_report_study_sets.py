"""Labels of the other scale are explained where they stand."""

from dataclasses import replace

from tests.test_report_study_samples import a_ledger, a_material

from radunion.evaluation.coverage import MAPPED
from radunion.report.study.blocks import Prose
from radunion.report.study.differences import differences
from radunion.report.study.sets import sets_blocks


def test_labels_of_the_other_scale_are_explained_where_they_stand() -> None:
    material = a_material()
    mapped = replace(material.coverage[-1], scale="rust", group=MAPPED)
    for coverage, told in (((*material.coverage, mapped), True), (material.coverage, False)):
        changed_material = replace(material, coverage=coverage)
        blocks = list(sets_blocks(changed_material, a_ledger(material), "pair"))
        assert any(isinstance(block, Prose) and MAPPED in block.text for block in blocks) is told
        assert any("tried on sets only" in one.here for one in differences(changed_material)) is told
