"""What a study's page may claim: each claim where the run bears it out, and not where it does not."""

import html
from dataclasses import replace

import pytest
from tests.test_report_study_samples import (
    a_comparison,
    a_ledger,
    a_light_material,
    a_material,
    changed,
    grid_of,
    summary_of,
)

from radunion.evaluation.compare import Row
from radunion.report.study.blocks import Grid, Prose
from radunion.report.study.cards import model_card
from radunion.report.study.cells import value_cell
from radunion.report.study.cohort import cohort_section
from radunion.report.study.comparison import comparison_section
from radunion.report.study.detail import detail_section
from radunion.report.study.ledger import Ledger
from radunion.report.study.material import Gap
from radunion.report.study.methods import methods_section
from radunion.report.study.record import study_record
from radunion.report.study.training import training_section
from radunion.report.verdicts import findings, highest, nearest
from radunion.report.words import summary


def test_the_runner_up_is_called_worse_only_where_the_interval_says_so() -> None:
    compared = a_comparison()
    pair = ("pair - thesis-2@Mixed_7a", "difference:kappa", "cortices")
    unclear = changed(compared, *pair, estimate=0.08, low=-0.01, high=0.16)
    text = "The runner-up, thesis-2@Mixed_7a, {}: paired difference +0.08 (95 % interval {} to +0.16)."
    assert text.format("is not shown to be worse", "−0.01") in summary_of(a_material(unclear))
    shown = changed(compared, *pair, estimate=0.08, low=0.01, high=0.16)
    assert text.format("is shown to be worse", "+0.01") in summary_of(a_material(shown))
    assert "runner-up" not in summary_of(a_light_material())


def test_the_runner_up_is_turned_round_where_the_file_has_it_the_other_way() -> None:
    compared = a_comparison({"pair": 0.5, "thesis-1": 1.6})
    material = a_material(compared)
    row = compared.find("thesis-1 - pair", "difference:kappa", "cortices", "mrust")
    assert row is not None and row.estimate is not None and row.estimate < 0
    assert f"paired difference +{-row.estimate:.2f} (95 % interval " in summary_of(material)


def test_what_beats_the_baselines_is_named_by_its_two_statistics() -> None:
    text = summary_of(a_material())
    assert "It beats every no-image baseline in mean cortex kappa and in the error of the total." in text
    assert "no interval" not in text
    poor = summary_of(a_material(a_comparison({"noise": 9.0})))
    assert "not shown to beat every no-image baseline in mean cortex kappa and in the error of the total: " in poor


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.02, 0.2, "is better"), (-0.2, -0.02, "is worse"), (-0.1, 0.1, "is not shown to be better or worse")],
)
def test_union_is_told_beside_the_baseline_that_tells_it_best(low: float, high: float, said: str) -> None:
    compared = a_comparison()
    blind = highest(compared, compared.baselines, ("auroc", "union"), "mrust")
    middle = (low + high) / 2
    changes = {"estimate": middle, "low": low, "high": high}
    compared = changed(compared, f"pair - {blind}", "difference:specificity", "union", **changes)
    text = summary_of(a_material(compared))
    assert "It calls union (mRUST ≥ 13) with a sensitivity of " in text and " and a specificity of " in text
    assert f"beside {blind}, the baseline that tells union best" in text
    assert f"its specificity {said}, paired difference" in text


def test_union_is_not_told_where_it_cannot_be_judged() -> None:
    compared = changed(a_comparison(), "pair", "specificity", "union", estimate=None, low=None, high=None)
    assert "It calls union" not in summary_of(a_material(compared))


def test_the_same_sentences_are_plain_text_for_a_terminal() -> None:
    compared = a_comparison({"a<b & c": 0.5})
    told = " ".join(summary(compared, model="a<b & c", simulated=True))
    page = summary_of(a_material(compared))
    assert "the total of a<b & c misses the reference by" in told and "span" not in told
    for sentence in summary(compared, model="a<b & c", simulated=True)[1:]:
        assert sentence in html.unescape(page)


def test_the_nearest_baseline_is_found_for_each_statistic() -> None:
    compared = a_comparison()
    found = findings(compared, model="pair", scale="mrust")
    told = nearest(found)
    assert [one.title for one in told] == ["mean cortex kappa", "the error of the total"]
    for one in told:
        assert all(
            abs(one.row.estimate or 0) <= abs(other.row.estimate or 0) for other in found if other.title == one.title
        )


