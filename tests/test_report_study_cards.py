"""Model cards have names of their own."""

from dataclasses import replace

from tests.test_report_study_samples import a_material

from radunion.report.study.blocks import slug
from radunion.report.study.cards import card_names


def test_two_runs_never_share_a_card() -> None:
    material = a_material()
    twins = (replace(material.runs[0], name="a b"), replace(material.runs[0], name="a-b"))
    assert card_names(replace(material, runs=twins)) == {"a b": "a-b.md", "a-b": "a-b-2.md"}
    assert slug("thesis-2@Mixed_7a (x)") == "thesis-2-mixed-7a-x"
