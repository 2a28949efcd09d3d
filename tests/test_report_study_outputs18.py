"""Protocols that give the seed study’s 18 outputs stand apart from those that are given their view."""

from dataclasses import replace

from tests.test_report_study_samples import a_ledger, a_light_material, a_material, summary_of, with_runs

from radunion.report.study.export import csv_text, tex_document, tex_text
from radunion.report.study.outputs18 import gives_18_outputs
from radunion.report.study.ways import endpoint_figure, endpoint_grid, three_ways
from radunion.report.verdicts import highest


def test_only_protocols_with_18_outputs_are_told_by_the_seed_studys_measure() -> None:
    material = a_material()
    compared = material.comparison
    assert highest(compared, ("pair", "thesis-1", "thesis-2@Mixed_7a"), ("seed18-macro", "films"), "mixed") == "pair"
    text = summary_of(material)
    assert "the best of the protocols that give these outputs themselves would be thesis-2@Mixed_7a with" in text
    assert "blind-view, which looks at no film, has 0." in text and "with a dagger (†)" in text
    own = with_runs(material, {"pair"}, family="film", settings={"outputs": "seed18"})
    assert "themselves would be pair with" in summary_of(own) and "dagger" not in summary_of(own)
    alone = a_light_material()
    assert "seed study's own measure" not in summary_of(alone)


def test_whoever_is_given_the_view_bears_a_dagger_in_every_table_of_that_measure() -> None:
    material = a_material()
    ledger = a_ledger(material)
    given = {"blind-visit", "blind-site", "pair"}
    assert {name for name in ledger.protocols if not gives_18_outputs(material, name)} == given
    for grid in (three_ways(material, ledger, None), endpoint_grid(material, ledger, None)):
        assert {line.head for line in grid.lines if line.dagger} == given
        assert grid.foot.startswith("† Without 18 outputs of its own")
    labels = [label.get_text() for label in endpoint_figure(material, ledger).plot().axes[0].get_yticklabels()]
    assert {label.removesuffix(" †") for label in labels if label.endswith("†")} == given


def test_a_dagger_reaches_the_files() -> None:
    material = a_material()
    grid = three_ways(material, a_ledger(material), None)
    lines = csv_text(grid).splitlines()
    assert lines[0].endswith(",†")
    assert [line.split(",")[0] for line in lines[1:] if "Without 18 outputs" in line] == [
        "blind-visit",
        "blind-site",
        "pair",
    ]
    assert r"pair \textdagger{} &" in tex_text(grid)
    assert r"\footnotesize \textdagger{} Without 18 outputs" in tex_document([grid])
    plain = replace(grid, foot="", lines=tuple(replace(line, dagger=False) for line in grid.lines))
    assert "†" not in csv_text(plain) and "dagger" not in tex_text(plain)


def test_by_the_seed_studys_measure_like_stands_beside_like() -> None:
    material = a_material()
    ledger = a_ledger(material)
    grid = endpoint_grid(material, ledger, None)
    given = highest(ledger, ("blind-visit", "blind-site"), ("seed18-macro", "films"), "mixed")
    place = grid.headings.index(f"By its measure, minus blind-view († minus {given})")
    lines = {line.head: line.cells for line in grid.lines}
    for name, blind in (("pair", given), ("thesis-1", "blind-view")):
        row = ledger.find(f"{name} - {blind}", "difference:seed18-macro", "films", "mixed")
        assert row is not None and lines[name][place].value == row.estimate
    assert lines["pair"][2].text == "unlike" and lines["thesis-1"][2].text != "unlike"