def test_the_first_of_equals_is_the_highest_and_none_where_nothing_is_known() -> None:
    compared = a_comparison()
    equal = compared
    for name in compared.baselines:
        equal = changed(equal, name, "kappa", "cortices", estimate=0.1)
    assert highest(equal, equal.baselines, ("kappa", "cortices"), "mrust") == equal.baselines[0]
    assert highest(compared, compared.baselines, ("no-metric", "cortices"), "mrust") is None
    assert a_ledger(a_material(compared)).highest((), ("kappa", "cortices"), "mrust") is None


def test_a_positive_gap_is_always_better_on_what_was_learned_from() -> None:
    kappa, error = Gap("a", "kappa", "cortices", "mrust", 0.9, 0.7), Gap("a", "mae", "total", "mrust", 1.0, 1.5)
    assert kappa.better_on_train == pytest.approx(0.2) and error.better_on_train == pytest.approx(0.5)
    assert Gap("a", "mae", "total", "mrust", None, 1.5).better_on_train is None
    record = study_record(a_light_material(gaps=(kappa, error)))
    assert [one["gap"] for one in record["gaps"]] == pytest.approx([0.2, 0.5])


def test_no_zero_bears_a_sign() -> None:
    tiny = Gap("a", "mae", "total", "mrust", 1.001, 1.0)
    material = a_light_material(gaps=(tiny,))
    grid = grid_of(training_section(material, a_ledger(material)).blocks, "overfitting")
    assert grid.lines[0].cells[-1].text == "0.00"
    assert value_cell(-0.0, "x").text == "0" and value_cell(-0.004, "x", digits=2).text == "0.00"
    assert value_cell(-0.006, "x", digits=2).text == "−0.01"


def test_every_line_of_the_best_is_the_best_minus_another() -> None:
    compared = a_comparison({"lenet": 2.5, "pair": 0.5, "thesis-1": 1.6})
    ledger = a_ledger(a_material(compared))
    grid = grid_of(comparison_section(ledger).blocks, "best-mrust")
    assert [line.head for line in grid.lines] == ["pair − lenet", "pair − thesis-1"]
    turned = compared.find("thesis-1 - pair", "difference:mae", "total", "mrust")
    assert turned is not None and turned.estimate is not None and turned.low is not None and turned.high is not None
    cell = grid.lines[1].cells[grid.headings.index("Total MAE")]
    assert cell.value == -turned.estimate and cell.bounds == (-turned.high, -turned.low)
    assert cell.turned and cell.mark == "better" and cell.at == f"{ledger.at(turned)}/estimate"
    assert not grid.lines[0].cells[0].turned


def test_a_difference_of_zero_stays_zero_when_turned() -> None:
    row = Row("b - a", "difference:kappa", "cortices", "mrust", 0.0, -0.1, 0.0, 5, 5)
    compared = replace(a_comparison(), rows=(row,))
    shown = a_ledger(a_material(compared)).paired("a", "b", "kappa", "cortices", "mrust")
    assert shown is not None and [str(one) for one in (shown.shown.estimate, shown.shown.low)] == ["0.0", "0.0"]


def test_time_is_that_of_this_machine() -> None:
    material = a_material()
    grid = grid_of(methods_section(material, a_ledger(material)).blocks, "protocols")
    assert grid.headings[-1] == "Time" and "this machine, all folds and the look at all films" in grid.caption
    assert grid.lines[-1].cells[-1].text == f"{material.runs[-1].seconds:.0f} s"


def test_a_swap_that_no_check_can_see_is_named_with_the_place_to_look() -> None:
    material = a_material()
    ledger: Ledger = a_ledger(material)
    checks = [block.text for block in cohort_section(material).blocks if isinstance(block, Prose)]
    assert any("two cortices of one view were swapped" in text for text in checks)
    blocks = detail_section(material, ledger).blocks
    places = [
        place for place, block in enumerate(blocks) if isinstance(block, Prose) and "A swap of the two" in block.text
    ]
    before = blocks[places[0] - 1]
    assert len(places) == 1 and isinstance(before, Grid) and before.name == "cortex-kappa-mrust"


def test_the_split_is_called_a_split_by_film_everywhere() -> None:
    material = a_material(unit="image")
    ledger = a_ledger(material)
    assert "dealt out by film" in grid_of(training_section(material, ledger).blocks, "folds").caption
    assert "3 folds by film" in model_card(material.runs[0], material, ledger)
    assert "did not learn from that film" in summary_of(material)
    assert "did not learn from its patient" not in summary_of(material)
