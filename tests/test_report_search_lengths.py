"""How long a trial trains and what ends it: the page claims no more than what was done."""

from dataclasses import replace

import pytest
from tests.test_report_search_samples import a_mixed, a_regime_1

from radunion.report.search.closing import chosen_section
from radunion.report.search.lengths import Ending, curves_end, ending, epochs_cell, scored_at, trains
from radunion.report.search.material import Axis, SearchMaterial
from radunion.report.search.standing import Standing
from radunion.report.search.write import search_sections
from radunion.report.study.blocks import Prose

LENGTHS = Axis("epochs", 5.0, 40.0)


def said(material: SearchMaterial) -> str:
    return " ".join(trains(material).striptags().split())


def with_axis(axis: Axis) -> SearchMaterial:
    return replace(a_regime_1(), axes=(*a_regime_1().axes, axis))


def page_of(material: SearchMaterial) -> str:
    sections = search_sections(Standing(material))
    prose = [block.text for section in sections for block in section.blocks if isinstance(block, Prose)]
    return " ".join([*(section.how for section in sections), *prose])


@pytest.mark.parametrize(
    ("material", "kind"),
    [
        (a_regime_1(), "fixed"),
        (a_mixed(), "fixed"),
        (replace(a_regime_1(), patience=3), "patience"),
        (replace(a_regime_1(), settings={"family": "pair"}), "own"),
        (replace(a_regime_1(), settings={"family": "tuned"}), "own"),
        (replace(a_regime_1(), settings={"family": "forest"}, epochs=0), "none"),
    ],
)
def test_what_ends_a_training_is_told_by_patience_and_by_the_family(material: SearchMaterial, kind: Ending) -> None:
    assert ending(material) == kind
    assert ("no epoch was chosen" in scored_at(material)) is (kind == "fixed")
    assert ("not of the highest" in curves_end(material)) is (kind == "fixed")


def test_a_fixed_length_is_told_as_it_is() -> None:
    assert said(a_regime_1()) == "A completed trial trains 20 epochs in each of 6 folds of a simulated cohort."
    assert "trains 1 epoch in" in said(replace(a_regime_1(), epochs=1))
    assert (
        said(replace(a_regime_1(), epochs=0)) == "A completed trial is fitted in each of 6 folds of a simulated cohort."
    )
    assert "Successive halving stops earlier those that do less well" in said(a_mixed())


def test_patience_is_said_to_have_chosen_the_epoch_on_the_folds_of_the_score() -> None:
    material = replace(a_regime_1(), patience=3)
    assert "trains up to 20 epochs in each of 6 folds" in said(material)
    assert "ends early when the held-out folds’ mean" in said(material) and "not improved for 3 epochs, which" in said(
        material
    )
    assert "chooses its last epoch on the same folds as its score" in said(material)
    assert "not improved for 1 epoch, which" in said(replace(material, patience=1))
    page = page_of(material)
    assert "no epoch was chosen" not in page and "not of the highest" not in page
    assert "the epoch was chosen on the same folds as the score" in page
    assert "A repeat ends early as the trials did" in page
    assert "A repeat ends early" not in page_of(a_regime_1())


def test_with_patience_the_epochs_of_the_chosen_protocol_are_explained() -> None:
    chosen, plain = (chosen_section(one) for one in (replace(a_regime_1(), patience=3), a_regime_1()))
    assert chosen is not None and plain is not None
    assert "after which the best trial ended" in chosen.how and "ended" not in plain.how


@pytest.mark.parametrize(
    ("axis", "words", "cell"),
    [
        (LENGTHS, "trains the number of epochs that it tries (5 to 40) in each of 6 folds", "5 to 40"),
        (
            Axis("epochs", choices=(5, 10, 20)),
            "trains the number of epochs that it tries (5, 10 or 20) in each of 6 folds",
            "5, 10, 20",
        ),
    ],
)
def test_where_epochs_are_searched_their_range_is_told_not_the_number_of_the_base(
    axis: Axis, words: str, cell: str
) -> None:
    material = with_axis(axis)
    assert words in said(material) and "20 epochs" not in said(material)
    assert epochs_cell(material).text == cell
    assert "trains up to the number of epochs that it tries" in said(replace(material, patience=2))
    assert epochs_cell(a_regime_1()).text == "20"
    assert epochs_cell(replace(a_regime_1(), epochs=0)).text == "–"


def test_other_patients_end_the_training_of_a_pair_protocol() -> None:
    pair = replace(a_regime_1(), settings={"family": "pair"})
    assert "trains up to 20 epochs in each" in said(pair) and "Patients kept out" in said(pair)
    assert "that other patients, kept out of what a fold learned from, chose" in scored_at(pair)
    assert "up to 20 epochs of tuning in" in said(replace(pair, settings={"family": "tuned"}))
