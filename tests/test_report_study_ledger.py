"""A ledger finds the rows of a comparison and turns differences round."""

from tests.test_report_study_samples import a_comparison

from radunion.evaluation.blinds import BLINDS
from radunion.report.study.ledger import ledger_of


def test_ledger_finds_what_a_comparison_finds_and_turns_differences_round() -> None:
    compared = a_comparison()
    ledger = ledger_of(compared, "metrics.json")
    for row in compared.rows[::7]:
        assert ledger.find(row.protocol, row.metric, row.scope, row.scale) == row
        assert compared.rows[int(ledger.at(row).rsplit("/", 1)[1])] == row
    assert ledger.find("pair", "nothing", "cortices", "mrust") is None
    forward = ledger.paired("pair", "thesis-1", "kappa", "cortices", "mrust")
    turned = ledger.paired("thesis-1", "pair", "kappa", "cortices", "mrust")
    assert forward is not None and turned is not None
    assert forward.row == turned.row and (forward.verdict, turned.verdict) == ("better", "worse")
    assert ledger.best_model() == "pair" and ledger.strongest_blind() in BLINDS
