"""The checklist: every item, answered from the run or left to the user."""

from dataclasses import replace

from tests.test_report_study_samples import a_ledger, a_material

from radunion.report.study.checklist import ITEMS, TO_FILL, checklist_grid


def test_checklist_has_every_item_and_answers_from_the_run() -> None:
    material = a_material()
    assert [one.number for one in ITEMS] == list(range(1, 45))
    answers = {line.head: line.cells[1].plain for line in checklist_grid(material, a_ledger(material)).lines}
    assert answers["19"].startswith("3 folds, dealt out by patient, seed 7")
    assert answers["34"] == answers["44"] == TO_FILL
    assert "no patient" in answers["7"]
    real = replace(material, simulated=False, about={"funding": "None."}, readers=())
    answers = {line.head: line.cells[1].plain for line in checklist_grid(real, a_ledger(real)).lines}
    assert answers["7"] == TO_FILL and answers["44"] == "None." and answers["18"].startswith("Not measured")
